import { type Kysely, sql } from 'kysely';

/**
 * Indexes for what lists filter and sort by, and a table of which resource names which other one. The expressions are
 * those of `indexed-properties.ts`, to the letter: the planner uses an index only where it finds its own expression.
 */
export async function listIndexes(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const registryKinds = `kind in ('schema', 'class', 'mixin', 'datatype')`;

/** Of other kinds nothing is taken out, so that what they hold is not looked through. */
function ofRegistry(expression: string): string {
  return `case when ${registryKinds} then ${expression} end`;
}

const statements = [
  // Columns of their own, so that lists that show, filter or sort by these read no bodies.
  `alter table resources
     add column title text generated always as (body ->> 'title') stored,
     add column name text generated always as (body ->> 'name') stored,
     add column edition text generated always as (body ->> 'version') stored,
     add column class text generated always as (${ofRegistry("body ->> 'meta:class'")}) stored,
     add column extended jsonb generated always as (${ofRegistry("(body -> 'meta:extends')::jsonb")}) stored,
     add column intended jsonb generated always as (${ofRegistry("(body -> 'meta:intendedToExtend')::jsonb")}) stored,
     add column tags jsonb generated always as (${ofRegistry("(body -> 'meta:immutableTags')::jsonb")}) stored`,
  'create index resources_by_update on resources (org_id, sandbox_id, kind, updated_at, id)',
  `create index resources_by_title on resources
     (org_id, sandbox_id, kind, (coalesce(title, '') collate "C"), id) where ${registryKinds}`,
  `create index resources_by_edition on resources
     (org_id, sandbox_id, kind, (coalesce(edition, '') collate "C"), id) where ${registryKinds}`,
  `create index schemas_by_class on resources
     (org_id, sandbox_id, kind, (coalesce(class, '') collate "C"), id) where kind = 'schema'`,
  `create index resources_by_extended on resources using gin
     (extended jsonb_path_ops) where ${registryKinds}`,
  `create index resources_by_intent on resources using gin
     (intended jsonb_path_ops) where ${registryKinds}`,
  `create index resources_by_tag on resources using gin
     (tags jsonb_path_ops) where ${registryKinds}`,
  `create index descriptors_by_schema on resources
     (org_id, sandbox_id, kind, (coalesce(body ->> 'xdm:sourceSchema', '') collate "C"), id)
     where kind = 'descriptor'`,
  `create index audit_entries_by_resource on resources
     (org_id, sandbox_id, kind, (coalesce(body ->> 'resourceId', '') collate "C"), created_at)
     where kind = 'auditEntry'`,
  `create index data_sets_by_name on resources
     (org_id, sandbox_id, kind, (coalesce(name, '') collate "C"), id) where kind = 'dataSet'`,
  `create index data_sets_by_schema on resources
     (org_id, sandbox_id, kind, (coalesce(body #>> '{schemaRef,id}', '') collate "C"), id) where kind = 'dataSet'`,
  `create index data_sets_by_table_name on resources using gin
     (((body #> '{tags,adobe/pqs/table}')::jsonb) jsonb_path_ops) where kind = 'dataSet'`,
  // In the order of their creation, so that the newest of a dataset is the last one there.
  `create index batches_into_data_set on resources
     (org_id, sandbox_id, kind, (coalesce(body ->> 'dataSetId', '') collate "C"), created_at, id)
     where kind = 'batch'`,
  `create index batches_into_data_set_by_status on resources
     (org_id, sandbox_id, kind, (coalesce(body ->> 'dataSetId', '') collate "C"),
      (coalesce(body #>> '{shown,status}', '') collate "C"), created_at, id)
     where kind = 'batch'`,
  `create index batches_by_status on resources
     (org_id, sandbox_id, kind, (coalesce(body #>> '{shown,status}', '') collate "C"), created_at, id)
     where kind = 'batch'`,
  `create index batches_by_data_set on resources using gin
     (((body #> '{shown,relatedObjects}')::jsonb) jsonb_path_ops) where kind = 'batch'`,

  `create table resource_references (
     org_id text not null,
     sandbox_id text not null,
     kind text not null,
     id text not null,
     via text not null,
     target text not null,
     primary key (org_id, sandbox_id, kind, id, via, target))`,
  // In place of a foreign key, which would look every one of a schema's hundred references up as it is inserted.
  `create function forget_references() returns trigger language plpgsql as $$
   begin
     delete from resource_references
       where org_id = old.org_id and sandbox_id = old.sandbox_id and kind = old.kind and id = old.id;
     return null;
   end $$`,
  `create trigger references_go_with_resource after delete on resources
     for each row execute function forget_references()`,
  `create index resource_references_by_target on resource_references (org_id, sandbox_id, target, via)`,
  `insert into resource_references
     select distinct org_id, sandbox_id, kind, id, '$ref', reference #>> '{}'
     from resources, jsonb_path_query(body::jsonb, 'strict $.**."$ref"', silent => true) as reference
     where ${registryKinds} and jsonb_typeof(reference) = 'string' and reference #>> '{}' not like '%#%'`,
  `insert into resource_references
     select distinct org_id, sandbox_id, kind, id, 'meta:intendedToExtend', class
     from resources, json_array_elements_text(body -> 'meta:intendedToExtend') as class
     where ${registryKinds} and json_typeof(body -> 'meta:intendedToExtend') = 'array'`,
  ...[
    ['dataSet', 'schemaRef,id'],
    ['mappingSet', 'outputSchemaId'],
    ['targetConnection', 'data,schema,id'],
    ['descriptor', 'xdm:sourceSchema'],
    ['descriptor', 'xdm:destinationSchema'],
  ].map(
    ([kind = '', path = '']) =>
      `insert into resource_references
         select org_id, sandbox_id, kind, id, '${path.replaceAll(',', '.')}', body #>> '{${path}}'
         from resources where kind = '${kind}' and body #>> '{${path}}' is not null`,
  ),
];
