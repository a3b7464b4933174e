import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

const facts = style({
  display: 'grid',
  gridTemplateColumns: { default: ['1fr'], sm: ['repeat(auto-fit, minmax(220px, 1fr))'] },
  columnGap: 32,
  rowGap: 16,
  margin: 0,
  padding: 20,
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
});
const fact = style({ minWidth: 0, gridColumnStart: { isWide: 1 }, gridColumnEnd: { isWide: -1 } });
const term = style({ font: 'ui-sm', color: 'neutral-subdued', marginBottom: 4 });
const definition = style({
  font: { default: 'ui', isCode: 'code-sm' },
  margin: 0,
  overflowWrap: 'anywhere',
});

export interface Fact {
  readonly term: string;
  readonly definition: ReactNode;
  /** `code`: to be copied rather than read, such as an id or a path. */
  readonly kind?: 'code';
  /** Takes a line of its own. */
  readonly isWide?: boolean;
}

/** What is known of a thing, term by term; terms without a definition are left out. */
export function Facts({ facts: all }: { facts: readonly Fact[] }) {
  return (
    <dl className={facts}>
      {all
        .filter((each) => each.definition !== undefined)
        .map((each) => (
          <div key={each.term} className={fact({ isWide: each.isWide === true })}>
            <dt className={term}>{each.term}</dt>
            <dd className={definition({ isCode: each.kind === 'code' })}>
              <bdi>{each.definition}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}
