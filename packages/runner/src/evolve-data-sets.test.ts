import { randomUUID } from 'node:crypto';
import { currentSchema, readTable } from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import { composeSchema } from '@tributary/xdm';
import { icebergRead } from 'icebird';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fileFetch } from '../../lake/src/testing/file-fetch.ts';
import { requirePython, runPython } from '../../lake/src/testing/python.ts';
import { evolveDataSets, tidyTables } from './evolve-data-sets.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { schemaLookup } from './schema-lookup.ts';

const SCHEMA = 'https://ns.adobe.com/acme/schemas/people';
const actor = { user: 'alice', client: 'script' };

let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());

beforeEach(async () => {
  vi.stubGlobal('fetch', fileFetch);
  flow = await bench.flow();
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await bench.store.runs.cancelOpen(flow.id);
});

/** Adds a field group with the text `_acme.{name}` to the schema that all datasets have. */
async function addField(store: ScopedStore, name: string): Promise<void> {
  const id = `https://ns.adobe.com/acme/mixins/${randomUUID()}`;
  const group = {
    $id: id,
    'meta:altId': id,
    'meta:resourceType': 'mixins',
    version: '1.0',
    title: id,
    type: 'object',
    properties: { _acme: { type: 'object', properties: { [name]: { type: 'string' } } } },
  };
  await store.resources('mixin').insert(id, group, actor);
  const schema = await store.resources('schema').getForUpdate(SCHEMA);
  if (schema === undefined) throw new Error('the bench has a schema');
  const allOf: unknown[] = Array.isArray(schema.body.allOf) ? schema.body.allOf : [];
  const body = { ...schema.body, allOf: [...allOf, { $ref: id }] };
  await store.resources('schema').replace(SCHEMA, schema.etag, body, actor);
}

/** Changes the schema and, in the same transaction, its datasets' tables. */
async function evolve(name: string, { thenFail = false } = {}): Promise<void> {
  const { io } = bench.services.lake;
  const tables = await bench.store.transaction(async (store) => {
    await addField(store, name);
    const composed = composeSchema(SCHEMA, await schemaLookup(store, [SCHEMA]));
    if (!composed.ok) throw new Error(composed.problems[0]?.message);
    const evolved = await evolveDataSets(io, store, new Map([[SCHEMA, composed.value.root]]), new Date());
    if (thenFail) throw new Error('the process ends here');
    return evolved;
  });
  await tidyTables(io, tables);
}

/** Maps the name of people to one more column. */
async function mapNameTo(destination: string): Promise<void> {
  const sets = bench.store.resources('mappingSet');
  const set = await sets.get(flow.mappingId);
  const mappings: unknown[] = Array.isArray(set?.body.mappings) ? set.body.mappings : [];
  const mapping = { id: randomUUID(), sourceType: 'ATTRIBUTE', source: 'Name', destination };
  await sets.replace(
    flow.mappingId,
    set?.etag ?? '',
    { ...set?.body, mappings: [...mappings, mapping] },
    actor,
  );
}

async function currentTable() {
  const pointer = await bench.store.tables.get(flow.dataSetId);
  return readTable(bench.services.lake.io, pointer?.metadataLocation ?? '');
}

function ownColumn(schema: ReturnType<typeof currentSchema>, name: string) {
  const own = schema.fields.find((field) => field.name === '_acme')?.type;
  return typeof own === 'object' && own.type === 'struct'
    ? own.fields.find((field) => field.name === name)
    : undefined;
}

const person = (id: string, stamp: string) => ({ id, stamp });

/** Lands a row, adds a column, lands another row that has it. */
async function landBeforeAndAfter(name: string): Promise<void> {
  bench.source.now = new Date('2026-03-01T12:00:00Z');
  bench.source.rows = [person('old', '2026-03-01T10:00:00Z')];
  expect(await bench.run(flow)).toMatchObject({ state: 'success' });
  await evolve(name);
  await mapNameTo(`_acme.${name}`);
  bench.source.now = new Date('2026-03-01T13:00:00Z');
  bench.source.rows = [person('new', '2026-03-01T12:30:00Z')];
  expect(await bench.run(flow)).toMatchObject({ state: 'success' });
}

describe('a table written before and after its schema got a field', () => {
  test('is read by icebird: old rows have nothing there, ids of columns are the same', async () => {
    const before = currentSchema((await currentTable()).metadata);
    await landBeforeAndAfter('tier');
    const table = await currentTable();
    const metadataFileName = table.metadataLocation.slice(table.metadataLocation.lastIndexOf('/') + 1);
    const rows = await icebergRead({ tableUrl: table.metadata.location, metadataFileName });

    const tiers = Object.fromEntries(rows.map((row) => [row._id, row._acme?.tier ?? null]));
    expect(tiers).toEqual({ old: null, new: expect.any(String) });
    const after = currentSchema(table.metadata);
    const idsOf = (fields: typeof before.fields) =>
      Object.fromEntries(fields.map(({ name, id }) => [name, id]));
    expect(idsOf(after.fields)).toMatchObject(idsOf(before.fields));
  });

  test('is read by PyIceberg likewise', async (context) => {
    await requirePython(context);
    await landBeforeAndAfter('level');
    const { rows } = JSON.parse(await runPython('read-table.py', (await currentTable()).metadataLocation));
    const levels = Object.fromEntries(
      rows.map((row: { _id: string; _acme: { level: string | null } | null }) => [
        row._id,
        row._acme?.level ?? null,
      ]),
    );
    expect(levels).toEqual({ old: null, new: expect.any(String) });
  });
});

describe('a change of the schema', () => {
  test('while a run is about to commit stays: the run’s files, written with the former schema, land under it', async () => {
    bench.source.now = new Date('2026-03-01T12:00:00Z');
    bench.source.rows = [person('a', '2026-03-01T10:00:00Z')];
    await bench.store.runs.enqueue(flow.id);
    let changed = false;
    const changing = (store: ScopedStore): ScopedStore => ({
      ...store,
      async transaction(work) {
        const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
        if (run?.state === 'committing' && !changed) {
          changed = true;
          await evolve('meanwhile');
        }
        return store.transaction(work);
      },
    });
    expect(await bench.attempt({ through: changing, undisturbed: true })).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a']);
    const { metadata } = await currentTable();
    expect(ownColumn(currentSchema(metadata), 'meanwhile')).toMatchObject({
      type: 'string',
      required: false,
    });
    expect(metadata.snapshots.at(-1)?.['schema-id']).toBe(metadata['current-schema-id']);
  });

  test('that does not come to its end leaves the table as it was', async () => {
    const before = await currentTable();
    await expect(evolve('never', { thenFail: true })).rejects.toThrow('ends here');
    expect(await currentTable()).toEqual(before);
    await evolve('again');
    expect(ownColumn(currentSchema((await currentTable()).metadata), 'again')?.id).toBeGreaterThan(
      before.metadata['last-column-id'],
    );
  });

  test('that gives a table no other columns writes nothing', async () => {
    const composed = composeSchema(SCHEMA, await schemaLookup(bench.store, [SCHEMA]));
    if (!composed.ok) throw new Error(composed.problems[0]?.message);
    const roots = new Map([[SCHEMA, composed.value.root]]);
    const { io } = bench.services.lake;
    await bench.store.transaction((store) => evolveDataSets(io, store, roots, new Date()));
    const evolved = await bench.store.transaction((store) => evolveDataSets(io, store, roots, new Date()));
    expect(evolved).toEqual([]);
  });
});
