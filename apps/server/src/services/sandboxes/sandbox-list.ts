import type { FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { meetsFilters, parsePropertyFilters } from '../../http/property-filter.ts';
import { requestUrl } from '../../http/request-url.ts';
import type { AvailableSandbox } from './sandbox-documents.ts';

const DEFAULT_LIMIT = 50;

export const ListQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 200,
      description: `Together with \`offset\`; ${DEFAULT_LIMIT} without.`,
    }),
  ),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'Together with `limit`.' })),
  property: Type.Optional(
    Type.Array(Type.String({ maxLength: 2_000 }), { description: 'Such as `type==development`.' }),
  ),
  orderBy: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'Properties behind a direction, such as `asc:name` or `desc:createdDate,name`.',
    }),
  ),
});
type ListQuery = Static<typeof ListQuery>;

const Link = Type.Object({ href: Type.String(), templated: Type.Boolean() });

export const listOf = <T extends TSchema>(item: T) =>
  Type.Object({
    sandboxes: Type.Array(item),
    _page: Type.Object({ limit: Type.Integer(), count: Type.Integer() }),
    _links: Type.Object({ page: Link, next: Type.Optional(Link), prev: Type.Optional(Link) }),
  });

/**
 * The page of sandboxes that a query asks for, with links to its neighbours.
 * @throws {Problem} of kind `invalidParameter`
 */
export function listSandboxes<T extends AvailableSandbox>(
  all: readonly T[],
  query: ListQuery,
  request: FastifyRequest,
) {
  const { limit, offset } = pageBounds(query);
  const filters = parsePropertyFilters(query.property);
  const matching = all.filter((sandbox) => meetsFilters(sandbox, filters)).toSorted(orderOf(query.orderBy));
  const page = matching.slice(offset, offset + limit);
  const linkTo = (from: number) => {
    const url = requestUrl(request);
    url.searchParams.set('limit', String(limit));
    url.searchParams.set('offset', String(from));
    return { href: url.href, templated: false };
  };
  return {
    sandboxes: page,
    _page: { limit, count: page.length },
    _links: {
      page: linkTo(offset),
      ...(offset + limit < matching.length && { next: linkTo(offset + limit) }),
      ...(offset > 0 && { prev: linkTo(Math.max(0, offset - limit)) }),
    },
  };
}

function pageBounds({ limit, offset }: ListQuery): { limit: number; offset: number } {
  if (limit !== undefined && offset !== undefined) return { limit, offset };
  if (limit === undefined && offset === undefined) return { limit: DEFAULT_LIMIT, offset: 0 };
  const missing = limit === undefined ? 'limit' : 'offset';
  throw invalid(missing, `limit and offset go together; the parameter '${missing}' is missing.`);
}

const sortable = [
  'name',
  'title',
  'state',
  'type',
  'isDefault',
  'eTag',
  'createdDate',
  'lastModifiedDate',
  'createdBy',
  'modifiedBy',
] as const;
type Sortable = (typeof sortable)[number];

/** The names by which other services sort. */
const aliases: Readonly<Record<string, Sortable>> = {
  created: 'createdDate',
  updated: 'lastModifiedDate',
  etag: 'eTag',
};

type Order = (left: AvailableSandbox, right: AvailableSandbox) => number;

function orderOf(orderBy: string | undefined): Order {
  if (orderBy === undefined || orderBy === '') return () => 0;
  const [, direction = 'asc', names = ''] = /^(?:(asc|desc):)?(.*)$/s.exec(orderBy) ?? [];
  const sign = direction === 'desc' ? -1 : 1;
  const properties = names.split(',').map((name) => propertyOf(name.trim()));
  return (left, right) => {
    for (const property of properties) {
      const order = compare(left[property], right[property]);
      if (order !== 0) return sign * order;
    }
    return 0;
  };
}

function propertyOf(name: string): Sortable {
  const property = aliases[name] ?? sortable.find((known) => known === name);
  if (property !== undefined) return property;
  throw invalid(
    'orderBy',
    `The parameter 'orderBy' names no property to sort by: '${name}'. Write, for instance, asc:name, with any of ${sortable.join(', ')}.`,
  );
}

function compare(left: string | number | boolean, right: string | number | boolean): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function invalid(parameter: string, detail: string): Problem {
  return new Problem('invalidParameter', detail, { violations: [{ path: parameter, message: detail }] });
}
