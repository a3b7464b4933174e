import { isDeepStrictEqual } from 'node:util';
import { createTable } from '@tributary/lake';
import { holdRegistry, schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import {
  assignFieldIds,
  composeSchema,
  type IcebergJsonSchema,
  parseAccept,
  type ResolvedSchema,
  standardResource,
} from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import type { Dependencies } from '../dependencies.ts';
import {
  changeableOf,
  DATA_SET_DEFAULTS,
  type DataSetBody,
  type StoredDataSet,
} from './data-set-document.ts';
import { newObjectId } from './object-id.ts';
import { transactionWithEffects } from './side-effects.ts';
import { withTableName } from './table-name.ts';

/** Each commit writes a metadata file of its own; without this, all of them would stay. */
const housekeeping = {
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '100',
};

/** After so long a creation that has not come to its end never will. */
const LONGEST_CREATION_MS = 3_600_000;

/**
 * Creates a dataset and its empty Iceberg table; answers the dataset's id. The table's first file is written before
 * the transaction that makes both known: if the process ends in between, what is left is noted, and removed later.
 * @throws {Problem} of kind `invalidBody`, or `conflict` where its table name is taken
 */
export async function createDataSet(
  { lake }: Pick<Dependencies, 'lake'>,
  { store, actor }: SandboxedCaller,
  body: DataSetBody,
): Promise<string> {
  const { schema, columns } = await checkDataSet(store, body);
  const now = new Date();
  const id = newObjectId(now);
  const document = newDocument(id, body, schema, now);
  const location = lake.tableLocation(store.scope, id);
  const notBefore = new Date(now.getTime() + LONGEST_CREATION_MS);
  const note = { kind: 'table', name: location, notBefore } as const;
  await store.leftovers.note([note]);
  const { metadataLocation } = await createTable(lake.io, {
    location,
    schema: columns,
    properties: { ...housekeeping, 'tributary.dataset-id': id, 'tributary.schema-id': schema.id },
    now,
  });
  await transactionWithEffects(store, async (scoped, effects) => {
    effects.afterRollback(() => lake.io.remove(metadataLocation));
    await holdRegistry(scoped);
    await requireSameColumns(scoped, body, columns);
    await holdSchema(scoped, schema.id);
    const tags = await withTableName(scoped, document.tags, { id, name: document.name });
    await scoped.resources('dataSet').insert(id, { ...document, tags }, actor);
    await scoped.tables.insert({ datasetId: id, location, metadataLocation });
    if (!(await scoped.leftovers.keep(note))) throw new Error(`${location} may be gone already`);
  });
  return id;
}

/** A change of the schema since it was read would not reach this table: from here on it does. */
async function requireSameColumns(
  store: ScopedStore,
  body: DataSetBody,
  columns: IcebergJsonSchema,
): Promise<void> {
  const now = await checkDataSet(store, body);
  if (isDeepStrictEqual(now.columns, columns)) return;
  const message = `The schema ${now.schema.id} was changed at the same moment. Create the dataset again.`;
  throw new Problem('conflict', message, { violations: [{ path: '/schemaRef/id', message }] });
}

/**
 * What a dataset would be made of.
 * @throws {Problem} of kind `invalidBody`
 */
export async function checkDataSet(store: ScopedStore, body: DataSetBody) {
  const schema = await resolvedSchema(store, body.schemaRef);
  const columns = assignFieldIds(schema.root).schema;
  if (columns.fields.length === 0) {
    throw schemaProblem(
      'id',
      `The schema ${schema.id} has no fields, so its rows could hold nothing. Add a field.`,
    );
  }
  return { schema, columns };
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

function newDocument(id: string, body: DataSetBody, schema: ResolvedSchema, now: Date): StoredDataSet {
  return {
    ...DATA_SET_DEFAULTS,
    ...changeableOf(body),
    name: body.name ?? id,
    schemaRef: { id: schema.id, contentType: body.schemaRef.contentType },
    tags: body.tags ?? {},
    viewId: newObjectId(now),
    classification: { dataBehavior: behaviorName(schema), managedBy: 'CUSTOMER' },
  };
}

function behaviorName({ behavior }: ResolvedSchema): StoredDataSet['classification']['dataBehavior'] {
  if (behavior.endsWith('/time-series')) return 'time-series';
  return behavior.endsWith('/adhoc') ? 'adhoc' : 'record';
}
