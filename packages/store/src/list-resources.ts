import { type Kysely, type RawBuilder, sql } from 'kysely';
import { indexedProperty } from './indexed-properties.ts';
import { condition, type Ordering, ordering, type ResourceOrder } from './resource-filter.ts';
import { envelope, fromRow, type ResourceRow } from './resource-row.ts';
import type { ResourceCursor, ResourceKind, ResourcePage, ResourceQuery } from './resources.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

const newestFirst: ResourceOrder = { path: ['createdAt'], descending: true };

/** One page of the resources of a kind, filtered and ordered. */
export async function listResources(
  database: Kysely<Tables>,
  scope: Scope,
  kind: ResourceKind,
  { filters = [], order = newestFirst, thenBy = [], members, limit, offset = 0, after }: ResourceQuery,
): Promise<ResourcePage> {
  const keys = [order, ...thenBy].map((one) => ({
    ...ordering(kind, one),
    descending: one.descending,
  }));
  const inOrder = [...keys.map(({ key, descending }) => ({ key, descending })), idIn(order)];
  const orderBy = sql.join(inOrder.map(({ key, descending }) => (descending ? sql`${key} desc` : key)));
  let matching = database
    .selectFrom('resources')
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandboxId)
    .where('kind', '=', kind)
    .selectAll();
  for (const filter of filters) matching = matching.where(condition(kind, filter));
  if (after) matching = matching.where(beyond(keys, after));
  const body = members === undefined ? sql<ResourceRow['body']>`body` : membersOf(kind, members);
  // What is answered is worked out for the page alone, not for every resource that is sorted to find it.
  const rows = await database
    .selectFrom(
      matching
        .orderBy(orderBy)
        .offset(offset)
        .limit(limit + 1)
        .as('resources'),
    )
    .select(envelope)
    .select(body.as('body'))
    .select(sql<string[]>`array[${sql.join(keys.map(({ text }) => text))}]`.as('order_values'))
    .orderBy(orderBy)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(fromRow),
    next: rows.length > limit && last ? cursorAt(last) : undefined,
  };
}

/** What an index holds has a column or expression of its own: to answer it no body is read. */
function membersOf(kind: ResourceKind, members: readonly string[]): RawBuilder<ResourceRow['body']> {
  const values = members.map((member) => {
    const property = indexedProperty(kind, [member]);
    const isColumn = property !== undefined && property.holds !== 'members';
    const value = isColumn ? sql.raw(property.sql) : sql`body -> ${member}`;
    return sql`${member}::text, ${value}`;
  });
  return sql`json_build_object(${sql.join(values)})`;
}

/** Ties are broken by id, in the direction of the first order. */
function idIn({ descending }: ResourceOrder): {
  readonly key: RawBuilder<unknown>;
  readonly descending: boolean;
} {
  return { key: sql`id`, descending };
}

/** What follows a cursor in the order of `keys`. */
function beyond(
  keys: readonly (Ordering & Pick<ResourceOrder, 'descending'>)[],
  after: ResourceCursor | Pick<ResourceCursor, 'orderValue'>,
): RawBuilder<boolean> {
  const [first, ...further] = keys;
  if (first === undefined) throw new Error('a list has an order');
  const comparison = (descending: boolean) => sql.raw(descending ? '<' : '>');
  const start = first.keyOf(after.orderValue);
  if (!('id' in after)) return sql`(${first.key} ${comparison(first.descending)} ${start})`;
  if (further.length === 0) {
    return sql`((${first.key}, id) ${comparison(first.descending)} (${start}, ${after.id}))`;
  }
  // Each key may have a direction of its own, which a comparison of rows cannot say.
  const values = [start, ...further.map(({ keyOf }, index) => keyOf(after.thenValues?.[index] ?? ''))];
  return keys.reduceRight<RawBuilder<boolean>>(
    (tail, { key, descending }, index) =>
      sql`(${key} ${comparison(descending)} ${values[index]} or (${key} = ${values[index]} and ${tail}))`,
    sql`id ${comparison(first.descending)} ${after.id}`,
  );
}

function cursorAt({
  id,
  order_values: [orderValue = '', ...thenValues],
}: ResourceRow & { order_values: string[] }) {
  return { orderValue, ...(thenValues.length > 0 && { thenValues }), id };
}
