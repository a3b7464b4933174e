import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord, ScopedStore } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { tidyRuns } from './tidy-run.ts';

let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
  flow = await bench.flow();
});

const folderOf = (batchId = '') => join(bench.folder, 'diagnostics', batchId);

/** A run whose worker was killed while it wrote rejected rows: an attempt that has got that far, and what it would leave. */
async function killedInTransform(): Promise<RunRecord> {
  await bench.store.runs.enqueue(flow.id);
  const run = await bench.attempt({ through: failingCommits });
  const folder = folderOf(progressOf(run).batchId);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'half-written.json'), '{');
  return run;
}

function failingCommits(store: ScopedStore): ScopedStore {
  const swap = () => Promise.reject(new Error('the connection broke'));
  return {
    ...store,
    transaction: (work) =>
      store.transaction((inner) => work({ ...inner, tables: { ...inner.tables, swap } })),
  };
}

describe('diagnostics of a worker that was killed', () => {
  test('go when another takes the run up', async () => {
    const killed = await killedInTransform();
    const landed = await bench.attempt();
    expect(landed.state).toBe('success');
    const { batchId, outcome } = progressOf(landed);
    expect(outcome?.batchId).toBe(batchId);
    expect(batchId).not.toBe(progressOf(killed).batchId);
    expect(existsSync(folderOf(progressOf(killed).batchId))).toBe(false);
  });

  test('go when a worker starts after the run has ended', async () => {
    const { progress } = await killedInTransform();
    await bench.store.runs.cancelOpen(flow.id);
    await tidyRuns(bench.services);
    expect(existsSync(folderOf(String(progress.batchId)))).toBe(false);
  });
});
