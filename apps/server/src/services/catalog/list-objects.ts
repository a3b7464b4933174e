import type { Resource, ResourceCursor, ResourceKind, ResourceOrder } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import type { Condition, StoredPath } from './list-conditions.ts';
import type { Page, ShownObject } from './page-query.ts';
import type { SortKey, SortKeys } from './sort-keys.ts';

/** Objects of one type, as the Catalog lists them. */
export interface Collection {
  /** The stored documents that they are shown of. */
  readonly kind: ResourceKind;
  readonly storedPath: StoredPath;
  /** Properties that a list can be ordered by: those whose order the store knows. */
  readonly sortable: readonly string[];
  /** Those of them that are numbers, or that the store keeps as such. */
  readonly numeric?: readonly string[];
  /** Whether some of the documents are shown as nothing. */
  readonly isPartial?: boolean;
  /** The objects of some documents, in their order; undefined for a document that is shown as nothing. */
  show(
    caller: SandboxedCaller,
    resources: readonly Resource[],
  ): Promise<readonly (ShownObject | undefined)[]>;
}

/** An object of a list with the document that it is shown of. */
export interface Listed {
  readonly resource: Resource;
  readonly shown: ShownObject;
}

export interface ListRequest {
  readonly conditions: readonly Condition[];
  readonly keys: SortKeys;
  readonly page: Page;
}

/**
 * One page of the objects that meet all conditions. Where the store can tell which these are, it reads no others;
 * where it cannot, documents are read in order and a chunk at a time until the page is full.
 */
export async function listObjects(
  caller: SandboxedCaller,
  collection: Collection,
  { conditions, keys, page }: ListRequest,
): Promise<readonly Listed[]> {
  const { start, limit } = page;
  const meetsAll = conditions.flatMap(({ meets }) => meets ?? []);
  if (meetsAll.length === 0 && collection.isPartial !== true) {
    const resources = await caller.store.resources(collection.kind).list({
      filters: storedFilters(conditions),
      ...orderOf(collection, keys),
      limit,
      offset: start,
    });
    return shownOf(caller, collection, resources.items);
  }
  const found: Listed[] = [];
  let skipped = 0;
  for await (const listed of inOrder(caller, collection, { conditions, keys })) {
    if (!meetsAll.every((meets) => meets(listed.shown))) continue;
    if (skipped < start) skipped++;
    else found.push(listed);
    if (found.length === limit) break;
  }
  return found;
}

function storedFilters(conditions: readonly Condition[]) {
  return conditions.flatMap(({ stored }) => stored ?? []);
}

function orderOf({ storedPath, numeric = [] }: Collection, [first, ...others]: SortKeys) {
  const stored = ({ property, descending }: SortKey): ResourceOrder => ({
    path: storedPath([property]) ?? [property],
    descending,
    isNumeric: numeric.includes(property),
  });
  return { order: stored(first), thenBy: others.map(stored) };
}

async function shownOf(
  caller: SandboxedCaller,
  collection: Collection,
  resources: readonly Resource[],
): Promise<readonly Listed[]> {
  const shown = await collection.show(caller, resources);
  return resources.flatMap((resource, index) => {
    const object = shown[index];
    return object === undefined ? [] : [{ resource, shown: object }];
  });
}

/** Documents read at a time. */
const CHUNK = 200;

async function* inOrder(
  caller: SandboxedCaller,
  collection: Collection,
  { conditions, keys }: Omit<ListRequest, 'page'>,
): AsyncGenerator<Listed> {
  let after: ResourceCursor | undefined;
  do {
    const { items, next } = await caller.store.resources(collection.kind).list({
      filters: storedFilters(conditions),
      ...orderOf(collection, keys),
      limit: CHUNK,
      ...(after && { after }),
    });
    yield* await shownOf(caller, collection, items);
    after = next;
  } while (after);
}
