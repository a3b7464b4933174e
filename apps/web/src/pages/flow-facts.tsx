import { useCallback } from 'react';
import { isObject } from '../json.ts';
import { type Fact, Facts } from '../parts/facts.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { Flow } from '../platform/answers.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { labelOf } from '../spec/label-of.ts';
import { usePolling } from '../use-polling.ts';
import { dateTime, fullScheduleWords, modeWords, nextRunWords } from '../wording.ts';

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
    { term: 'Write mode', definition: modeWords(flow.mode).name },
    { term: 'Key columns', definition: flow.keyColumns.length > 0 ? flow.keyColumns.join(', ') : undefined },
    { term: 'Schedule', definition: fullScheduleWords(flow.schedule, Date.now()) },
    { term: 'Next run', definition: nextRunWords(flow.nextRunAt, Date.now()) },
    { term: 'Created', definition: flow.createdAt && dateTime(flow.createdAt) },
    ...optionFacts(flow.options),
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

/** Options that the flow itself sets. */
function optionFacts(options: Flow['options']): readonly Fact[] {
  return Object.entries(options).map(
    ([name, value]): Fact => ({ term: labelOf(name), definition: optionWords(value) }),
  );
}

function optionWords(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (!isObject(value)) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${labelOf(name)} ${String(inner)}`)
    .join(', ');
}

async function loadSource(client: PlatformClient, sourceConnectionId: string | undefined) {
  if (sourceConnectionId === undefined) return undefined;
  const { name, baseConnectionId, connectionSpecId } = await client.sources.table(sourceConnectionId);
  const [connection, connector] = await Promise.all([
    baseConnectionId === undefined ? undefined : client.connections.get(baseConnectionId),
    connectionSpecId === undefined ? undefined : client.connections.connectorName(connectionSpecId),
  ]);
  return { table: name, connection: connection?.name, connector };
}
