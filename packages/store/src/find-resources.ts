import { type Kysely, sql } from 'kysely';
import { sortableText } from './indexed-properties.ts';
import { envelope, fromRow, type ResourceRow } from './resource-row.ts';
import type { Resource, ResourceKind } from './resources.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** A resource, and of which kind it is. */
export interface FoundResource extends Resource {
  readonly kind: ResourceKind;
}

/** See {@link ScopedStore.findResources}. */
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
    // A list in one parameter: however many there are, it is the same statement.
    .where('id', '=', sql<string>`any(${[...new Set(ids)]}::text[])`)
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
