import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type Column, RecordTable } from '../parts/record-table.tsx';
import type { DescribedTable, TableColumn } from '../platform/connections.ts';

/** Longer values are cut, so that a row stays a line. */
const MOST_CHARACTERS = 80;

const text = style({ font: 'body', margin: 0 });
const typeText = style({ font: 'code-sm', color: 'neutral-subdued' });

interface PreviewedRow {
  readonly number: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The first rows of a table, or its columns where it has none. */
export function PreviewTable({ table }: { table: DescribedTable }) {
  if (table.rows.length === 0) {
    return (
      <>
        <p className={text}>There are no rows yet.</p>
        <RecordTable
          label="Columns"
          columns={columnColumns}
          records={table.columns}
          keyOf={({ name }) => name}
          onNarrow="scroll"
        />
      </>
    );
  }
  const columns: Column<PreviewedRow>[] = [
    { title: 'Row', cell: ({ number }) => number },
    ...table.columns.map(
      ({ name }): Column<PreviewedRow> => ({
        title: name,
        cell: ({ values }) => <bdi>{shown(values[name])}</bdi>,
        isShort: true,
      }),
    ),
  ];
  return (
    <RecordTable
      label={`First ${table.rows.length} rows`}
      columns={columns}
      records={table.rows.map((values, index) => ({ number: index + 1, values }))}
      keyOf={({ number }) => String(number)}
      onNarrow="scroll"
    />
  );
}

const columnColumns: readonly Column<TableColumn>[] = [
  { title: 'Column', cell: ({ name }) => <bdi>{name}</bdi> },
  { title: 'Type', cell: ({ type }) => <span className={typeText}>{type}</span> },
];

function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  return whole.length > MOST_CHARACTERS ? `${whole.slice(0, MOST_CHARACTERS)}…` : whole;
}
