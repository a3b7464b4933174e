import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import type { Collection, Listed } from './list-objects.ts';
import { MAX_LIMIT } from './page-query.ts';

/**
 * The objects whose ids a path names, with commas between. Of several, those that are there.
 * @throws {Problem} of kind `notFound` when none is, or `invalidParameter` for more than a list may have
 */
export async function lookUp(
  caller: SandboxedCaller,
  collection: Collection,
  idList: string,
  notFound: (id: string) => Problem,
): Promise<readonly Listed[]> {
  const ids = [...new Set(idList.split(',').filter((id) => id !== ''))];
  if (ids.length > MAX_LIMIT) {
    throw new Problem(
      'invalidParameter',
      `A path names at most ${MAX_LIMIT} ids; this one names ${ids.length}.`,
    );
  }
  const stored = await caller.store.resources(collection.kind).getAll(ids);
  const resources = ids.flatMap((id) => stored.get(id) ?? []);
  const shown = await collection.show(caller, resources);
  const found = resources.flatMap((resource, index) => {
    const object = shown[index];
    return object === undefined ? [] : [{ resource, shown: object }];
  });
  if (found.length === 0) throw notFound(idList);
  return found;
}
