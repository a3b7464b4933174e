import type { RunRecord } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { startRunner } from './runner.ts';

let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
  bench.source.beforePage = () => undefined;
  flow = await bench.flow();
});

/** Resolves once the flow's newest run has ended; runs that end wake nobody, so they are asked for. */
async function ended(): Promise<RunRecord> {
  for (;;) {
    const [run] = await bench.store.runs.list({ flowId: flow.id, limit: 1 });
    if (run?.completedAt !== undefined) return run;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a flow that falls due is run, once for all the slots that were missed', async () => {
  const schedule = {
    flowId: flow.id,
    nextAt: new Date(0),
    recurrence: { startAt: 0, frequency: 'hour', interval: 1, timezone: 'UTC' },
  };
  await bench.store.schedules.put(schedule);
  const runner = startRunner(bench.services);
  expect(await ended()).toMatchObject({ state: 'success' });
  await runner.stop();
  expect(await bench.store.runs.count(flow.id)).toBe(1);
  expect(await bench.landed(flow)).toEqual(['a']);
  await bench.store.schedules.remove(flow.id);
});

test('a runner that stops gives its run back, for another to take up at once', async () => {
  const reading = Promise.withResolvers<void>();
  bench.source.beforePage = async (_page, signal) => {
    reading.resolve();
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
  };
  await bench.store.runs.enqueue(flow.id);
  const stopped = startRunner(bench.services);
  await reading.promise;
  await stopped.stop();
  bench.source.beforePage = () => undefined;
  const next = startRunner(bench.services);
  expect(await ended()).toMatchObject({ state: 'success', attempt: 2, progress: { errors: [] } });
  await next.stop();
  expect(await bench.landed(flow)).toEqual(['a']);
});

test('a runner whose store stays away for a while goes on once it is back', async () => {
  let isAway = true;
  const store = {
    ...bench.services.store,
    queue: {
      ...bench.services.store.queue,
      claimSome: async (...args: Parameters<typeof bench.services.store.queue.claimSome>) => {
        if (isAway) throw new Error('connect ECONNREFUSED');
        return bench.services.store.queue.claimSome(...args);
      },
    },
  };
  const refused = Promise.withResolvers<void>();
  const log = { ...bench.services.log, error: () => refused.resolve() };
  await bench.store.runs.enqueue(flow.id);
  const runner = startRunner({ ...bench.services, store, log });
  await refused.promise;
  isAway = false;
  runner.wake();
  expect(await ended()).toMatchObject({ state: 'success', attempt: 1 });
  await runner.stop();
});

test('a runner holds no two runs under one name, so that it cannot be mistaken for an earlier self', async () => {
  const claims: string[] = [];
  const store = {
    ...bench.services.store,
    queue: {
      ...bench.services.store.queue,
      claimSome: async (...args: Parameters<typeof bench.services.store.queue.claimSome>) => {
        const claimed = await bench.services.store.queue.claimSome(...args);
        claims.push(...claimed.map(({ claim }) => claim));
        return claimed;
      },
    },
  };
  const runner = startRunner({ ...bench.services, store });
  for (let runs = 1; runs <= 2; runs++) {
    await bench.store.runs.enqueue(flow.id);
    runner.wake();
    await ended();
  }
  await runner.stop();
  expect(new Set(claims).size).toBe(2);
});

test('a runner that is told to stop before it has begun takes no run', async () => {
  await bench.store.runs.enqueue(flow.id);
  await startRunner(bench.services).stop();
  const [run] = await bench.store.runs.list({ flowId: flow.id, limit: 1 });
  expect(run).toMatchObject({ state: 'pending', attempt: 0 });
  await bench.store.runs.cancelOpen(flow.id);
});
