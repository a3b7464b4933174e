import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { CodedList } from '../parts/coded-list.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import type { HeldFile } from '../platform/run-details.ts';
import { runPath } from '../use-route.ts';
import { count, dateTime } from '../wording.ts';

const text = style({ font: 'body', margin: 0 });
const path = style({ font: 'code-sm', overflowWrap: 'anywhere' });

interface HeldFilesSectionProps {
  readonly flowId: string;
  /** Of the run that is shown. */
  readonly runId: string;
  /** The first of them. */
  readonly files: readonly HeldFile[];
  /** How many there are. */
  readonly total: number;
}

/** Files that cannot be read, each with why and since when. */
export function HeldFilesSection({ flowId, runId, files, total }: HeldFilesSectionProps) {
  return (
    <Section title="Files held back">
      <p className={text}>
        They cannot be read, and keep no other file from landing. They are read again when they change, when
        the source connection reads them in another way, or when somebody asks for it.
      </p>
      <RecordTable
        label="Files held back"
        columns={columnsFor(flowId, runId)}
        records={files}
        keyOf={({ name }) => name}
        onNarrow="cards"
      />
      {files.length < total && (
        <p className={text}>
          These are the first {count(files.length)} of {count(total)}.
        </p>
      )}
    </Section>
  );
}

function columnsFor(flowId: string, shownRunId: string): readonly Column<HeldFile>[] {
  return [
    { title: 'File', cell: ({ name }) => <bdi className={path}>{name}</bdi> },
    { title: 'Why', cell: (file) => <CodedList items={[file]} tone="negative" /> },
    {
      title: 'Found',
      cell: ({ runId, since }) => {
        const moment = since === undefined ? 'By an earlier run' : dateTime(since);
        return runId === undefined || runId === shownRunId ? (
          moment
        ) : (
          <Link href={runPath(flowId, runId)}>{moment}</Link>
        );
      },
      isShort: true,
    },
  ];
}
