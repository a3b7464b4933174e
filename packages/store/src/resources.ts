import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { inTransaction } from './in-transaction.ts';
import { listResources } from './list-resources.ts';
import { newestResources } from './newest-resources.ts';
import { condition, type ResourceFilter, type ResourceOrder } from './resource-filter.ts';
import { mayRefer, referencesInsertion, referencesOf, replaceReferences } from './resource-references.ts';
import { envelope, fromRow, toResource } from './resource-row.ts';
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
  | 'batch'
  | 'webhook';

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
  /** Top-level members that the answered bodies have, null where there is none; undefined: all there are, in their order. */
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
  /** For each of `values`, the newest resource that has it as the text at `path` and meets `filters`, by the value. */
  newestOf(
    path: readonly string[],
    values: readonly string[],
    filters?: readonly ResourceFilter[],
  ): Promise<ReadonlyMap<string, Resource>>;
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
    several ? inTransaction(database, work) : work(database);

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

    list: (query) => listResources(database, scope, kind, query),

    newestOf: (path, values, filters = []) => newestResources(database, scope, kind, path, values, filters),

    async count(filters = []) {
      let query = table().select(sql<number>`count(*)::integer`.as('count'));
      for (const filter of filters) query = query.where(condition(kind, filter));
      return (await query.executeTakeFirstOrThrow()).count;
    },

    async insert(id, body, actor) {
      const now = new Date();
      const text = JSON.stringify(body);
      const written = {
        id,
        version: 1,
        etag: randomUUID(),
        created_at: now,
        updated_at: now,
        created_by: actor.user,
        updated_by: actor.user,
        created_client: actor.client,
        updated_client: actor.client,
      };
      const insertion = database
        .insertInto('resources')
        .values({ org_id: scope.orgId, sandbox_id: scope.sandboxId, kind, body: text, ...written });
      const namings = referencesOf(kind, body);
      // Both in one statement, which needs no transaction of its own and goes one way to the database.
      await (namings.length === 0
        ? insertion.execute()
        : sql`with resource as (${insertion}) ${referencesInsertion(scope, kind, id, namings)}`.execute(
            database,
          ));
      // The database keeps what it was given to the letter, so that need not come back.
      return fromRow({ ...written, body: JSON.parse(text) });
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
