import { documentOf } from '@tributary/runner';
import type { Leftover, ResourceCursor, ScopedStore } from '@tributary/store';
import { Problem } from '../../http/problem.ts';
import { type Files, type Log, removeLeftovers } from '../remove-leftovers.ts';
import { lockedDataSet } from './change-data-set.ts';
import { type Conditions, requireMatch } from './if-match.ts';
import { ofDataSet } from './newest-batches.ts';
import { transactionWithEffects } from './side-effects.ts';

export interface DataSetDeletion {
  readonly id: string;
  readonly conditions: Conditions;
  /** Whether the files of its table go as well. */
  readonly deleteData: boolean;
}

/**
 * Deletes a dataset, and with it its table. The table is forgotten in one transaction, and only then do its files go, so
 * that no reader is ever led to a file that is not there: if the process ends in between, they go later. Its batches stay
 * as a record of what was loaded; their files are no longer served.
 * @throws {Problem} of kind `notFound`, `preconditionFailed`, or `conflict` while something writes to it
 */
export async function deleteDataSet(
  files: Files,
  store: ScopedStore,
  { id, conditions, deleteData }: DataSetDeletion,
  log: Log,
): Promise<void> {
  await transactionWithEffects(store, async (scoped, effects) => {
    requireMatch(await lockedDataSet(scoped, id), conditions);
    await requireUnused(scoped, id);
    const leftovers = deleteData ? await noteFiles(scoped, id) : [];
    await scoped.tables.remove(id);
    await scoped.resources('dataSet').remove(id);
    effects.afterCommit(async () => void (await removeLeftovers(files, leftovers, log)));
  });
}

/** A worker whose flow has just been deleted may write until it learns of it, which takes much less than this. */
const LATE_WRITES_MS = 600_000;

/** Notes the files of a dataset's table, and those with the rows that did not land; those that can go at once. */
async function noteFiles(store: ScopedStore, id: string): Promise<readonly Leftover[]> {
  const now = new Date();
  const atOnce: Leftover[] = [];
  const table = await store.tables.get(id);
  if (table !== undefined) {
    const files = { kind: 'table', name: table.location } as const;
    atOnce.push(...(await store.leftovers.note([{ ...files, notBefore: now }])));
    await store.leftovers.note([{ ...files, notBefore: new Date(now.getTime() + LATE_WRITES_MS) }]);
  }
  let after: ResourceCursor | undefined;
  do {
    const page = await store
      .resources('batch')
      .list({ filters: [ofDataSet(id)], limit: BATCHES_AT_ONCE, ...(after && { after }) });
    const files = page.items.map((batch) => ({
      kind: 'diagnostics' as const,
      name: batch.id,
      notBefore: now,
    }));
    atOnce.push(...(await store.leftovers.note(files)));
    after = page.next;
  } while (after);
  return atOnce;
}

const BATCHES_AT_ONCE = 200;

/** Users that are named at most. */
const MAX_NAMED = 5;

async function requireUnused(store: ScopedStore, id: string): Promise<void> {
  const { items: connections } = await store.resources('targetConnection').list({
    filters: [{ path: ['params', 'dataSetId'], operator: '==', value: id }],
    limit: MAX_NAMED,
  });
  if (connections.length === 0) return;
  const users = [];
  for (const connection of connections) {
    users.push(userText('target connection', connection.id, documentOf('targetConnection', connection).name));
    const { items: flows } = await store.resources('flow').list({
      filters: [{ path: ['targetConnectionIds'], operator: '==', value: connection.id }],
      limit: MAX_NAMED,
    });
    for (const flow of flows) users.push(userText('dataflow', flow.id, documentOf('flow', flow).name));
  }
  throw new Problem(
    'conflict',
    `The dataset ${id} is used by the ${users.join(', the ')}. Delete its dataflows and target connections first.`,
    { violations: users.map((user) => ({ path: '', message: `used by the ${user}` })) },
  );
}

function userText(type: string, id: string, name: string | undefined): string {
  return `${type} ${id}${name === undefined ? '' : ` ('${name}')`}`;
}
