import { type Kysely, sql } from 'kysely';
import { sortableText } from './indexed-properties.ts';
import { condition, propertyText, type ResourceFilter } from './resource-filter.ts';
import { envelope, fromRow, type ResourceRow } from './resource-row.ts';
import type { Resource, ResourceKind } from './resources.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** See {@link Resources.newestOf}. */
export async function newestResources(
  database: Kysely<Tables>,
  scope: Scope,
  kind: ResourceKind,
  path: readonly string[],
  values: readonly string[],
  filters: readonly ResourceFilter[],
): Promise<ReadonlyMap<string, Resource>> {
  if (values.length === 0) return new Map();
  const conditions = sql.join(
    filters.map((filter) => condition(kind, filter)),
    sql` and `,
  );
  const { rows } = await sql<ResourceRow & { readonly value: string }>`
    select wanted.value, newest.* from unnest(${[...new Set(values)]}::text[]) as wanted (value) cross join lateral (
      select ${sql.join([...envelope, 'body'].map((column) => sql.ref(column)))} from resources
      where org_id = ${scope.orgId} and sandbox_id = ${scope.sandboxId} and kind = ${sql.lit(kind)}
        and ${sortableText(propertyText(kind, path))} = wanted.value
        ${filters.length > 0 ? sql`and ${conditions}` : sql``}
      order by created_at desc, id desc limit 1) as newest`.execute(database);
  return new Map(rows.map((row) => [row.value, fromRow(row)]));
}
