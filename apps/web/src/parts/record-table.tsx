import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';
import { useIsNarrow } from '../use-is-narrow.ts';

export interface Column<Record> {
  readonly title: string;
  readonly cell: (record: Record) => ReactNode;
  /** Numbers stand at the end, so that their digits line up. */
  readonly align?: 'end';
  /** Short content, such as a date, that stays on one line. */
  readonly isShort?: boolean;
}

interface RecordTableProps<Record> {
  readonly label: string;
  /** The first one names the record. */
  readonly columns: readonly Column<Record>[];
  readonly records: readonly Record[];
  readonly keyOf: (record: Record) => string;
  /** Where there is no room for a table: each record as a card, or the table as it is, to be scrolled. */
  readonly onNarrow: 'cards' | 'scroll';
}

/** Records in a table whose text can be selected and copied; on narrow screens as cards where asked. */
export function RecordTable<Record>(props: RecordTableProps<Record>) {
  const isNarrow = useIsNarrow();
  return isNarrow && props.onNarrow === 'cards' ? <Cards {...props} /> : <Table {...props} />;
}

const frame = style({
  overflow: 'auto',
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  outlineStyle: { default: 'none', ':focus-visible': 'solid' },
  outlineColor: 'focus-ring',
  outlineWidth: 2,
  outlineOffset: 2,
});
const table = style({ width: 'full', borderCollapse: 'collapse', font: 'ui' });
const line = {
  paddingX: 12,
  paddingY: 8,
  borderWidth: 0,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  verticalAlign: 'baseline',
} as const;
const headerCell = style({
  ...line,
  font: 'ui-sm',
  fontWeight: 'bold',
  color: 'neutral-subdued',
  whiteSpace: 'nowrap',
  textAlign: { default: 'start', align: { end: 'end' } },
});
const cell = style({
  ...line,
  borderTopWidth: 1,
  fontWeight: { default: 'normal', isHeader: 'medium' },
  textAlign: { default: 'start', align: { end: 'end' } },
  whiteSpace: { default: 'normal', isShort: 'nowrap', align: { end: 'nowrap' } },
});

function Table<Record>({ label, columns, records, keyOf }: RecordTableProps<Record>) {
  return (
    // Scrollable, and so to be reached with the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it a wide table cannot be scrolled by keyboard
    <section aria-label={label} tabIndex={0} className={frame}>
      <table className={table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ title, align }) => (
              <th key={title} scope="col" className={headerCell({ align })}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <tr key={keyOf(record)}>
              {columns.map(({ title, align, isShort, cell: contentOf }, index) =>
                index === 0 ? (
                  <th key={title} scope="row" className={cell({ align, isShort, isHeader: true })}>
                    {contentOf(record)}
                  </th>
                ) : (
                  <td key={title} className={cell({ align, isShort, isHeader: false })}>
                    {contentOf(record)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const cards = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 12,
  margin: 0,
  padding: 0,
  listStyleType: 'none',
});
const card = style({
  padding: 16,
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  font: 'ui',
});
const pairs = style({
  display: 'grid',
  gridTemplateColumns: ['auto', '1fr'],
  columnGap: 16,
  rowGap: 8,
  margin: 0,
  marginTop: 8,
});
const term = style({ color: 'neutral-subdued' });
const definition = style({ margin: 0, minWidth: 0, overflowWrap: 'anywhere' });
const cardTitle = style({ fontWeight: 'medium', overflowWrap: 'anywhere' });

function Cards<Record>({ label, columns: [first, ...others], records, keyOf }: RecordTableProps<Record>) {
  return (
    <ul aria-label={label} className={cards}>
      {records.map((record) => (
        <li key={keyOf(record)} className={card}>
          <div className={cardTitle}>{first?.cell(record)}</div>
          <dl className={pairs}>
            {others.map(({ title, cell: contentOf }) => (
              <Pair key={title} title={title} content={contentOf(record)} />
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function Pair({ title, content }: { title: string; content: ReactNode }) {
  if (content === undefined || content === false || content === '') return undefined;
  return (
    <>
      <dt className={term}>{title}</dt>
      <dd className={definition}>{content}</dd>
    </>
  );
}
