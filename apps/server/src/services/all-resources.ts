import type { Resource, ResourceCursor, ResourceOrder, Resources } from '@tributary/store';

/** Rows read at a time. */
const CHUNK = 500;

/**
 * Every resource of a kind, for services whose filters go beyond what the store can express. Only for kinds of which a
 * sandbox has few: all are in memory at once.
 */
export async function allResources(
  resources: Resources,
  order: ResourceOrder = { path: ['createdAt'], descending: true },
): Promise<readonly Resource[]> {
  const all: Resource[] = [];
  let after: ResourceCursor | undefined;
  do {
    const page = await resources.list({ order, limit: CHUNK, ...(after && { after }) });
    all.push(...page.items);
    after = page.next;
  } while (after);
  return all;
}
