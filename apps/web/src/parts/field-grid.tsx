import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { Children, type ReactNode } from 'react';

const grid = style({
  display: 'grid',
  gridTemplateColumns: { default: ['minmax(0, 1fr)'], md: ['minmax(0, 1fr)', 'minmax(0, 1fr)'] },
  columnGap: 32,
  rowGap: 20,
  alignItems: 'start',
});

/**
 * Fields in two columns where there is room. Each in a cell of its own, for in a form fields claim a whole
 * line.
 */
export function FieldGrid({ children }: { children: ReactNode }) {
  return <div className={grid}>{Children.map(children, (child) => child && <div>{child}</div>)}</div>;
}
