import type { ResourceFilter } from '@tributary/store';
import type { FieldSchema, RegistryResource } from '@tributary/xdm';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { meetsFilters, parsePropertyFilters, propertyTexts } from '../../http/property-filter.ts';

/** Most resources in one answer. */
export const MAX_PAGE_SIZE = 300;

export const PageQuery = Type.Object({
  property: Type.Optional(
    Type.Array(Type.String({ maxLength: 2_000 }), {
      description:
        'Conditions such as `title==Demo` or `meta:intendedToExtend==…/profile`; a bare name asks only that the property is there.',
    }),
  ),
  orderby: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'Properties to sort by, comma-separated; `-` turns one round.',
    }),
  ),
  start: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'The `_page.next` of the page before.' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
});

export type PageQuery = Static<typeof PageQuery>;

export interface ResourcePage<Listed extends FieldSchema = RegistryResource> {
  readonly resources: readonly Listed[];
  readonly orderby: string;
  /** What `start` of the next page must be; null at the end. */
  readonly next: string | null;
}

/**
 * Those of some resources in memory that meet a list's query, in its order. `start` is a value of the first sort property, not an offset:
 * a page therefore goes on beyond its limit until that value changes, so that no resource is left out between pages.
 * @throws {Problem} of kind `invalidParameter`
 */
export function pageOf<Listed extends FieldSchema>(
  resources: readonly Listed[],
  { property, orderby, start, limit = MAX_PAGE_SIZE }: PageQuery,
  defaultOrder: string,
): ResourcePage<Listed> {
  const keys = sortKeys(orderby ?? defaultOrder);
  const [primary] = keys;
  const conditions = listConditions(property);
  const matching = resources.filter((resource) => meetsFilters(resource, conditions));
  const sorted = matching
    .filter((resource) => start === undefined || compareToStart(resource, start, primary) > 0)
    .toSorted((a, b) => keys.reduce((sign, key) => sign || compareBy(key, a, b), 0));
  const size = Math.min(limit, MAX_PAGE_SIZE);
  const last = sorted[size - 1];
  const page = sorted.filter(
    (resource, index) => index < size || (last !== undefined && compareBy(primary, resource, last) === 0),
  );
  const isLast = page.length === sorted.length || last === undefined;
  return {
    resources: page,
    orderby: orderby ?? defaultOrder,
    next: isLast ? null : String(sortValue(last, primary)),
  };
}

const OPERATOR = /[=!<>~]/;

/**
 * The conditions of `property=` parameters; a bare name asks that the property is there.
 * @throws {Problem} of kind `invalidParameter`
 */
export function listConditions(property: readonly string[] | undefined): readonly ResourceFilter[] {
  return propertyTexts(property).flatMap((text): readonly ResourceFilter[] =>
    OPERATOR.test(text)
      ? parsePropertyFilters([text])
      : [{ path: [text.trim()], operator: 'exists', value: '' }],
  );
}

export interface SortKey {
  readonly property: string;
  readonly sign: 1 | -1;
}

/** @throws {Problem} of kind `invalidParameter` */
export function sortKeys(orderby: string): readonly [SortKey, ...SortKey[]] {
  const [first, ...others] = orderby
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key.length > 0)
    .map((key): SortKey => ({ property: key.replace(/^[-+]/, ''), sign: key.startsWith('-') ? -1 : 1 }));
  if (first === undefined) {
    throw new Problem(
      'invalidParameter',
      "The parameter 'orderby' names no property, such as orderby=title.",
      {
        violations: [{ path: 'orderby', message: 'expected the name of a property' }],
      },
    );
  }
  return [first, ...others];
}

/** Names that lists may be sorted by, and where the registry keeps them. */
export const METADATA_NAMES: Readonly<Record<string, string>> = {
  created: 'repo:createdDate',
  updated: 'repo:lastModifiedDate',
};

function sortValue(resource: FieldSchema, { property }: SortKey): string | number {
  const metadataName = METADATA_NAMES[property];
  const holder = metadataName === undefined ? resource : resource['meta:registryMetadata'];
  const value = Object.entries(holder ?? {}).find(([name]) => name === (metadataName ?? property))?.[1];
  return typeof value === 'string' || typeof value === 'number' ? value : '';
}

function compareBy(key: SortKey, a: FieldSchema, b: FieldSchema): number {
  return key.sign * compareValues(sortValue(a, key), sortValue(b, key));
}

function compareToStart(resource: FieldSchema, start: string, key: SortKey): number {
  const value = sortValue(resource, key);
  return key.sign * compareValues(value, typeof value === 'number' ? Number(start) : start);
}

/** Texts are in order of code points, as the store has them. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
