import { type Kysely, sql } from 'kysely';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** Schemas of one class, by what columns tell of them. */
export interface SchemasOfClass {
  readonly classId: string;
  /** Whether one of them has the tag that was asked for. */
  readonly isTagged: boolean;
  /** The oldest first. */
  readonly schemas: readonly { readonly id: string; readonly title: string; readonly version: string }[];
}

/** See {@link ScopedStore.schemasByClass}. */
export async function schemasByClass(
  database: Kysely<Tables>,
  { orgId, sandboxId }: Scope,
  tag: string,
): Promise<readonly SchemasOfClass[]> {
  // Gathered by the database: thousands of rows would each be taken apart on their way.
  const { rows } = await sql<SchemasOfClass>`
    select coalesce(class, '') as "classId", coalesce(bool_or(tags @> ${JSON.stringify([tag])}::jsonb), false) as "isTagged",
      json_agg(json_build_object('id', id, 'title', coalesce(title, ''), 'version', coalesce(edition, ''))
        order by created_at, id) as schemas
    from resources where org_id = ${orgId} and sandbox_id = ${sandboxId} and kind = 'schema'
    group by 1 order by min(created_at), 1`.execute(database);
  return rows;
}
