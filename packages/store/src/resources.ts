import { randomUUID } from 'node:crypto';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { indexedProperty, sortableText } from './indexed-properties.ts';
import {
  condition,
  type Ordering,
  ordering,
  type ResourceFilter,
  type ResourceOrder,
} from './resource-filter.ts';
import { insertReferences, mayRefer, referencesOf, replaceReferences } from './resource-references.ts';
import type { Actor, Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** What is kept as a document with an envelope. */
export type ResourceKind =
  | 'connection'
  | 'sourceConnection'
  | 'targetConnection'
  | 'flow'
  | 'mappingSet'
  | 'mappingSetVersion'
  | 'schema'
  | 'class'
  | 'mixin'
  | 'datatype'
  | 'descriptor'
  | 'auditEntry'
  | 'identityNamespace'
  | 'dataSet'
  | 'batch';

/** A stored document with its envelope. `body` is what its service put there; parse it at that service's edge. */
export interface Resource {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly version: number;
  /** Without quotation marks. */
  readonly etag: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly createdClient: string;
  readonly updatedClient: string;
}

export interface ResourceQuery {
  readonly filters?: readonly ResourceFilter[];
  readonly order?: ResourceOrder;
  /** Orders of resources that are equal in the first one. */
  readonly thenBy?: readonly ResourceOrder[];
  /** Top-level members that the answered bodies have, of those that are there; undefined: all, in their order. */
  readonly members?: readonly string[];
  readonly limit: number;
  /** Rows to leave out first; for services that page by `start`. */
  readonly offset?: number;
  /**
   * Where the page before this one ended; for services that page by a token. Without an id, only what lies strictly
   * beyond the value of the first order follows.
   */
  readonly after?: ResourceCursor | Pick<ResourceCursor, 'orderValue'>;
}

export interface ResourceCursor {
  readonly orderValue: string;
  /** Values of the further orders (`thenBy`), where there are some. */
  readonly thenValues?: readonly string[];
  readonly id: string;
}

export interface ResourcePage {
  readonly items: readonly Resource[];
  /** Set when there are more. */
  readonly next: ResourceCursor | undefined;
}

/** The resources of one kind in one sandbox. Nothing outside the scope can be reached through it. */
export interface Resources {
  get(id: string): Promise<Resource | undefined>;
  /** Those of `ids` that exist, by id. */
  getAll(ids: readonly string[]): Promise<ReadonlyMap<string, Resource>>;
  /** Like `get`, and holds the row against changes by others until the transaction ends. */
  getForUpdate(id: string): Promise<Resource | undefined>;
  list(query: ResourceQuery): Promise<ResourcePage>;
  count(filters?: readonly ResourceFilter[]): Promise<number>;
  insert(id: string, body: Readonly<Record<string, unknown>>, actor: Actor): Promise<Resource>;
  /** Replaces the body if the etag still is the stored one; undefined when it is not (or the resource is gone). */
  replace(
    id: string,
    etag: string,
    body: Readonly<Record<string, unknown>>,
    actor: Actor,
  ): Promise<Resource | undefined>;
  /** False when there is nothing to remove. */
  remove(id: string): Promise<boolean>;
}

/** The resources of `kind` within `scope`, read and written through `database` (a connection or a transaction). */
export function scopedResources(database: Kysely<Tables>, scope: Scope, kind: ResourceKind): Resources {
  const table = () =>
    database
      .selectFrom('resources')
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('kind', '=', kind);
  const whole = () => table().select([...envelope, 'body']);
  /** Runs what takes several statements in one transaction, the caller's where there is one. */
  const atomically = <T>(several: boolean, work: (connection: Kysely<Tables>) => Promise<T>): Promise<T> =>
    several && !database.isTransaction ? database.transaction().execute(work) : work(database);

  return {
    async get(id) {
      return toResource(await whole().where('id', '=', id).executeTakeFirst());
    },

    async getAll(ids) {
      if (ids.length === 0) return new Map();
      const rows = await whole()
        .where('id', 'in', [...new Set(ids)])
        .execute();
      return new Map(rows.map((row) => [row.id, fromRow(row)]));
    },

    async getForUpdate(id) {
      return toResource(await whole().where('id', '=', id).forUpdate().executeTakeFirst());
    },

    async list({ filters = [], order = newestFirst, thenBy = [], members, limit, offset = 0, after }) {
      const keys = [order, ...thenBy].map(({ path, descending }) => ({
        ...ordering(kind, path),
        descending,
      }));
      const body = members === undefined ? sql<ResourceRow['body']>`body` : membersOf(kind, members);
      let query = table()
        .select(envelope)
        .select(body.as('body'))
        .select(sql<string[]>`array[${sql.join(keys.map(({ text }) => text))}]`.as('order_values'));
      for (const filter of filters) query = query.where(condition(kind, filter));
      if (after) query = query.where(beyond(keys, after));
      for (const { key, descending } of keys) query = query.orderBy(key, descending ? 'desc' : 'asc');
      const rows = await query
        .orderBy('id', order.descending ? 'desc' : 'asc')
        .offset(offset)
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(fromRow),
        next: rows.length > limit && last ? cursorAt(last) : undefined,
      };
    },

    async count(filters = []) {
      let query = table().select(sql<number>`count(*)::integer`.as('count'));
      for (const filter of filters) query = query.where(condition(kind, filter));
      return (await query.executeTakeFirstOrThrow()).count;
    },

    async insert(id, body, actor) {
      const now = new Date();
      const references = referencesOf(kind, body);
      return atomically(references.length > 0, async (connection) => {
        const row = await connection
          .insertInto('resources')
          .values({
            org_id: scope.orgId,
            sandbox_id: scope.sandboxId,
            kind,
            id,
            body: JSON.stringify(body),
            version: 1,
            etag: randomUUID(),
            created_at: now,
            updated_at: now,
            created_by: actor.user,
            updated_by: actor.user,
            created_client: actor.client,
            updated_client: actor.client,
          })
          .returning([...envelope, 'body'])
          .executeTakeFirstOrThrow();
        await insertReferences(connection, scope, kind, id, references);
        return fromRow(row);
      });
    },

    async replace(id, etag, body, actor) {
      return atomically(mayRefer(kind), async (connection) => {
        const row = await connection
          .updateTable('resources')
          .set((columns) => ({
            body: JSON.stringify(body),
            version: columns('version', '+', 1),
            etag: randomUUID(),
            updated_at: new Date(),
            updated_by: actor.user,
            updated_client: actor.client,
          }))
          .where('org_id', '=', scope.orgId)
          .where('sandbox_id', '=', scope.sandboxId)
          .where('kind', '=', kind)
          .where('id', '=', id)
          .where('etag', '=', etag)
          .returning([...envelope, 'body'])
          .executeTakeFirst();
        if (row !== undefined && mayRefer(kind)) {
          await replaceReferences(connection, scope, kind, id, referencesOf(kind, body));
        }
        return toResource(row);
      });
    },

    async remove(id) {
      const row = await database
        .deleteFrom('resources')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('kind', '=', kind)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

/** A resource, and of which kind it is. */
export interface FoundResource extends Resource {
  readonly kind: ResourceKind;
}

export async function findResources(
  database: Kysely<Tables>,
  scope: Scope,
  kinds: readonly ResourceKind[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundResource>> {
  if (ids.length === 0) return new Map();
  const rows = await database
    .selectFrom('resources')
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandboxId)
    .where('kind', 'in', kinds)
    .where('id', 'in', [...new Set(ids)])
    .select([...envelope, 'body', 'kind'])
    .execute();
  // Only resources of the kinds asked for come back.
  return new Map(rows.map((row) => [row.id, { ...fromRow(row), kind: row.kind as ResourceKind }]));
}

/** See {@link ScopedStore.findReached}. */
export async function findReached(
  database: Kysely<Tables>,
  scope: Scope,
  kinds: readonly ResourceKind[],
  ids: readonly string[],
  via: string,
): Promise<ReadonlyMap<string, FoundResource>> {
  if (ids.length === 0) return new Map();
  // Subqueries that `offset 0` keeps as they are: whatever the planner knows of the tables, each step is one look-up.
  const { rows } = await sql<ResourceRow & { readonly kind: ResourceKind }>`
    with recursive reached (id) as (
      select unnest(${[...new Set(ids)]}::text[])
      union
      select named.target from reached cross join lateral (
        select target from resource_references
        where org_id = ${scope.orgId} and sandbox_id = ${scope.sandboxId} and kind = any(${kinds}::text[])
          and id = reached.id and via = ${via} offset 0) as named)
    select found.* from reached cross join lateral (
      select ${sql.join([...envelope, 'kind', 'body'].map((column) => sql.ref(column)))} from resources
      where org_id = ${scope.orgId} and sandbox_id = ${scope.sandboxId} and kind = any(${kinds}::text[])
        and id = reached.id offset 0) as found`.execute(database);
  return new Map(rows.map((row) => [row.id, { ...fromRow(row), kind: row.kind }]));
}

/** See {@link ScopedStore.idsTitled}. */
export async function idsTitled(
  database: Kysely<Tables>,
  scope: Scope,
  kinds: readonly ResourceKind[],
  title: string,
): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('resources')
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandboxId)
    .where('kind', 'in', kinds)
    .where(sql<boolean>`${sortableText(sql`title`)} = ${title}`)
    .select('id')
    .execute();
  return rows.map(({ id }) => id);
}

const newestFirst: ResourceOrder = { path: ['createdAt'], descending: true };

const envelope = [
  'id',
  'version',
  'etag',
  'created_at',
  'updated_at',
  'created_by',
  'updated_by',
  'created_client',
  'updated_client',
] as const;

type ResourceRow = Pick<Selectable<Tables['resources']>, (typeof envelope)[number] | 'body'>;

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

function toResource(row: ResourceRow | undefined): Resource | undefined {
  return row === undefined ? undefined : fromRow(row);
}

function fromRow(row: ResourceRow): Resource {
  return {
    id: row.id,
    body: row.body,
    version: row.version,
    etag: row.etag,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
    createdClient: row.created_client,
    updatedClient: row.updated_client,
  };
}
