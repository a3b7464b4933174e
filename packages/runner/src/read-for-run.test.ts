import { randomUUID } from 'node:crypto';
import { type Partition, type ReadRequest, type Sink, SourceError } from '@tributary/connectors';
import type { RunRecord } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { progressOf } from './progress.ts';
import { readForRun } from './read-for-run.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { startRunner } from './runner.ts';
import { TableSource } from './table-source.test-kit.ts';
import { tidyRun } from './tidy-run.ts';

/** Plans a partition for each row, and can be told what to do before one is read. */
class RowwiseSource extends TableSource {
  beforePartition: (id: string) => Promise<void> | void = () => undefined;
  reading = 0;
  mostReading = 0;

  override async plan(request: ReadRequest): Promise<readonly Partition[]> {
    const [whole] = await super.plan(request);
    if (whole === undefined) return [];
    // As `TableSource` plans them.
    const { rows, names } = whole.state as { rows: { id: string }[]; names: string[] };
    return rows.map((row) => ({ id: row.id, announcedRows: 1, state: { rows: [row], names } }));
  }

  override async read(partition: Partition, sink: Sink, signal?: AbortSignal): Promise<void> {
    this.reading += 1;
    this.mostReading = Math.max(this.mostReading, this.reading);
    try {
      await this.beforePartition(partition.id);
      await super.read(partition, sink, signal);
    } finally {
      this.reading -= 1;
    }
  }
}

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f'];

let bench: RunBench;
let flow: BenchFlow;
let source: RowwiseSource;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  source = new RowwiseSource();
  source.rows = ROWS.map((id) => ({ id, stamp: '2026-03-01T10:00:00Z' }));
  flow = await bench.flow();
});

/** Runs the flow on some workers, as processes that share a store would. */
async function runOn(workers: number): Promise<RunRecord> {
  const services = { ...bench.services, isShared: true, openSource: () => source };
  const runners = Array.from({ length: workers }, () => startRunner(services));
  try {
    await bench.store.runs.enqueue(flow.id);
    for (const runner of runners) runner.wake();
    for (;;) {
      const [run] = await bench.store.runs.list({ flowId: flow.id, limit: 1 });
      if (run?.completedAt !== undefined) return run;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
}

describe('partitions of one run', () => {
  test('are read by several workers, each once', async () => {
    const gate = Promise.withResolvers<void>();
    source.beforePartition = async () => {
      if (source.reading >= 2) gate.resolve();
      await gate.promise;
    };
    expect(await runOn(2)).toMatchObject({ state: 'success', attempt: 1 });
    expect(await bench.landed(flow)).toEqual(ROWS);
    expect(source.sent.toSorted()).toEqual(ROWS.map((id) => `settled-${id}/0`));
    expect(source.mostReading).toBeGreaterThan(1);
  });

  test('are not read by more at once than the flow allows', async () => {
    source.beforePartition = () => new Promise((resolve) => setTimeout(resolve, 5));
    await runOn(3);
    expect(source.mostReading).toBeLessThanOrEqual(4);
    expect(await bench.landed(flow)).toEqual(ROWS);
  });

  test('are read over one connection by no more at once than it bears', async () => {
    const run = await bench.store.runs.enqueue(flow.id);
    const other = await bench.store.runs.enqueue((await bench.flow()).id);
    if (!run || !other) throw new Error('not queued');
    const partition = (id: string) => ({ id, settled: true, announcedRows: 1, state: {} });
    for (const { id } of [run, other])
      await bench.store.staging.plan(id, 'shared', [partition('1'), partition('2')]);
    const limits = { ofRun: 2, ofConnection: 3 };
    const take = async ({ id }: RunRecord) => (await bench.store.readers.take(id, randomUUID(), limits)).kind;
    expect([await take(run), await take(run), await take(run)]).toEqual(['taken', 'taken', 'later']);
    expect([await take(other), await take(other)]).toEqual(['taken', 'later']);
    for (const { flowId } of [run, other]) await bench.store.runs.cancelOpen(flowId);
  });

  test('that another worker cannot read fail the run as if its own had failed', async () => {
    source.beforePartition = () => {
      throw new SourceError('invalid', 'INVALID_FIELD', 'no such column');
    };
    const run = await runOn(2);
    expect(run.state).toBe('failed');
    expect(progressOf(run).errors).toMatchObject([
      { message: expect.stringContaining('INVALID_FIELD: no such column') },
    ]);
  });

  test('leave nothing staged where the run is cancelled while another worker reads one', async () => {
    await bench.store.runs.enqueue(flow.id);
    const claimed = await bench.services.store.queue.claim();
    if (!claimed) throw new Error('not queued');
    const { run, claim } = claimed;
    const state = { rows: source.rows, names: ['Id'] };
    await bench.store.staging.plan(run.id, 'c', [{ id: '1', settled: true, announcedRows: 6, state }]);
    source.beforePartition = async () => {
      await bench.store.runs.cancelOpen(flow.id);
      await tidyRun(bench.services, run.id);
    };
    const services = { ...bench.services, openSource: () => source };
    await readForRun(services, { run, runClaim: claim, claim }, new AbortController().signal);
    expect(await bench.staged()).not.toContain(run.id);
    expect(await bench.store.staging.partitions(run.id)).toEqual([]);
    await bench.services.store.queue.settle(claim);
  });

  test('that a reader has lost take nothing of it any more', async () => {
    await bench.store.runs.enqueue(flow.id);
    const claimed = await bench.services.store.queue.claim();
    if (!claimed) throw new Error('not queued');
    const { run, claim } = claimed;
    await bench.store.staging.plan(run.id, 'c', [{ id: '1', settled: true, announcedRows: 1, state: {} }]);
    const limits = { ofRun: 1, ofConnection: 1 };
    await bench.store.readers.take(run.id, 'first', limits);
    await bench.store.readers.reset(run.id);
    expect(await bench.store.readers.take(run.id, 'second', limits)).toMatchObject({ kind: 'taken' });
    expect(await bench.store.readers.prolong(run.id, '1', 'first')).toBe(false);
    const hold = (reader: string) =>
      bench.store.readers.hold({ runId: run.id, claim, partitionId: '1', reader });
    await expect(hold('first')).rejects.toThrow('taken over');
    await hold('second');
    await bench.store.runs.cancelOpen(flow.id);
    await bench.services.store.queue.settle(claim);
  });
});
