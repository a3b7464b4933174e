import { planMappings } from '@tributary/data-prep';
import type { RunRecord, ScopedStore } from '@tributary/store';
import { FlowUnfit } from './failure.ts';
import { named, type OtherFlow, otherFlowsInto } from './other-flows.ts';
import { type PreparedFlow, prepareFlow } from './prepare-flow.ts';

/**
 * A refresh finds rows by their key, and cannot tell whose they are. Where a flow appends, a row of another
 * one that has an equal key is another row; where it upserts, a key means one row whoever has landed it, as
 * its own runs take it.
 * @param key paths of the fields of the key
 * @throws {FlowUnfit} where a flow appends to a dataset in which another fills the fields of its key
 */
export async function requireOwnKeys(
  store: ScopedStore,
  { flowId }: Pick<RunRecord, 'flowId'>,
  { dataSetId, writeMode }: Pick<PreparedFlow, 'dataSetId' | 'writeMode'>,
  key: readonly (readonly string[])[],
): Promise<void> {
  if (writeMode.kind !== 'append') return;
  const others: OtherFlow[] = [];
  for (const other of await otherFlowsInto(store, dataSetId, flowId))
    if (await fills(store, other, key)) others.push(other);
  if (others.length === 0) return;
  const fields = key.map((path) => path.join('.')).join(', ');
  const message =
    `a refresh finds rows by ${fields}, which ${named(others)} fills in the dataset ${dataSetId} too: it would go into the rows of ` +
    'both that have an equal key. Set the mode of this flow to upsert where an equal key means the same row, or have it land in a dataset of its own';
  throw new FlowUnfit([{ path: '/params/refreshColumns', message }]);
}

/**
 * Whether rows that a flow lands have the key; of one that cannot run nothing is known but that it may have
 * landed some.
 */
async function fills(
  store: ScopedStore,
  flow: OtherFlow,
  key: readonly (readonly string[])[],
): Promise<boolean> {
  const preparation = await prepareFlow(store, flow);
  if (!preparation.ok) return true;
  const { mappings, schema } = preparation.prepared;
  const planned = planMappings({ mappings, columns: 'unknown', target: schema.root });
  if (!planned.ok) return true;
  const filled = new Set(planned.plan.targets.map(({ path }) => JSON.stringify(path)));
  return key.every((path) => filled.has(JSON.stringify(path)));
}
