import { createTable } from '@tributary/lake';
import { schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import {
  assignFieldIds,
  composeSchema,
  parseAccept,
  type ResolvedSchema,
  standardResource,
} from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import type { Dependencies } from '../dependencies.ts';
import { changeableOf, type DataSetBody, type StoredDataSet, withSystemTags } from './data-set-document.ts';
import { newObjectId } from './object-id.ts';

/** Under this tag clients look for the name by which SQL reaches a dataset. */
const TABLE_NAME_TAG = 'adobe/pqs/table';
const TABLE_FORMAT_TAG = 'adobe/siphon/table/format';

/** Each commit writes a metadata file of its own; without this, all of them would stay. */
const housekeeping = {
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '100',
};

/**
 * Creates a dataset and its empty Iceberg table; answers the dataset's id. The table's first file is written before
 * the transaction that makes both known: if the process ends in between, an unknown folder is left, and no dataset.
 * @throws {Problem} of kind `invalidBody`
 */
export async function createDataSet(
  { lake }: Pick<Dependencies, 'lake'>,
  { store, actor }: SandboxedCaller,
  body: DataSetBody,
): Promise<string> {
  const now = new Date();
  const id = newObjectId(now);
  const schema = await resolvedSchema(store, body.schemaRef);
  const columns = assignFieldIds(schema.root).schema;
  if (columns.fields.length === 0) {
    throw schemaProblem(
      'id',
      `The schema ${schema.id} has no fields, so its rows could hold nothing. Add a field.`,
    );
  }
  const location = lake.tableLocation(store.scope, id);
  const table = await createTable(lake.io, {
    location,
    schema: columns,
    properties: { ...housekeeping, 'tributary.dataset-id': id, 'tributary.schema-id': schema.id },
    now,
  });
  await store.transaction(async (scoped) => {
    await holdSchema(scoped, schema.id);
    const document = await newDocument(scoped, id, body, schema, now);
    await scoped.resources('dataSet').insert(id, { ...document }, actor);
    await scoped.tables.insert({ datasetId: id, location, metadataLocation: table.metadataLocation });
  });
  return id;
}

async function resolvedSchema(
  store: ScopedStore,
  schemaRef: DataSetBody['schemaRef'],
): Promise<ResolvedSchema> {
  const { id, contentType } = schemaRef;
  const composed = composeSchema(id, await schemaLookup(store, [id]));
  if (!composed.ok) {
    const reasons = composed.problems.map(({ message }) => message).join(' ');
    throw schemaProblem('id', `The schema of the dataset cannot be used: ${reasons}`);
  }
  requireServedVersion(composed.value, contentType);
  return composed.value;
}

function requireServedVersion({ id, version }: ResolvedSchema, contentType: string): void {
  const form = parseAccept(contentType.replace(/\bvnd\.adobe\.xdm\b/i, 'vnd.adobe.xed'), 'single');
  if (!form.ok || form.value.form === 'id') {
    throw schemaProblem(
      'contentType',
      `The contentType '${contentType}' is not a form of a schema. Write, for instance, application/vnd.adobe.xed+json; version=1.`,
    );
  }
  const major = Number(version.split('.')[0]);
  if (form.value.majorVersion !== major) {
    throw schemaProblem(
      'contentType',
      `The schema ${id} has version ${version}; the contentType asks for version ${form.value.majorVersion}. Write version=${major}.`,
    );
  }
}

function schemaProblem(property: 'id' | 'contentType', message: string): Problem {
  return new Problem('invalidBody', message, { violations: [{ path: `/schemaRef/${property}`, message }] });
}

/** A schema of the sandbox's own may have been deleted since it was read; from here on it stays. */
async function holdSchema(store: ScopedStore, id: string): Promise<void> {
  if (standardResource(id) !== undefined) return;
  const schema = await store.resources('schema').getForUpdate(id);
  if (schema === undefined) throw schemaProblem('id', `There is no schema ${id}.`);
}

async function newDocument(
  store: ScopedStore,
  id: string,
  body: DataSetBody,
  schema: ResolvedSchema,
  now: Date,
): Promise<StoredDataSet> {
  const name = body.name ?? id;
  const systemTags = {
    [TABLE_NAME_TAG]: [await freeTableName(store, name, id)],
    [TABLE_FORMAT_TAG]: ['iceberg'],
  };
  return {
    ...changeableOf(body),
    name,
    schemaRef: { id: schema.id, contentType: body.schemaRef.contentType },
    tags: withSystemTags(body.tags ?? {}, systemTags),
    viewId: newObjectId(now),
    classification: { dataBehavior: behaviorName(schema), managedBy: 'CUSTOMER' },
  };
}

/** Longest table name that common SQL engines take. */
const MAX_TABLE_NAME = 128;

/** A table name that no other dataset has, taken for this transaction alone. */
async function freeTableName(store: ScopedStore, name: string, id: string): Promise<string> {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const tableName = (/^[a-z]/.test(words) ? words : `dataset_${words || id}`).slice(
    0,
    MAX_TABLE_NAME - id.length - 1,
  );
  await store.holdName(`table name of a dataset: ${tableName}`);
  const taken = await store
    .resources('dataSet')
    .count([{ path: ['tags', TABLE_NAME_TAG], operator: '==', value: tableName }]);
  return taken === 0 ? tableName : `${tableName}_${id}`;
}

function behaviorName({ behavior }: ResolvedSchema): StoredDataSet['classification']['dataBehavior'] {
  if (behavior.endsWith('/time-series')) return 'time-series';
  return behavior.endsWith('/adhoc') ? 'adhoc' : 'record';
}
