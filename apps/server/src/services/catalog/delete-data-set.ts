import { documentOf } from '@tributary/runner';
import type { ResourceCursor, ScopedStore } from '@tributary/store';
import type { FastifyBaseLogger } from 'fastify';
import { Problem } from '../../http/problem.ts';
import type { Dependencies } from '../dependencies.ts';
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

interface Tools extends Pick<Dependencies, 'lake' | 'runFiles'> {
  readonly log: Pick<FastifyBaseLogger, 'warn'>;
}

/**
 * Deletes a dataset, and with it its table. The table is forgotten in one transaction, and only then do its files go, so
 * that no reader is ever led to a file that is not there: if the process ends in between, files are left that nothing
 * refers to. Its batches stay as a record of what was loaded; their files are no longer served.
 * @throws {Problem} of kind `notFound`, `preconditionFailed`, or `conflict` while something writes to it
 */
export async function deleteDataSet(
  tools: Tools,
  store: ScopedStore,
  { id, conditions, deleteData }: DataSetDeletion,
): Promise<void> {
  await transactionWithEffects(store, async (scoped, effects) => {
    requireMatch(await lockedDataSet(scoped, id), conditions);
    await requireUnused(scoped, id);
    const pointer = await scoped.tables.get(id);
    await scoped.tables.remove(id);
    await scoped.resources('dataSet').remove(id);
    if (!deleteData) return;
    effects.afterCommit(() =>
      removeRows(tools, store, { id, location: pointer?.location }).catch((error: unknown) => {
        // The dataset is gone all the same; files that stay cost space and harm nothing.
        tools.log.warn({ err: error, dataSet: id }, 'files of a deleted dataset could not be removed');
      }),
    );
  });
}

/** Removes the rows of a dataset that is gone: the files of its table, and those with the rows that did not land. */
async function removeRows(
  { lake, runFiles }: Tools,
  store: ScopedStore,
  { id, location }: { readonly id: string; readonly location: string | undefined },
): Promise<void> {
  if (location !== undefined) {
    for await (const file of lake.io.list(location)) await lake.io.remove(file.location);
  }
  let after: ResourceCursor | undefined;
  do {
    const page = await store
      .resources('batch')
      .list({ filters: [ofDataSet(id)], limit: BATCHES_AT_ONCE, ...(after && { after }) });
    for (const batch of page.items) await runFiles.removeDiagnostics(batch.id);
    after = page.next;
  } while (after);
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
