import type { FileIO } from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import { Problem } from '../../http/problem.ts';
import { lockedDataSet } from './change-data-set.ts';
import { requireMatch } from './if-match.ts';

/** Users that are named at most. */
const MAX_NAMED = 5;

/**
 * Forgets a dataset and its table; answers where the table's files lie, which nothing refers to any more.
 * @throws {Problem} of kind `notFound`, `preconditionFailed`, or `conflict` while a target connection writes to it
 */
export async function deleteDataSet(
  store: ScopedStore,
  id: string,
  ifMatch: string | undefined,
): Promise<string | undefined> {
  return store.transaction(async (scoped) => {
    requireMatch(await lockedDataSet(scoped, id), ifMatch);
    await requireUnused(scoped, id);
    const pointer = await scoped.tables.get(id);
    await scoped.tables.remove(id);
    await scoped.resources('dataSet').remove(id);
    return pointer?.location;
  });
}

async function requireUnused(store: ScopedStore, id: string): Promise<void> {
  const { items } = await store.resources('targetConnection').list({
    filters: [{ path: ['params', 'dataSetId'], operator: '==', value: id }],
    limit: MAX_NAMED,
  });
  if (items.length === 0) return;
  const users = items.map((connection) => connection.id).join(', ');
  throw new Problem(
    'conflict',
    `The dataset ${id} is the target of the target connection ${users}. Delete its dataflow and the target connection first.`,
    { violations: items.map((user) => ({ path: '', message: `used by the target connection ${user.id}` })) },
  );
}

/** Removes every file of a table that no catalog knows any more. */
export async function removeTableFiles(io: FileIO, location: string): Promise<void> {
  for await (const file of io.list(location)) await io.remove(file.location);
}
