import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import type { Partition } from '../platform/run-details.ts';
import { byteSize, count } from '../wording.ts';

const text = style({ font: 'body', margin: 0 });
const code = style({ font: 'code-sm', overflowWrap: 'anywhere' });

/** What has come of each part of the source, as far as that tells. */
export function PartitionsSection({ partitions }: { partitions: readonly Partition[] }) {
  return (
    <Section title="Partitions">
      <p className={text}>
        The parts of the source that are read on their own, and read again where one breaks off.
      </p>
      <RecordTable
        label="Partitions"
        columns={columns.filter(({ isIn }) => partitions.some(isIn))}
        records={partitions}
        keyOf={({ id }) => id}
        onNarrow="cards"
      />
    </Section>
  );
}

/** Columns, each shown where one of the partitions has something for it. */
const columns: readonly (Column<Partition> & { readonly isIn: (partition: Partition) => boolean })[] = [
  {
    title: 'Partition',
    isIn: () => true,
    cell: ({ id, item }) => <bdi className={code}>{item ?? id}</bdi>,
  },
  {
    title: 'Rows announced',
    isIn: ({ announcedRows }) => announcedRows !== undefined,
    cell: ({ announcedRows }) => announcedRows !== undefined && count(announcedRows),
    align: 'end',
  },
  {
    title: 'Rows staged', // Rows of files are counted when they are read by the engine.
    isIn: ({ stagedRows, pages }) => pages > 0 && stagedRows !== undefined,
    cell: ({ stagedRows }) => stagedRows !== undefined && count(stagedRows),
    align: 'end',
  },
  { title: 'Pages', isIn: () => true, cell: ({ pages }) => count(pages), align: 'end' },
  {
    title: 'Bytes',
    isIn: ({ bytes }) => bytes !== undefined,
    cell: ({ bytes }) => bytes !== undefined && byteSize(bytes),
    align: 'end',
  },
];
