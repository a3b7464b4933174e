import { useCallback } from 'react';
import { type Fact, Facts } from '../parts/facts.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { Flow } from '../platform/answers.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';
import { dateTime, fullScheduleWords, nextRunWords } from '../wording.ts';

/** What a flow reads, when, and by which mapping. */
export function FlowFacts({ client, flow }: { client: PlatformClient; flow: Flow }) {
  const { sourceConnectionId } = flow;
  const load = useCallback(() => loadSource(client, sourceConnectionId), [client, sourceConnectionId]);
  const [source] = usePolling(load, () => 'once');
  const known = source.state === 'loaded' ? source.value : undefined;

  const facts: Fact[] = [
    { term: 'Source', definition: known?.connector },
    { term: 'Connection', definition: known?.connection },
    { term: 'Table', definition: known?.table },
    { term: 'New rows are told by', definition: flow.deltaColumn, kind: 'code' },
    { term: 'Schedule', definition: fullScheduleWords(flow.schedule, Date.now()) },
    { term: 'Next run', definition: nextRunWords(flow.nextRunAt, Date.now()) },
    { term: 'Created', definition: flow.createdAt && dateTime(flow.createdAt) },
    { term: 'Mapping set', definition: flow.mappingId, kind: 'code' },
    { term: 'Flow ID', definition: flow.id, kind: 'code' },
  ];
  return (
    <>
      <ProblemAlert
        title="The source could not be loaded"
        problem={source.state === 'loading' ? undefined : source.problem}
      />
      <Facts facts={facts} />
    </>
  );
}

async function loadSource(client: PlatformClient, sourceConnectionId: string | undefined) {
  if (sourceConnectionId === undefined) return undefined;
  const { name, baseConnectionId, connectionSpecId } = await client.sourceTable(sourceConnectionId);
  const [connection, connector] = await Promise.all([
    baseConnectionId === undefined ? undefined : client.baseConnectionName(baseConnectionId),
    connectionSpecId === undefined ? undefined : client.connectorName(connectionSpecId),
  ]);
  return { table: name, connection, connector };
}
