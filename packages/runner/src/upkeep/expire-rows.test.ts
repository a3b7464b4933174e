import { randomUUID } from 'node:crypto';
import { createTable, planScan, readTable, type Table, tableFigures } from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import { assignFieldIds, composeSchema } from '@tributary/xdm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requirePython, runPython } from '../../../lake/src/testing/python.ts';
import { type BenchFlow, RunBench } from '../run-bench.test-kit.ts';
import { schemaLookup } from '../schema-lookup.ts';
import { dyingStore } from './dying-store.test-kit.ts';
import { expireRows } from './expire-rows.ts';
import { keepUp } from './keep-up.ts';

const SCHEMA_ID = 'https://ns.adobe.com/acme/schemas/visits';
const actor = { user: 'alice', client: 'script' };
/** Rows are kept for 30 days: those of before the 1st of March go. */
const NOW = new Date('2026-03-31T15:00:00Z');

let bench: RunBench;
let flow: BenchFlow;
beforeAll(async () => {
  bench = await RunBench.open();
  await bench.store.resources('schema').insert(
    SCHEMA_ID,
    {
      $id: SCHEMA_ID,
      'meta:altId': '_acme.schemas.visits',
      'meta:resourceType': 'schemas',
      version: '1.0',
      type: 'object',
      title: 'Visits',
      allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/experienceevent' }],
      'meta:class': 'https://ns.adobe.com/xdm/context/experienceevent',
    },
    actor,
  );
});
afterAll(() => bench.close());

beforeEach(async () => {
  flow = await bench.flow({ dataSetId: await dataSet({ ttlValue: 'P30D' }) });
  await mapTime(flow);
});

async function dataSet(rowExpiration: object): Promise<string> {
  const id = randomUUID();
  const composed = composeSchema(SCHEMA_ID, await schemaLookup(bench.store, [SCHEMA_ID]));
  if (!composed.ok) throw new Error('the schema cannot be composed');
  const location = bench.services.lake.tableLocation(bench.store.scope, id);
  const { schema } = assignFieldIds(composed.value.root);
  const table = await createTable(bench.services.lake.io, { location, schema, now: new Date() });
  await bench.store.tables.insert({ datasetId: id, location, metadataLocation: table.metadataLocation });
  const schemaRef = { id: SCHEMA_ID, contentType: '' };
  const extensions = { adobe_lakeHouse: { rowExpiration } };
  await bench.store.resources('dataSet').insert(id, { schemaRef, extensions }, actor);
  return id;
}

async function mapTime({ mappingId }: BenchFlow): Promise<void> {
  const sets = bench.store.resources('mappingSet');
  const mapping = (source: string, destination: string) => ({
    id: randomUUID(),
    sourceType: 'ATTRIBUTE',
    source,
    destination,
  });
  const mappings = [mapping('Id', '_id'), mapping('Changed', 'timestamp')];
  const stored = await sets.get(mappingId);
  const body = { state: 'enabled', outputSchemaId: SCHEMA_ID, mappings };
  await sets.replace(mappingId, stored?.etag ?? '', body, actor);
}

/** Lands rows of these times, each of its own id, in one file. */
async function land(...rows: readonly (readonly [id: string, stamp: string])[]): Promise<void> {
  const newest =
    rows
      .map(([, stamp]) => stamp)
      .sort()
      .at(-1) ?? '';
  bench.source.now = new Date(new Date(newest).getTime() + 3_600_000);
  bench.source.rows = rows.map(([id, stamp]) => ({ id, stamp }));
  expect(await bench.run(flow)).toMatchObject({ state: 'success' });
}

/** A file of which all rows have had their time, one of which some have, and one of which none has. */
async function landThree(): Promise<void> {
  await land(['a', '2026-01-01T00:00:00Z'], ['b', '2026-01-02T00:00:00Z']);
  await land(['c', '2026-02-28T23:59:59.999Z'], ['d', '2026-03-01T00:00:00Z']);
  await land(['e', '2026-03-20T00:00:00Z']);
}

async function currentTable(): Promise<Table> {
  const pointer = await bench.store.tables.get(flow.dataSetId);
  return readTable(bench.services.lake.io, pointer?.metadataLocation ?? '');
}

const expire = (
  store: ScopedStore = bench.store,
  {
    doneBefore,
    now = NOW,
    signal = new AbortController().signal,
  }: { doneBefore?: Date; now?: Date; signal?: AbortSignal } = {},
) => expireRows({ services: bench.services, store, dataSetId: flow.dataSetId, signal }, doneBefore, now);

const figures = async () => tableFigures((await currentTable()).metadata);

describe('rows that have had their time', () => {
  test('go, whole files of them and single ones', async () => {
    await landThree();
    expect(await expire()).toEqual(new Date('2026-03-01T00:00:00Z'));
    expect(await bench.landed(flow)).toEqual(['d', 'e']);
    expect(await figures()).toMatchObject({ rows: 2, files: 2 });
    const deletes: number[] = [];
    for await (const { deleteFiles } of planScan(bench.services.lake.io, await currentTable()))
      deletes.push(deleteFiles.length);
    expect(deletes.sort()).toEqual([0, 1]);
  });

  test('are gone for PyIceberg as well', async (context) => {
    await requirePython(context);
    await landThree();
    await expire();
    const { rows } = JSON.parse(await runPython('read-table.py', (await currentTable()).metadataLocation));
    expect(rows.map(({ _id }: { _id: string }) => _id).sort()).toEqual(['d', 'e']);
  });

  test('are looked for once a day, and by the upkeep', async () => {
    await landThree();
    await keepUp(bench.services, new AbortController().signal, NOW);
    expect(await bench.landed(flow)).toEqual(['d', 'e']);
    const due = await bench.services.store.retention.tablesDue(new Date('9999-01-01'), 1_000);
    const own = due.find(({ pointer }) => pointer.datasetId === flow.dataSetId);
    expect(own?.rowsExpiredBefore).toEqual(new Date('2026-03-01T00:00:00Z'));
    const table = await currentTable();
    expect(await expire(bench.store, { doneBefore: new Date('2026-03-01T00:00:00Z') })).toEqual(
      new Date('2026-03-01T00:00:00Z'),
    );
    expect((await currentTable()).metadataLocation).toBe(table.metadataLocation);
    const tomorrow = new Date('2026-04-01T00:00:00Z');
    await expire(bench.store, { doneBefore: new Date('2026-03-01T00:00:00Z'), now: tomorrow });
    expect(await bench.landed(flow)).toEqual(['e']);
  });

  test('stay where the dataset keeps all', async () => {
    flow = await bench.flow({ dataSetId: await dataSet({}) });
    await mapTime(flow);
    await landThree();
    expect(await expire()).toBeUndefined();
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('stay while a run is about to commit, and what it lands is there', async () => {
    await landThree();
    bench.source.now = new Date('2026-03-25T00:00:00Z');
    bench.source.rows = [{ id: 'f', stamp: '2026-03-24T00:00:00Z' }];
    let expired: Date | undefined | 'not tried' = 'not tried';
    const through = (store: ScopedStore): ScopedStore => ({
      ...store,
      async transaction(work) {
        const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
        if (run?.state === 'committing' && expired === 'not tried') expired = await expire();
        return store.transaction(work);
      },
    });
    await bench.store.runs.enqueue(flow.id);
    expect(await bench.attempt({ through })).toMatchObject({ state: 'success' });
    expect(expired).toBeUndefined();
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    await expire();
    expect(await bench.landed(flow)).toEqual(['d', 'e', 'f']);
  });

  test('go from the table as it is when a run has committed meanwhile', async () => {
    await landThree();
    let isFirst = true;
    const late: ScopedStore = {
      ...bench.store,
      async transaction(work) {
        if (isFirst) {
          isFirst = false;
          await land(['f', '2026-03-24T00:00:00Z']);
        }
        return bench.store.transaction(work);
      },
    };
    expect(await expire(late)).toEqual(new Date('2026-03-01T00:00:00Z'));
    expect(await bench.landed(flow)).toEqual(['d', 'e', 'f']);
    expect(await figures()).toMatchObject({ rows: 3 });
  });

  test('may go by a process that dies at any moment: all of them or none, and no file is unknown', async () => {
    await landThree();
    for (let calls = 0; ; calls++) {
      const dying = dyingStore(bench.services.store, calls);
      const pass = async () => expire(dying.store.scoped(bench.store.scope), { signal: dying.signal });
      await pass().catch(() => undefined);
      const rows = (await bench.landed(flow)).join('');
      expect(['abcde', 'de']).toContain(rows);
      const known = (await bench.services.store.leftovers.due(new Date('9999-01-01'))).map(
        ({ name }) => name,
      );
      const written = bench.dataFiles(flow).filter((name) => name.includes('expired-'));
      const folders = written.map((name) => /expired-[^/]+/.exec(name)?.[0] ?? '');
      const named: string[] = [];
      for await (const { deleteFiles } of planScan(bench.services.lake.io, await currentTable()))
        named.push(...deleteFiles.map(({ filePath }) => filePath));
      for (const folder of folders)
        expect([...known, ...named].some((location) => location.includes(folder))).toBe(true);
      if (!dying.hasDied()) break;
    }
    expect(await bench.landed(flow)).toEqual(['d', 'e']);
  });
});
