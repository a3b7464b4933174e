import { randomUUID } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import { condition, ordering, type ResourceFilter, type ResourceOrder } from './resource-filter.ts';
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
  readonly limit: number;
  /** Rows to leave out first; for services that page by `start`. */
  readonly offset?: number;
  /** Where the page before this one ended; for services that page by a token. */
  readonly after?: ResourceCursor;
}

export interface ResourceCursor {
  readonly orderValue: string;
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

  return {
    async get(id) {
      return toResource(await table().where('id', '=', id).selectAll().executeTakeFirst());
    },

    async getAll(ids) {
      if (ids.length === 0) return new Map();
      const rows = await table()
        .where('id', 'in', [...new Set(ids)])
        .selectAll()
        .execute();
      return new Map(rows.map((row) => [row.id, fromRow(row)]));
    },

    async getForUpdate(id) {
      return toResource(await table().where('id', '=', id).selectAll().forUpdate().executeTakeFirst());
    },

    async list({ filters = [], order = newestFirst, limit, offset = 0, after }) {
      const { key, text, keyOf } = ordering(order.path);
      const direction = order.descending ? 'desc' : 'asc';
      let query = table().selectAll().select(text.as('order_value'));
      for (const filter of filters) query = query.where(condition(filter));
      if (after) {
        const comparison = sql.raw(order.descending ? '<' : '>');
        query = query.where(
          sql<boolean>`(${key}, id) ${comparison} (${keyOf(after.orderValue)}, ${after.id})`,
        );
      }
      const rows = await query
        .orderBy(key, direction)
        .orderBy('id', direction)
        .offset(offset)
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(fromRow),
        next: rows.length > limit && last ? { orderValue: last.order_value, id: last.id } : undefined,
      };
    },

    async count(filters = []) {
      let query = table().select(sql<number>`count(*)::integer`.as('count'));
      for (const filter of filters) query = query.where(condition(filter));
      return (await query.executeTakeFirstOrThrow()).count;
    },

    async insert(id, body, actor) {
      const now = new Date();
      const row = await database
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
        .returningAll()
        .executeTakeFirstOrThrow();
      return fromRow(row);
    },

    async replace(id, etag, body, actor) {
      const row = await database
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
        .returningAll()
        .executeTakeFirst();
      return toResource(row);
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

const newestFirst: ResourceOrder = { path: ['createdAt'], descending: true };

type ResourceRow = Selectable<Tables['resources']>;

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
