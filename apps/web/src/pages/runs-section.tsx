import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import { Status } from '../parts/status.tsx';
import { isUnderWay, type Run, type RunError } from '../platform/answers.ts';
import { byteSize, count, dateTime, runDuration, runStatusWords } from '../wording.ts';

const text = style({ font: 'body', margin: 0 });
const errorList = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 4,
  margin: 0,
  padding: 0,
  listStyleType: 'none',
  minWidth: { default: 0, md: 200 },
  overflowWrap: 'anywhere',
});
const errorCode = style({ font: 'code-sm', color: 'negative' });

/** A flow's newest runs. */
export function RunsSection({ runs }: { runs: readonly Run[] }) {
  const hasErrors = runs.some(({ errors }) => errors.length > 0);
  const newestId = runs[0]?.id;
  const columns = [statusColumn(newestId), ...metricColumns, ...(hasErrors ? [errorsColumn] : [])];
  return (
    <Section title="Runs">
      {runs.length === 0 ? (
        <p className={text}>The flow has not run yet.</p>
      ) : (
        <RecordTable label="Runs" columns={columns} records={runs} keyOf={({ id }) => id} onNarrow="cards" />
      )}
    </Section>
  );
}

/** What a run counts only at its end has nothing to show before. */
function ended(run: Run, words: string): string {
  return isUnderWay(run) ? '' : words;
}

function statusColumn(announcedRunId: string | undefined): Column<Run> {
  return {
    title: 'Status',
    cell: (run) => <Status wording={runStatusWords(run)} announced={run.id === announcedRunId} />,
    isShort: true,
  };
}

const metricColumns: readonly Column<Run>[] = [
  { title: 'Started', cell: ({ startedAt }) => startedAt && dateTime(startedAt), isShort: true },
  { title: 'Duration', cell: (run) => runDuration(run, Date.now()), align: 'end' },
  { title: 'Records in', cell: (run) => ended(run, count(run.records.in)), align: 'end' },
  { title: 'Records out', cell: (run) => ended(run, count(run.records.out)), align: 'end' },
  { title: 'Failed', cell: (run) => ended(run, count(run.records.failed)), align: 'end' },
  { title: 'Bytes in', cell: (run) => ended(run, byteSize(run.bytes.in)), align: 'end' },
  { title: 'Bytes out', cell: (run) => ended(run, byteSize(run.bytes.out)), align: 'end' },
];

const errorsColumn: Column<Run> = {
  title: 'Errors',
  cell: ({ errors }) => errors.length > 0 && <Errors errors={errors} />,
};

function Errors({ errors }: { errors: readonly RunError[] }) {
  return (
    <ul className={errorList}>
      {errors.map(({ code, message }) => (
        <li key={`${code} ${message}`}>
          <span className={errorCode}>{code}</span> {message}
        </li>
      ))}
    </ul>
  );
}
