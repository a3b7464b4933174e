import { asRegistryResource } from '@tributary/runner';
import type { Resource, ResourceCursor, ResourceFilter, ResourceOrder, ScopedStore } from '@tributary/store';
import { altIdOf, type RegistryResource } from '@tributary/xdm';
import type { TenantCollection } from './collections.ts';
import {
  listConditions,
  MAX_PAGE_SIZE,
  METADATA_NAMES,
  type PageQuery,
  type ResourcePage,
  type SortKey,
  sortKeys,
} from './resource-page.ts';

const DEFAULT_ORDER = 'updated';

/** How much of each resource a list shows: all of it, or what the short form has. */
export type ListedForm = 'whole' | 'summary';

const SUMMARY_MEMBERS: readonly string[] = ['title', 'version'];

/**
 * One page of a sandbox's own resources, filtered and sorted in the store. `start` is a value of the first sort property,
 * beyond which the page begins; where resources on both sides of the page's end share that value, `next` says more.
 * @throws {Problem} of kind `invalidParameter`
 */
export async function tenantPage(
  store: ScopedStore,
  { kind }: TenantCollection,
  { property, orderby = DEFAULT_ORDER, start, limit = MAX_PAGE_SIZE }: PageQuery,
  form: ListedForm,
): Promise<ResourcePage> {
  const keys = sortKeys(orderby);
  const [order, ...thenBy] = keys.map(orderOf);
  const size = Math.min(limit, MAX_PAGE_SIZE);
  const after = start === undefined ? undefined : cursorOf(start, keys);
  const { items } = await store.resources(kind).list({
    filters: listConditions(property).map(conditionOf),
    ...(order && { order }),
    thenBy,
    // One more than is shown tells whether there is a next page, and whether it begins with the same value.
    limit: size + 1,
    ...(form === 'summary' && { members: [...SUMMARY_MEMBERS, ...keys.map((key) => key.property)] }),
    ...(after && { after }),
  });
  const shown = items.slice(0, size);
  return {
    resources: shown.map(form === 'summary' ? summaryOf : asRegistryResource),
    orderby,
    next: nextStart(shown.at(-1), items[size], keys),
  };
}

/** As much of a resource as its short form shows. */
function summaryOf({ id, body }: Resource): RegistryResource {
  // Members of bodies that this service alone writes, as createTenantResource makes them.
  const { title, version } = body as Pick<RegistryResource, 'title' | 'version'>;
  return { $id: id, 'meta:altId': altIdOf(id), 'meta:resourceType': 'schemas', title, version };
}

/** Properties that the store keeps in columns, by the names that lists know them by. An altId is in the order of its id. */
const STORED_NAMES: Readonly<Record<string, string>> = {
  created: 'createdAt',
  updated: 'updatedAt',
  'meta:altId': '$id',
};

function orderOf({ property, sign }: SortKey): ResourceOrder {
  return { path: [storedName(property)], descending: sign < 0 };
}

function storedName(property: string): string {
  return Object.hasOwn(STORED_NAMES, property) ? (STORED_NAMES[property] ?? property) : property;
}

function conditionOf(filter: ResourceFilter): ResourceFilter {
  const [name = '', ...rest] = filter.path;
  const isDate = rest.length === 0 && Object.hasOwn(METADATA_NAMES, name);
  return isDate ? { ...filter, path: [storedName(name)] } : filter;
}

/** What a page's `next` holds where the first sort property alone does not say where it ends: all values, and the id. */
const COMPOSITE = /^\[".*"\]$/s;

function cursorOf(
  start: string,
  keys: readonly SortKey[],
): ResourceCursor | Pick<ResourceCursor, 'orderValue'> {
  const values = COMPOSITE.test(start) ? compositeOf(start) : undefined;
  if (values === undefined || values.length !== keys.length + 1)
    return { orderValue: plainStart(start, keys) };
  const [orderValue = '', ...rest] = values;
  return { orderValue, thenValues: rest.slice(0, -1), id: rest.at(-1) ?? '' };
}

function compositeOf(start: string): readonly string[] | undefined {
  try {
    const values: unknown = JSON.parse(start);
    return Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : undefined;
  } catch {
    return undefined;
  }
}

/** A client may go on from the altId that it saw; the store sorts by ids, which differ in what they begin with. */
function plainStart(start: string, [key]: readonly SortKey[]): string {
  if (key?.property !== 'meta:altId') return start;
  return `https://ns.adobe.com/${start.replace(/^_/, '').replaceAll('.', '/')}`;
}

function nextStart(
  last: Resource | undefined,
  following: Resource | undefined,
  keys: readonly [SortKey, ...SortKey[]],
): string | null {
  if (last === undefined || following === undefined) return null;
  const [first] = keys;
  const value = sortTextOf(last, first);
  // A value that looks like several is written as one of several, so that it is read as it was meant.
  if (value !== sortTextOf(following, first) && !COMPOSITE.test(value)) {
    return first.property === 'meta:altId' ? altIdOf(last.id) : value;
  }
  return JSON.stringify([...keys.map((key) => sortTextOf(last, key)), last.id]);
}

/** The value that the store sorts by, as text. */
function sortTextOf({ id, body, createdAt, updatedAt }: Resource, { property }: SortKey): string {
  switch (storedName(property)) {
    case 'createdAt':
      return String(createdAt.getTime());
    case 'updatedAt':
      return String(updatedAt.getTime());
    case '$id':
      return id;
    default: {
      const value = Object.entries(body).find(([name]) => name === property)?.[1];
      if (value === undefined || value === null) return '';
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    }
  }
}
