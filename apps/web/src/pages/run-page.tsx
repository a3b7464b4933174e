import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useState } from 'react';
import { CodedList } from '../parts/coded-list.tsx';
import { type Fact, Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import { Status } from '../parts/status.tsx';
import { isUnderWay } from '../platform/answers.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import type { EarlierAttempt, RunDetails, TimeWindow } from '../platform/run-details.ts';
import { usePolling } from '../use-polling.ts';
import { flowPath, navigate, runPath, WEBHOOKS_PATH } from '../use-route.ts';
import { byteSize, count, dateTime, runDuration, runStatusWords } from '../wording.ts';
import { HeldFilesSection } from './held-files-section.tsx';
import { PartitionsSection } from './partitions-section.tsx';
import { RejectedRowsSection } from './rejected-rows-section.tsx';
import { RunAction } from './run-action.tsx';

const code = style({ font: 'code-sm' });

interface RunPageProps {
  readonly client: PlatformClient;
  readonly flowId: string;
  readonly runId: string;
}

/** One run: what it was to do, what it has done, what went wrong on the way and what people should know. */
export function RunPage({ client, flowId, runId }: RunPageProps) {
  const load = useCallback(async () => {
    const [flow, details, runs] = await Promise.all([
      client.flows.get(flowId),
      client.runs.details(runId),
      client.runs.list(flowId, 1),
    ]);
    return { flow, details, runs };
  }, [client, flowId, runId]);
  const [page, reload] = usePolling(load, ({ details }) => (isUnderWay(details.run) ? 'live' : 'idle'));
  const [problem, setProblem] = useState<string>();
  const known = page.state === 'loaded' ? page.value : undefined;
  return (
    <>
      <PageTop
        title={known === undefined ? 'Run' : `Run of ${known.flow.name}`}
        parent={{ path: flowPath(flowId), name: known?.flow.name ?? 'The flow' }}
        status={known && <Status wording={runStatusWords(known.details.run)} announced />}
        actions={
          known && (
            <RunAction
              client={client}
              flow={known.flow}
              runs={known.runs}
              run={known.details.run}
              onProblem={setProblem}
              onDone={(id) => (id === runId ? reload() : navigate(runPath(flowId, id)))}
            />
          )
        }
      >
        <ProblemAlert
          title="The run could not be loaded"
          problem={page.state === 'loading' ? undefined : page.problem}
        />
        <ProblemAlert title="That was refused" problem={problem} />
      </PageTop>
      {page.state === 'loading' && <Loading what="the run" />}
      {known && <Details client={client} flowId={flowId} details={known.details} />}
    </>
  );
}

interface DetailsProps {
  readonly client: PlatformClient;
  readonly flowId: string;
  readonly details: RunDetails;
}

function Details({ client, flowId, details }: DetailsProps) {
  const { run, earlierAttempts, partitions, shownHeldFiles, batchId } = details;
  return (
    <>
      {run.errors.length > 0 && (
        <Section title="Errors">
          <CodedList items={run.errors} tone="negative" />
        </Section>
      )}
      {run.notices.length > 0 && (
        <Section title="Notices">
          <CodedList items={run.notices} tone="neutral" />
        </Section>
      )}
      {run.heldFiles > 0 && (
        <HeldFilesSection flowId={flowId} runId={run.id} files={shownHeldFiles} total={run.heldFiles} />
      )}
      <Section title="Details">
        <Facts
          facts={[
            ...progressFacts(details),
            ...rowFacts(details),
            ...driftFacts(details),
            ...idFacts(details),
          ]}
        />
      </Section>
      {run.records.failed > 0 && batchId !== undefined && (
        <RejectedRowsSection client={client} batchId={batchId} />
      )}
      {earlierAttempts.length > 0 && (
        <Section title="Earlier attempts">
          <RecordTable
            label="Earlier attempts"
            columns={attemptColumns}
            records={earlierAttempts}
            keyOf={({ attempt, code: error, message }) => `${attempt} ${error} ${message}`}
            onNarrow="cards"
          />
        </Section>
      )}
      {partitions.length > 0 && <PartitionsSection partitions={partitions} />}
    </>
  );
}

function progressFacts({
  run,
  attempt,
  waiting,
  requestedWindow,
  window,
  refreshColumns,
}: RunDetails): readonly Fact[] {
  return [
    { term: 'Started', definition: run.startedAt && dateTime(run.startedAt) },
    { term: 'Duration', definition: runDuration(run, Date.now()) },
    { term: 'Attempt', definition: attempt === 0 ? undefined : count(attempt) },
    { term: 'Waits for the source', definition: waiting && waitingWords(waiting), isWide: true },
    { term: 'Asked for', definition: windowWords(requestedWindow) },
    { term: 'Changes read', definition: windowWords(window) },
    {
      term: 'Columns refreshed',
      definition: refreshColumns.length > 0 ? refreshColumns.join(', ') : undefined,
    },
  ];
}

function rowFacts({ run, reconciliation, alreadyLanded, filesRead }: RunDetails): readonly Fact[] {
  if (isUnderWay(run)) return [];
  const { records, bytes } = run;
  return [
    { term: 'Rows read', definition: count(records.in) },
    { term: 'Rows landed', definition: count(records.out) },
    { term: 'Rows failed', definition: count(records.failed) },
    { term: 'Rows replaced', definition: records.updated === undefined ? undefined : count(records.updated) },
    { term: 'Rows removed', definition: records.deleted === undefined ? undefined : count(records.deleted) },
    { term: 'Had landed already', definition: alreadyLanded === 0 ? undefined : count(alreadyLanded) },
    { term: 'Compared with the source', definition: reconciliation && reconciliationWords(reconciliation) },
    { term: 'Bytes read', definition: byteSize(bytes.in) },
    { term: 'Bytes written', definition: byteSize(bytes.out) },
    { term: 'Files staged', definition: count(filesRead) },
  ];
}

function driftFacts({ drift }: RunDetails): readonly Fact[] {
  const named = (term: string, names: readonly string[]): Fact => ({
    term,
    definition: names.length > 0 ? names.join(', ') : undefined,
  });
  return drift === undefined
    ? []
    : [
        named('Columns that are new', drift.added),
        named('Columns that are gone', drift.removed),
        named('Columns of another type', drift.retyped),
      ];
}

function idFacts({ run, batchId }: RunDetails): readonly Fact[] {
  return [
    { term: 'Run ID', definition: run.id, kind: 'code' },
    { term: 'Batch', definition: batchId, kind: 'code' },
    {
      term: 'Events',
      definition: <Link href={WEBHOOKS_PATH}>Tell other systems of runs by webhooks</Link>,
    },
  ];
}

function waitingWords({ reason, since, until }: NonNullable<RunDetails['waiting']>): string {
  const from = since === undefined ? '' : ` since ${dateTime(since)}`;
  const to = until === undefined ? '' : `, until ${dateTime(until)}`;
  return `${reason}${from}${to}`;
}

function windowWords(window: TimeWindow | undefined): string | undefined {
  if (window?.to === undefined) return undefined;
  const from = window.from ? `After ${dateTime(window.from)}, ` : 'All ';
  return `${from}up to ${dateTime(window.to)}`;
}

function reconciliationWords(figures: NonNullable<RunDetails['reconciliation']>): string {
  if ('notCompared' in figures) return `Not compared: ${figures.notCompared}`;
  return `${count(figures.source)} counted there, ${count(figures.staged)} came`;
}

const attemptColumns: readonly Column<EarlierAttempt>[] = [
  { title: 'Attempt', cell: ({ attempt }) => count(attempt), isShort: true },
  { title: 'Ended', cell: ({ at }) => at !== undefined && dateTime(at), isShort: true },
  { title: 'Class', cell: ({ code: error }) => <span className={code}>{error}</span>, isShort: true },
  { title: 'Why', cell: ({ message }) => message },
];
