import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';
import { actionsFor } from '../flow/run-actions.ts';
import { CodedList } from '../parts/coded-list.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import { Status } from '../parts/status.tsx';
import { isUnderWay, type Run } from '../platform/answers.ts';
import { runPath } from '../use-route.ts';
import { byteSize, count, dateTime, runDuration, runStatusWords } from '../wording.ts';
import { RunAction, type RunActionProps } from './run-action.tsx';

const text = style({ font: 'body', margin: 0 });
interface RunsSectionProps extends Omit<RunActionProps, 'onProblem'> {}

/** A flow's newest runs, and what can be done with them. */
export function RunsSection({ runs, ...rest }: RunsSectionProps) {
  const [problem, setProblem] = useState<string>();
  const actions: Column<Run> = {
    title: 'Action',
    cell: (run) => <RunAction {...rest} runs={runs} run={run} onProblem={setProblem} />,
    isShort: true,
  };
  const isActionable = runs.some((run) => actionsFor(run, rest.flow, runs).length > 0);
  const columns = [
    statusColumn(runs[0]?.id),
    // In sight however wide the rest is.
    ...(isActionable ? [actions] : []),
    startedColumn(rest.flow.id),
    ...metricColumns,
    ...rareColumns.filter(({ isIn }) => runs.some(isIn)),
  ];
  return (
    <Section title="Runs">
      <ProblemAlert title="That was refused" problem={problem} />
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

/** With the way to all that is told of the run. */
function startedColumn(flowId: string): Column<Run> {
  return {
    title: 'Started',
    cell: ({ id, startedAt }) => (
      <Link href={runPath(flowId, id)} isStandalone>
        {startedAt === undefined ? 'Not yet' : dateTime(startedAt)}
      </Link>
    ),
    isShort: true,
  };
}

const metricColumns: readonly Column<Run>[] = [
  { title: 'Duration', cell: (run) => runDuration(run, Date.now()), align: 'end' },
  { title: 'Records in', cell: (run) => ended(run, count(run.records.in)), align: 'end' },
  { title: 'Records out', cell: (run) => ended(run, count(run.records.out)), align: 'end' },
  { title: 'Failed', cell: (run) => ended(run, count(run.records.failed)), align: 'end' },
  { title: 'Bytes in', cell: (run) => ended(run, byteSize(run.bytes.in)), align: 'end' },
  { title: 'Bytes out', cell: (run) => ended(run, byteSize(run.bytes.out)), align: 'end' },
];

/** Columns that are shown where one of the runs has something for them. */
const rareColumns: readonly (Column<Run> & { readonly isIn: (run: Run) => boolean })[] = [
  {
    title: 'Updated',
    isIn: ({ records }) => records.updated !== undefined,
    cell: ({ records }) => records.updated !== undefined && count(records.updated),
    align: 'end',
  },
  {
    title: 'Deleted',
    isIn: ({ records }) => records.deleted !== undefined,
    cell: ({ records }) => records.deleted !== undefined && count(records.deleted),
    align: 'end',
  },
  {
    title: 'At source',
    isIn: ({ records }) => records.atSource !== undefined,
    cell: ({ records }) => records.atSource !== undefined && count(records.atSource),
    align: 'end',
  },
  {
    title: 'Errors',
    isIn: ({ errors }) => errors.length > 0,
    cell: ({ errors }) => errors.length > 0 && <CodedList items={errors} tone="negative" />,
  },
  {
    title: 'Notices',
    isIn: ({ notices }) => notices.length > 0,
    cell: ({ notices }) => notices.length > 0 && <CodedList items={notices} tone="neutral" />,
  },
];
