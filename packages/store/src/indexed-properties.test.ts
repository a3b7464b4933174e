import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from './migrations/migrate.ts';
import { condition, ordering, type ResourceFilter } from './resource-filter.ts';
import type { ResourceKind } from './resources.ts';
import type { Tables } from './tables.ts';

let database: Kysely<Tables>;

const KINDS = ['schema', 'class', 'mixin', 'datatype', 'descriptor', 'auditEntry', 'dataSet', 'batch'];
const ROWS_OF_A_KIND = 200;

beforeAll(async () => {
  database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) });
  await migrate(database);
  // Enough rows for the planner to prefer the best of several indexes; every property of every kind tells rows apart.
  for (const statement of [
    `insert into organizations (id, tenant_id, created_at) values ('ACME', 'acme', now())`,
    `insert into sandboxes (org_id, id, name, title, type, state, is_default, version, created_at, updated_at, created_by, updated_by)
       values ('ACME', 'prod', 'prod', 'Prod', 'production', 'active', true, 1, now(), now(), 'alice', 'alice')`,
    `insert into resources (org_id, sandbox_id, kind, id, body, version, etag, created_at, updated_at, created_by, updated_by, created_client, updated_client)
       select 'ACME', 'prod', kind, kind || n, json_build_object(
           'title', n || 'x', 'name', n || 'x', 'version', n || 'x', 'meta:class', n || 'x', 'resourceId', n || 'x',
           'xdm:sourceSchema', n || 'x', 'dataSetId', n || 'x', 'tags', json_build_object('adobe/pqs/table', json_build_array(n || 'x')), 'schemaRef', json_build_object('id', n || 'x'),
           'meta:extends', json_build_array(n || 'x'), 'meta:intendedToExtend', json_build_array(n || 'x'),
           'meta:immutableTags', json_build_array(n || 'x'),
           'shown', json_build_object('status', n || 'x', 'relatedObjects', json_build_array(json_build_object('id', n || 'x')))),
         1, 'e', now() + n * interval '1 s', now() + n * interval '1 s', 'alice', 'alice', 'script', 'script'
       from unnest(array['${KINDS.join("','")}']) as kind, generate_series(1, ${ROWS_OF_A_KIND}) as n`,
    'analyze resources',
  ]) {
    await sql.raw(statement).execute(database);
  }
});
afterAll(() => database?.destroy());

const resources = (kind: ResourceKind) =>
  database
    .selectFrom('resources')
    .where('org_id', '=', 'ACME')
    .where('sandbox_id', '=', 'prod')
    .where('kind', '=', kind)
    .select('id')
    .limit(10);

const is = (path: readonly string[]): ResourceFilter => ({ path, operator: '==', value: '7x' });

test.each<[ResourceKind, readonly string[], string]>([
  ['schema', ['title'], 'resources_by_title'],
  ['mixin', ['title'], 'resources_by_title'],
  ['datatype', ['version'], 'resources_by_edition'],
  ['schema', ['meta:class'], 'schemas_by_class'],
  ['schema', ['meta:extends'], 'resources_by_extended'],
  ['mixin', ['meta:intendedToExtend'], 'resources_by_intent'],
  ['schema', ['meta:immutableTags'], 'resources_by_tag'],
  ['descriptor', ['xdm:sourceSchema'], 'descriptors_by_schema'],
  ['auditEntry', ['resourceId'], 'audit_entries_by_resource'],
  ['dataSet', ['name'], 'data_sets_by_name'],
  ['dataSet', ['schemaRef', 'id'], 'data_sets_by_schema'],
  ['dataSet', ['tags', 'adobe/pqs/table'], 'data_sets_by_table_name'],
  ['batch', ['dataSetId'], 'batches_into_data_set'],
  ['batch', ['shown', 'status'], 'batches_by_status'],
  ['batch', ['shown', 'relatedObjects', 'id'], 'batches_by_data_set'],
])('a filter of %ss on %o can use an index', async (kind, path, index) => {
  const plan = await resources(kind)
    .where(condition(kind, is(path)))
    .explain();
  expect(JSON.stringify(plan)).toContain(index);
});

test.each<[ResourceKind, string, string]>([
  ['schema', 'title', 'resources_by_title'],
  ['class', 'version', 'resources_by_edition'],
  ['mixin', 'updatedAt', 'resources_by_update'],
  ['batch', 'createdAt', 'resources_by_creation'],
  ['dataSet', 'name', 'data_sets_by_name'],
])('a list of %ss can be in the order of %s without sorting', async (kind, name, index) => {
  const { key } = ordering(kind, { path: [name] });
  const plan = JSON.stringify(await resources(kind).orderBy(key, 'desc').orderBy('id', 'desc').explain());
  expect(plan).toContain(index);
  expect(plan).not.toContain('Sort Key');
});
