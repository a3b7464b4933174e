import { readTable, type Table } from '@tributary/lake';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executeRun } from './execute-run.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { TableSource } from './table-source.test-kit.ts';

/** How many flows write to the dataset at the same time; a longer proof asks for more. */
const WRITERS = Number(process.env.TRIBUTARY_WRITERS ?? 4);
const ROUNDS = 3;
/** Rows that all writers have, under the same keys. */
const SHARED = ['s1', 's2', 's3'];

interface Writer {
  readonly name: string;
  readonly flow: BenchFlow;
  readonly source: TableSource;
}

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());

/** Flows that read from a source each and write to one dataset. */
async function writersOfOneDataSet(mode: 'append' | 'upsert'): Promise<readonly [Writer, ...Writer[]]> {
  const writer = async (number: number, dataSetId?: string): Promise<Writer> => ({
    name: `w${number}`,
    flow: await bench.flow({ copy: { mode }, ...(dataSetId !== undefined && { dataSetId }) }),
    source: new TableSource(),
  });
  const first = await writer(1);
  const { dataSetId } = first.flow;
  const others = Array.from({ length: WRITERS - 1 }, (_, index) => writer(index + 2, dataSetId));
  return [first, ...(await Promise.all(others))];
}

/** Every writer's source changes: a row of its own is new, and all that it has bear the round. */
function change({ name, source }: Writer, round: number): void {
  source.now = new Date(Date.UTC(2026, 2, 1, 12 + round));
  const own = Array.from({ length: round }, (_, index) => `${name}-${index + 1}`);
  const stamp = new Date(source.now.getTime() - 60_000).toISOString();
  source.rows = [...own, ...SHARED].map((id) => ({ id, stamp, name: `${id} ${name} ${round}` }));
}

/** Runs all flows, each in an attempt of its own, until every run has ended. */
async function runAtOnce(writers: readonly Writer[]): Promise<void> {
  const { store, services } = bench;
  const { queue } = services.store;
  await Promise.all(writers.map(({ flow }) => store.runs.enqueue(flow.id)));
  for (;;) {
    const claims = [];
    for (let claim = await queue.claim(); claim !== undefined; claim = await queue.claim())
      claims.push(claim);
    if (claims.length === 0) break;
    await Promise.all(
      claims.map(async ({ run, claim }) => {
        const source = writers.find(({ flow }) => flow.id === run.flowId)?.source;
        const attempt = { services: { ...services, openSource: () => source }, store, run, claim };
        await executeRun({ ...attempt, signal: new AbortController().signal });
        await queue.settle(claim);
      }),
    );
  }
  for (const { flow } of writers) {
    const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
    expect(run).toMatchObject({ state: 'success', progress: { errors: [] } });
  }
}

async function tableOf({ flow }: Writer): Promise<Table> {
  const pointer = await bench.store.tables.get(flow.dataSetId);
  return readTable(bench.services.lake.io, pointer?.metadataLocation ?? '');
}

/** Every run has made one snapshot, on the one before it. */
function expectOneChain({ metadata }: Table): void {
  const { snapshots } = metadata;
  expect(snapshots).toHaveLength(WRITERS * ROUNDS);
  const ids = snapshots.map((snapshot) => snapshot['snapshot-id']);
  expect(snapshots.map((snapshot) => snapshot['parent-snapshot-id'])).toEqual([
    undefined,
    ...ids.slice(0, -1),
  ]);
  expect(metadata['current-snapshot-id']).toBe(ids.at(-1));
}

function countsOf(ids: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}

const ownRows = (name: string) => Array.from({ length: ROUNDS }, (_, index) => `${name}-${index + 1}`);

describe(`${WRITERS} flows that write to one dataset at once`, { timeout: 600_000 }, () => {
  test('append every version of every row once, each run in a snapshot of its own', async () => {
    const writers = await writersOfOneDataSet('append');
    for (let round = 1; round <= ROUNDS; round++) {
      for (const writer of writers) change(writer, round);
      await runAtOnce(writers);
    }
    const [first] = writers;
    expectOneChain(await tableOf(first));
    const expected = writers.flatMap(({ name }) =>
      ownRows(name).flatMap((id, index) => Array(ROUNDS - index).fill(id)),
    );
    const shared = SHARED.flatMap((id) => Array(WRITERS * ROUNDS).fill(id));
    expect(countsOf(await bench.landed(first.flow))).toEqual(countsOf([...expected, ...shared]));
  });

  test('leave one row for each key, as one of them wrote it last', async () => {
    const writers = await writersOfOneDataSet('upsert');
    for (let round = 1; round <= ROUNDS; round++) {
      for (const writer of writers) change(writer, round);
      await runAtOnce(writers);
    }
    const [first] = writers;
    expectOneChain(await tableOf(first));
    const rows = await bench.rows(first.flow);
    const expected = [...writers.flatMap(({ name }) => ownRows(name)), ...SHARED];
    expect(rows.map(({ _id }) => _id).sort()).toEqual(expected.sort());
    const stale = rows.filter((row) => !JSON.stringify(row).includes(` ${ROUNDS}"`));
    expect(stale).toEqual([]);
  });
});
