import { randomUUID } from 'node:crypto';
import {
  currentDataFiles,
  type DataFile,
  type FileScanTask,
  planScan,
  readTable,
  stageAppend,
  type Table,
} from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ChangingSource } from '../changing-source.test-kit.ts';
import { type BenchFlow, RunBench } from '../run-bench.test-kit.ts';
import { compactTable } from './compact-table.ts';
import { dyingStore } from './dying-store.test-kit.ts';
import { keepUp } from './keep-up.ts';

const SOME_DAY = new Date('9999-01-01');

let bench: RunBench;
let source: ChangingSource;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());

/**
 * A table of six small files: five alike, of which the last run has replaced the first row and removed the
 * third.
 */
beforeEach(async () => {
  source = new ChangingSource('deletions');
  bench.opened = source;
  flow = await bench.flow({ copy: { mode: 'mirror' } });
  for (const [id, name] of [
    ['a', 'Ada'],
    ['b', 'Bea'],
    ['c', 'Cid'],
  ] as const)
    source.put(id, name);
  await run();
  await appendCopies(4);
  source.put('a', 'Ann');
  source.remove('c');
  await run();
});

async function run(): Promise<void> {
  source.wait(3600);
  expect(await bench.run(flow)).toMatchObject({ state: 'success' });
}

/**
 * Appends the table's one data file to it some times more. The copies lie beside it, so that the paths in the
 * bounds of a delete file for all of them span no file of a later batch.
 */
async function appendCopies(copies: number): Promise<void> {
  const { io } = bench.services.lake;
  const table = await currentTable();
  const [task] = await tasks();
  if (task === undefined) throw new Error('nothing has landed');
  const files: DataFile[] = [];
  for (let copy = 0; copy < copies; copy++) {
    const filePath = task.dataFile.filePath.replace(/\.parquet$/, `-copy-${copy}.parquet`);
    await io.write(filePath, await io.read(task.dataFile.filePath));
    files.push({ ...task.dataFile, filePath });
  }
  const { metadataLocation } = await stageAppend(io, table, { files, now: new Date() });
  await bench.store.tables.swap(flow.dataSetId, table.metadataLocation, metadataLocation);
}

const compact = (store: ScopedStore = bench.store, signal = new AbortController().signal) =>
  compactTable({ services: bench.services, store, dataSetId: flow.dataSetId, signal });

async function currentTable(): Promise<Table> {
  const pointer = await bench.store.tables.get(flow.dataSetId);
  return readTable(bench.services.lake.io, pointer?.metadataLocation ?? '');
}

async function tasks(): Promise<readonly FileScanTask[]> {
  const found: FileScanTask[] = [];
  for await (const task of planScan(bench.services.lake.io, await currentTable())) found.push(task);
  return found;
}

/** Sorted: rows that are rewritten keep no order. */
async function rows(): Promise<readonly string[]> {
  const texts = (await bench.rows(flow)).map((row) => {
    const { _id, person } = row as { _id: string; person: { name: { lastName: string } } };
    return `${_id} ${person.name.lastName}`;
  });
  return texts.toSorted();
}

const ROWS = ['a Ann', ...Array.from({ length: 5 }, () => 'b Bea')];
const leftovers = async () =>
  (await bench.services.store.leftovers.due(SOME_DAY)).filter(
    ({ kind, name }) => kind === 'folder' && name.includes(flow.dataSetId),
  );

describe('compaction', () => {
  test('packs small files and folds the deletes in, and every row stays', async () => {
    expect((await tasks()).map(({ deleteFiles }) => deleteFiles.length).sort()).toEqual([0, 1, 1, 1, 1, 1]);
    expect(await rows()).toEqual(ROWS);
    while ((await compact()) === undefined);
    const [only, ...others] = await tasks();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ dataFile: { recordCount: 6 }, deleteFiles: [] });
    expect(await rows()).toEqual(ROWS);
    expect(await leftovers()).toEqual([]);
    source.put('e', 'Eve');
    await run();
    expect(await rows()).toEqual([...ROWS, 'e Eve']);
  });

  test('is part of the upkeep, which does not look again at what has not changed since', async () => {
    await keepUp(bench.services, new AbortController().signal, new Date(Date.now() + 3_600_000));
    expect(await tasks()).toHaveLength(1);
    const table = await currentTable();
    await keepUp(bench.services, new AbortController().signal, new Date(Date.now() + 2 * 3_600_000));
    expect(await currentTable()).toEqual(table);
    const due = await bench.services.store.retention.tablesDue(SOME_DAY, 1_000);
    const own = due.find(({ pointer }) => pointer.datasetId === flow.dataSetId);
    expect(own?.upkeptLocation).toBe(table.metadataLocation);
  });

  test('leaves a table alone that a run is about to commit to, and such a run commits as if nothing were', async () => {
    source.put('e', 'Eve');
    source.wait(3600);
    const before = await tasks();
    let compacted: string | undefined = 'not tried';
    const through = (store: ScopedStore): ScopedStore => ({
      ...store,
      async transaction(work) {
        const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
        if (run?.state === 'committing' && compacted === 'not tried') {
          compacted = await compact();
          expect(await tasks()).toEqual(before);
        }
        return store.transaction(work);
      },
    });
    await bench.store.runs.enqueue(flow.id);
    expect(await bench.attempt({ through })).toMatchObject({ state: 'success' });
    expect(compacted).toBeUndefined();
    expect(await rows()).toEqual([...ROWS, 'e Eve']);
  });

  test('gives up where rows of its files are deleted while it writes, and leaves nothing', async () => {
    let isLate = true;
    const late: ScopedStore = {
      ...bench.store,
      tables: {
        ...bench.store.tables,
        async get(dataSetId) {
          // The second look is that of the commit.
          isLate = !isLate;
          if (isLate) {
            source.put('b', 'Bob');
            await run();
          }
          return bench.store.tables.get(dataSetId);
        },
      },
    };
    expect(await compact(late)).toBeUndefined();
    expect(await rows()).toEqual(['a Ann', 'b Bob']);
    expect(await leftovers()).toEqual([]);
    expect(bench.dataFiles(flow).filter((name) => name.includes('rewrite-'))).toEqual([]);
  });

  test('may die at any moment: the table reads the same, and what was not committed is known as left over', async () => {
    for (let calls = 0; ; calls++) {
      const dying = dyingStore(bench.services.store, calls);
      const pass = async () => compact(dying.store.scoped(bench.store.scope), dying.signal);
      await pass().catch(() => undefined);
      expect(await rows()).toEqual(ROWS);
      const landed: string[] = [];
      for await (const { filePath } of currentDataFiles(bench.services.lake.io, await currentTable()))
        landed.push(filePath);
      const known = (await leftovers()).map(({ name }) => name);
      expect(known.some((folder) => landed.some((file) => file.startsWith(`${folder}/`)))).toBe(false);
      const written = bench.dataFiles(flow).filter((name) => name.includes('rewrite-'));
      for (const name of written)
        expect([...known, ...landed].some((location) => locationIsOf(location, name))).toBe(true);
      if (!dying.hasDied() || landed.length === 1) break;
    }
    expect(await tasks()).toHaveLength(1);
  });
});

/** Whether a location is that of a file below the dataset's folder, or of a folder that holds it. */
function locationIsOf(location: string, name: string): boolean {
  const folder = /rewrite-[^/]+/.exec(name)?.[0] ?? randomUUID();
  return location.includes(`/${folder}`);
}
