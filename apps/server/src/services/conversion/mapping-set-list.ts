import type { ResourceOrder, ResourceQuery } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { meetsFilters, parsePropertyFilters } from '../../http/property-filter.ts';
import { STATUS } from './mapping-set-document.ts';
import { queryFlag } from './query-flag.ts';

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;

export const ListQuery = Type.Object({
  limit: Type.Integer({
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    description: 'Sets on a page',
  }),
  start: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 0,
    description: 'Sets to leave out before the page',
  }),
  name: Type.Optional(Type.String({ description: 'Only sets of this name' })),
  orderBy: Type.Optional(
    Type.String({ description: 'createdDate or updatedDate, after + (ascending) or - (descending)' }),
  ),
  property: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: 'Filters such as xdmSchema==…; several narrow each other',
    }),
  ),
  expandSchema: queryFlag('true adds the whole output schema to each set'),
});
export type ListQuery = Static<typeof ListQuery>;

/** Where what a filter may name is kept. */
const filterable: ReadonlyMap<string, string> = new Map([
  ['id', 'id'],
  ['name', 'name'],
  ['xdmSchema', 'outputSchemaId'],
  ['createdBy', 'createdBy'],
  ['modifiedBy', 'updatedBy'],
  ['sourceConnectionId', 'sourceConnectionId'],
]);

/**
 * What a list asks of the store; undefined where nothing can meet its filters.
 * @throws {Problem} that names the parameter
 */
export function storeQueryOf({
  limit,
  start,
  name,
  orderBy,
  property,
}: ListQuery): ResourceQuery | undefined {
  const given = parsePropertyFilters(property);
  const onStatus = given.filter(({ path }) => path.join('.') === 'status');
  const filters = given
    .filter((filter) => !onStatus.includes(filter))
    .map((filter) => {
      const stored = filterable.get(filter.path.join('.'));
      if (stored === undefined) {
        throw invalidParameter('property', `must name one of ${[...filterable.keys(), 'status'].join(', ')}`);
      }
      return { ...filter, path: [stored] };
    });
  const order = orderOf(orderBy);
  if (!meetsFilters({ status: STATUS }, onStatus)) return undefined;
  if (name !== undefined) filters.push({ path: ['name'], operator: '==', value: name });
  return { filters, limit, offset: start, order };
}

/** Some clients spell the second one as the platform's Postman collection does. */
const orderable: ReadonlyMap<string, string> = new Map([
  ['createdDate', 'createdAt'],
  ['updatedDate', 'updatedAt'],
  ['modifiedDate', 'updatedAt'],
  ['lastUpdateDate', 'updatedAt'],
]);

/** Newest first where nothing is asked for. A plus sign that was not encoded arrives as a blank. */
function orderOf(orderBy: string | undefined): ResourceOrder {
  if (!orderBy) return { path: ['createdAt'], descending: true };
  const stored = orderable.get(orderBy.replace(/^[+\- ]/, ''));
  if (stored === undefined)
    throw invalidParameter('orderBy', 'must be createdDate or updatedDate, after + or -');
  return { path: [stored], descending: orderBy.startsWith('-') };
}

/** The link to the page after this one: the same list, further on. */
export function nextLink({ limit, start, property, ...others }: ListQuery) {
  const query = new URLSearchParams({ limit: String(limit), start: String(start + limit) });
  for (const [name, value] of Object.entries(others)) if (value !== undefined) query.set(name, value);
  for (const filter of [property ?? []].flat()) query.append('property', filter);
  return { href: `/mappingSets?${query}`, templated: false };
}

function invalidParameter(path: string, message: string): Problem {
  return new Problem('invalidParameter', `The parameter ${path} ${message}.`, {
    violations: [{ path, message }],
  });
}
