import { randomUUID } from 'node:crypto';
import { currentSchema, readTable } from '@tributary/lake';
import { composeSchema } from '@tributary/xdm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeKinds } from '../../store/src/stores.test-kit.ts';
import { evolveDataSets, tidyTables } from './evolve-data-sets.ts';
import { executeRun } from './execute-run.ts';
import { type BenchFlow, RunBench, SCHEMA_ID } from './run-bench.test-kit.ts';
import { holdRegistry, schemaLookup } from './schema-lookup.ts';
import { peopleColumns, TableSource } from './table-source.test-kit.ts';

interface Reader {
  readonly flow: BenchFlow;
  readonly source: TableSource;
}

const actor = { user: 'alice', client: 'script' };

// The last kind is a server, where one can run: what happens at once there does so in several connections.
describe.each(storeKinds().slice(-1))('new columns at once, on the store: $name', ({ open }) => {
  let bench: RunBench;
  let dispose: () => Promise<void>;

  beforeAll(async () => {
    const kept = await open();
    dispose = kept.dispose;
    bench = await RunBench.open(async () => kept.store);
  });
  afterAll(async () => {
    await bench?.close();
    await dispose?.();
  });

  async function reader(schemaDrift: 'add' | 'ignore', dataSetId?: string): Promise<Reader> {
    const source = new TableSource();
    source.rows = [{ id: 'old', stamp: '2026-03-01T10:00:00Z' }];
    return { flow: await bench.flow({ schemaDrift, ...(dataSetId !== undefined && { dataSetId }) }), source };
  }

  /**
   * Runs the flows, each in an attempt of its own, until every run has ended; `beside` happens at the same
   * time.
   */
  async function runAtOnce(readers: readonly Reader[], beside: () => Promise<void> = async () => undefined) {
    const { store, services } = bench;
    const { queue } = services.store;
    await Promise.all(readers.map(({ flow }) => store.runs.enqueue(flow.id)));
    const happening = beside();
    for (;;) {
      const claims = await queue.claimSome(10);
      if (claims.length === 0) break;
      await Promise.all(
        claims.map(async ({ run, claim }) => {
          const source = readers.find(({ flow }) => flow.id === run.flowId)?.source;
          const attempt = { services: { ...services, openSource: () => source }, store, run, claim };
          await executeRun({ ...attempt, signal: new AbortController().signal });
          await queue.settle(claim);
        }),
      );
    }
    await happening;
    return Promise.all(
      readers.map(async ({ flow }) => (await store.runs.list({ flowId: flow.id, limit: 1 }))[0]),
    );
  }

  /** Adds a field group with one text to the schema, as the registry does for its users. */
  async function addByHand(name: string): Promise<void> {
    const { io } = bench.services.lake;
    const id = `https://ns.adobe.com/acme/mixins/${randomUUID()}`;
    const tables = await bench.store.transaction(async (store) => {
      await holdRegistry(store);
      const properties = { _acme: { type: 'object', properties: { [name]: { type: 'string' } } } };
      const group = {
        $id: id,
        'meta:altId': id,
        'meta:resourceType': 'mixins',
        version: '1.0',
        title: id,
        type: 'object',
        properties,
      };
      await store.resources('mixin').insert(id, group, actor);
      const schema = await store.resources('schema').getForUpdate(SCHEMA_ID);
      const parts = schema?.body.allOf;
      const allOf = [...(Array.isArray(parts) ? parts : []), { $ref: id }];
      await store
        .resources('schema')
        .replace(SCHEMA_ID, schema?.etag ?? '', { ...schema?.body, allOf }, actor);
      const composed = composeSchema(SCHEMA_ID, await schemaLookup(store, [SCHEMA_ID]));
      if (!composed.ok) throw new Error(composed.problems[0]?.message);
      return evolveDataSets(io, store, new Map([[SCHEMA_ID, composed.value.root]]), new Date());
    });
    await tidyTables(io, tables);
  }

  /** Names and ids of the columns that a dataset has got, nested ones too. */
  async function addedColumns(dataSetId: string): Promise<readonly string[]> {
    const pointer = await bench.store.tables.get(dataSetId);
    const table = await readTable(bench.services.lake.io, pointer?.metadataLocation ?? '');
    return (
      JSON.stringify(currentSchema(table.metadata)).match(/"id":\d+,"name":"(own|shared|byHand)\w*"/g) ?? []
    );
  }

  /** What is in the fields that a flow has added, by the id of each row in which there is anything. */
  async function added({ flow }: Reader): Promise<Readonly<Record<string, unknown>>> {
    const rows = await bench.rows(flow);
    return Object.fromEntries(
      rows.flatMap(({ _id, _acme }) => Object.values(Object(_acme)).map((own) => [_id, own])),
    );
  }

  test('of flows into one dataset and another of its schema all come, beside a user’s change and a flow that lands', async () => {
    const first = await reader('add');
    const { dataSetId } = first.flow;
    const elsewhere = await reader('add');
    const readers = [first, await reader('add', dataSetId), elsewhere, await reader('ignore', dataSetId)];
    await runAtOnce(readers);
    for (const [index, { source }] of readers.entries()) {
      const own = `Own ${index}`;
      source.now = new Date('2026-03-01T13:00:00Z');
      source.columns = [...peopleColumns, { name: own, type: 'string' }, { name: 'Shared', type: 'integer' }];
      const more = { [own]: `of ${index}`, Shared: String(index) };
      source.rows.push({ id: `new${index}`, stamp: '2026-03-01T12:30:00Z', more });
    }
    const runs = await runAtOnce(readers, () => addByHand('byHand'));
    expect(runs.map((run) => [run?.state, run?.attempt])).toEqual(Array(4).fill(['success', 1]));
    expect(await added(first)).toEqual({
      new0: { own0: 'of 0', shared: 0 },
      new1: { own1: 'of 1', shared: 1 },
    });
    expect(await added(elsewhere)).toEqual({ new2: { own2: 'of 2', shared: 2 } });
    expect((await bench.landed(first.flow)).filter((id) => id.startsWith('new'))).toHaveLength(3);
    const columns = await addedColumns(dataSetId);
    expect(new Set(columns).size).toBe(7);
    expect(await addedColumns(elsewhere.flow.dataSetId)).toEqual(columns);
  });
});
