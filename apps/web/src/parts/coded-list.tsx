import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { RunError } from '../platform/answers.ts';

const list = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 4,
  margin: 0,
  padding: 0,
  listStyleType: 'none',
  font: 'ui',
  minWidth: { default: 0, md: 200 },
  overflowWrap: 'anywhere',
});
const codeText = style({
  font: 'code-sm',
  color: { default: 'neutral-subdued', tone: { negative: 'negative' } },
});

interface CodedListProps {
  readonly items: readonly RunError[];
  readonly tone: 'neutral' | 'negative';
}

/** Errors or notices, each with its code. */
export function CodedList({ items, tone }: CodedListProps) {
  return (
    <ul className={list}>
      {items.map(({ code, message }) => (
        <li key={`${code} ${message}`}>
          <span className={codeText({ tone })}>{code}</span> {message}
        </li>
      ))}
    </ul>
  );
}
