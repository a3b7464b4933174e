import type { ResourceCursor, ResourceFilter, ResourceOrder } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { parsePropertyFilters } from '../../http/property-filter.ts';
import { readToken, writeToken } from './continuation-token.ts';
import { refusal } from './refusal.ts';

export const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1_000;
const NEWEST_FIRST = '-createdAt';

export const ListQuery = Type.Object({
  property: Type.Optional(
    Type.Array(Type.String(), { description: 'Filters such as name==demo; several narrow each other' }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `Default ${DEFAULT_LIMIT}` }),
  ),
  orderby: Type.Optional(Type.String({ description: 'A field, after + (ascending) or - (descending)' })),
  orderBy: Type.Optional(Type.String({ description: 'Another spelling of orderby' })),
  continuationToken: Type.Optional(Type.String({ description: 'Where the page before this one ended' })),
  count: Type.Optional(
    Type.String({ pattern: '^([Tt]rue|[Ff]alse)$', description: 'true answers the number alone' }),
  ),
});

/** How many resources a page has. */
export const Limit = Type.Integer({ minimum: 1, maximum: MAX_LIMIT });

const Continuation = Type.Object({
  property: Type.Array(Type.String()),
  limit: Limit,
  orderby: Type.String(),
  after: Type.Object({ orderValue: Type.String(), id: Type.String() }),
});

export interface ListRequest {
  readonly filters: readonly ResourceFilter[];
  readonly order: ResourceOrder;
  readonly limit: number;
  readonly after: ResourceCursor | undefined;
  /** Whether only the number of resources is asked for. */
  readonly countOnly: boolean;
  /** The link to the page after this one. */
  nextLink(path: string, after: ResourceCursor): { readonly next: { readonly href: string } };
}

/**
 * Reads the parameters of a list.
 * @param fields top-level fields that filters and order may name
 * @throws {Problem} that names the parameter.
 */
export function readListRequest(query: Static<typeof ListQuery>, fields: ReadonlySet<string>): ListRequest {
  const countOnly = isCountOnly(query);
  const continuation = query.continuationToken ? readToken(query.continuationToken, Continuation) : undefined;
  const property = continuation?.property ?? query.property?.filter((text) => text !== '') ?? [];
  const orderby = continuation?.orderby ?? (query.orderby || query.orderBy || NEWEST_FIRST);
  const limit = query.limit ?? continuation?.limit ?? DEFAULT_LIMIT;
  return {
    filters: readFilters(property, fields),
    order: readOrder(orderby, fields),
    limit,
    after: continuation?.after,
    countOnly,
    nextLink: (path, after) => ({
      next: { href: `${path}?continuationToken=${writeToken({ property, limit, orderby, after })}` },
    }),
  };
}

/** Whether the number alone is asked for. @throws {Problem} `1401-400` when a page is asked for as well. */
export function isCountOnly({ count, limit }: Static<typeof ListQuery>): boolean {
  const countOnly = count?.toLowerCase() === 'true';
  if (!countOnly || limit === undefined) return countOnly;
  const message = 'The parameters limit and count cannot be given together. Give one of them.';
  throw refusal('1401-400', message, { violations: [{ path: 'count', message }] });
}

/** @throws {Problem} `1449-400` for a field that is not among `fields`. */
export function readFilters(property: readonly string[], fields: ReadonlySet<string>): ResourceFilter[] {
  const filters = parsePropertyFilters(property);
  for (const { path } of filters) {
    if (fields.has(path[0] ?? '')) continue;
    const message = `The parameter property names a field that is not known here: '${path.join('.')}'. Known: ${listed(fields)}.`;
    throw refusal('1449-400', message, { violations: [{ path: 'property', message }] });
  }
  return filters;
}

function readOrder(orderby: string, fields: ReadonlySet<string>): ResourceOrder {
  // A plus sign that was not encoded arrives as a blank.
  const { sign, field } = /^(?<sign>[+\- ]?)(?<field>[^+\- ].*)$/s.exec(orderby)?.groups ?? {};
  if (field === undefined) {
    const message = 'The parameter orderby must be a field after + (ascending) or - (descending).';
    throw refusal('1432-400', message, { violations: [{ path: 'orderby', message }] });
  }
  const path = field.split('.');
  if (!fields.has(path[0] ?? '')) {
    const message = `The parameter orderby names a field that is not known here: '${field}'. Known: ${listed(fields)}.`;
    throw refusal('1433-400', message, { violations: [{ path: 'orderby', message }] });
  }
  return { path, descending: sign === '-' };
}

function listed(fields: ReadonlySet<string>): string {
  return [...fields].join(', ');
}
