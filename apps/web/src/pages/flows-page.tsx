import { Button } from '@react-spectrum/s2/Button';
import { Link } from '@react-spectrum/s2/Link';
import { LinkButton } from '@react-spectrum/s2/LinkButton';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useState } from 'react';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Status } from '../parts/status.tsx';
import { type Flow, isUnderWay, type Run } from '../platform/answers.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';
import { CONNECTIONS_PATH, flowPath } from '../use-route.ts';
import { count, dateTime, flowStateWords, nextRunWords, runStatusWords, scheduleWords } from '../wording.ts';
import { FirstSteps } from './first-steps.tsx';

const PAGE_SIZE = 50;
/** The most that the Flow Service lists at once. */
const MAX_FLOWS = 1_000;

const content = style({ display: 'flex', flexDirection: 'column', gap: 20 });
/** However long a name is, the other columns stay in sight. */
const name = style({ display: 'block', minWidth: { default: 0, md: 200 }, overflowWrap: 'anywhere' });
const text = style({ font: 'body', margin: 0 });

/** All flows, newest first, with how their last run went. */
export function FlowsPage({ client }: { client: PlatformClient }) {
  const [limit, setLimit] = useState(PAGE_SIZE);
  const load = useCallback(() => loadFlows(client, limit), [client, limit]);
  const [list] = usePolling(load, ({ flows }) =>
    flows.some(({ lastRun }) => lastRun && isUnderWay(lastRun)) ? 'live' : 'idle',
  );

  return (
    <div className={content}>
      <PageTop
        title="Flows"
        actions={
          <LinkButton href={CONNECTIONS_PATH} variant="accent">
            New flow
          </LinkButton>
        }
      />
      <ProblemAlert
        title="The flows could not be loaded"
        problem={list.state === 'loading' ? undefined : list.problem}
      />
      {list.state === 'loading' && <Loading what="flows" />}
      {list.state === 'loaded' && list.value.flows.length === 0 && <FirstSteps />}
      {list.state === 'loaded' && list.value.flows.length > 0 && (
        <RecordTable
          label="Flows"
          columns={columns}
          records={list.value.flows}
          keyOf={({ flow }) => flow.id}
          onNarrow="cards"
        />
      )}
      {list.state === 'loaded' && list.value.hasMore && limit < MAX_FLOWS && (
        <div>
          <Button variant="secondary" onPress={() => setLimit(limit + PAGE_SIZE)}>
            Show more
          </Button>
        </div>
      )}
      {list.state === 'loaded' && list.value.hasMore && limit >= MAX_FLOWS && (
        <p className={text}>
          These are the newest {count(MAX_FLOWS)} flows. Older ones are found by the API.
        </p>
      )}
    </div>
  );
}

/** A flow with what the list shows beside it. */
interface ListedFlow {
  readonly flow: Flow;
  /** Such as "Contact (Salesforce)". */
  readonly source: string | undefined;
  readonly lastRun: Run | undefined;
}

const columns: readonly Column<ListedFlow>[] = [
  {
    title: 'Name',
    cell: ({ flow }) => (
      <span className={name}>
        <Link href={flowPath(flow.id)} isStandalone>
          <bdi>{flow.name}</bdi>
        </Link>
      </span>
    ),
  },
  { title: 'State', cell: ({ flow }) => <Status wording={flowStateWords(flow.state)} />, isShort: true },
  { title: 'Source', cell: ({ source }) => source },
  { title: 'Schedule', cell: ({ flow }) => scheduleWords(flow.schedule) },
  {
    title: 'Last run',
    isShort: true,
    cell: ({ lastRun }) =>
      lastRun === undefined ? 'None yet' : <Status wording={runStatusWords(lastRun)} />,
  },
  {
    title: 'Started',
    cell: ({ lastRun }) => lastRun?.startedAt && dateTime(lastRun.startedAt),
    isShort: true,
  },
  { title: 'Next run', cell: ({ flow }) => nextRunWords(flow.nextRunAt, Date.now()) },
  {
    title: 'Rows landed',
    // A run counts at its end.
    cell: ({ lastRun }) => lastRun && !isUnderWay(lastRun) && count(lastRun.records.out),
    align: 'end',
  },
];

async function loadFlows(client: PlatformClient, limit: number) {
  const { flows, hasMore } = await client.flows.list(limit);
  const listed = flows.map(async (flow): Promise<ListedFlow> => {
    const [source, lastRun] = await Promise.all([
      flow.sourceConnectionId === undefined ? undefined : describeSource(client, flow.sourceConnectionId),
      flow.lastRunId === undefined ? undefined : client.runs.get(flow.lastRunId),
    ]);
    return { flow, source, lastRun };
  });
  return { flows: await Promise.all(listed), hasMore };
}

async function describeSource(client: PlatformClient, sourceConnectionId: string): Promise<string> {
  const { name, connectionSpecId } = await client.sources.table(sourceConnectionId);
  return connectionSpecId === undefined
    ? name
    : `${name} (${await client.connections.connectorName(connectionSpecId)})`;
}
