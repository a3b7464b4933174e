import { SearchField } from '@react-spectrum/s2/SearchField';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type ReactNode, useId, useMemo, useState } from 'react';
import { foundInLanguage } from '../language-search.ts';
import { FunctionEntry, OperatorEntry } from '../parts/language-entry.tsx';
import { Section } from '../parts/section.tsx';
import type { Language } from '../platform/mapping-language.ts';
import { count } from '../wording.ts';

const search = style({ display: 'grid', maxWidth: 420 });
const text = style({ font: 'body', margin: 0, overflowWrap: 'anywhere' });
const groupHeading = style({ font: 'title', margin: 0, marginTop: 12 });
const entries = style({
  display: 'grid',
  gridTemplateColumns: { default: ['minmax(0, 1fr)'], lg: ['minmax(0, 1fr)', 'minmax(0, 1fr)'] },
  gap: 12,
  margin: 0,
  padding: 0,
  listStyleType: 'none',
});

interface FunctionsSectionProps {
  readonly language: Language;
  /** Told the example of a function that is to be tried. */
  readonly onTry: (example: string) => void;
}

/** All functions and operators in their groups, or those of them that are sought. */
export function FunctionsSection({ language, onTry }: FunctionsSectionProps) {
  const [sought, setSought] = useState('');
  const found = useMemo(() => foundInLanguage(language, sought), [language, sought]);
  const total = found.functionCount + found.operators.length;

  return (
    <Section title="Functions and operators">
      <div className={search}>
        <SearchField
          label="Search"
          description="Names, syntax and descriptions"
          value={sought}
          onChange={setSought}
        />
      </div>
      <p className={text} role="status">
        {total === 0
          ? `Nothing has “${sought.trim()}” in it. Search for a shorter word.`
          : `${countOf(found.functionCount, 'function')}, ${countOf(found.operators.length, 'operator')}`}
      </p>
      {found.groups.map(({ category, functions }) => (
        <Group key={category} title={category}>
          {functions.map((each) => (
            <FunctionEntry key={`${each.name} ${each.syntax}`} of={each} onTry={onTry} />
          ))}
        </Group>
      ))}
      {found.operators.length > 0 && (
        <Group title="Operators">
          {found.operators.map((each) => (
            <OperatorEntry key={`${each.symbol} ${each.example}`} of={each} />
          ))}
        </Group>
      )}
    </Section>
  );
}

function countOf(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <>
      <h3 id={id} className={groupHeading}>
        {title}
      </h3>
      <ul aria-labelledby={id} className={entries}>
        {children}
      </ul>
    </>
  );
}
