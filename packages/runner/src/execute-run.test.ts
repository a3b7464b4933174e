import { readdirSync } from 'node:fs';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SourceError } from '@tributary/connectors';
import type { RunRecord, ScopedStore } from '@tributary/store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeRun } from './describe-run.ts';
import { MAX_ATTEMPTS } from './failure.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import type { SourceRow } from './table-source.test-kit.ts';
import { tidyRuns } from './tidy-run.ts';

let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());

beforeEach(async () => {
  Object.assign(bench.source, {
    now: new Date('2026-03-01T12:00:00Z'),
    rows: people('a', 'b', 'c', 'd', 'e'),
    sent: [],
    announcedTooMany: 0,
    beforePage: () => undefined,
  });
  bench.pauses.length = 0;
  flow = await bench.flow();
});
afterEach(() => bench.store.runs.cancelOpen(flow.id));

function people(...ids: string[]): SourceRow[] {
  return ids.map((id) => ({ id, stamp: '2026-03-01T10:00:00Z' }));
}

/** Lets `event` happen before the page is sent for the first time. */
function once(page: string, event: () => unknown): void {
  bench.source.beforePage = async (next) => {
    if (next !== page) return;
    bench.source.beforePage = () => undefined;
    await event();
  };
}

describe('a run', () => {
  test('lands every row once, and the next one what has changed since', async () => {
    expect(await bench.run(flow)).toMatchObject({ state: 'success', attempt: 1 });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
    bench.source.now = new Date('2026-03-01T13:00:00Z');
    bench.source.rows.push({ id: 'f', stamp: '2026-03-01T12:30:00Z' });
    await bench.run(flow);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('catches a row that was committed late, and lands its neighbours no second time', async () => {
    bench.source.rows.push({ id: 'f', stamp: '2026-03-01T11:59:00Z' });
    await bench.run(flow);
    bench.source.rows.push({ id: 'late', stamp: '2026-03-01T11:58:00Z' });
    bench.source.now = new Date('2026-03-01T12:01:00Z');
    const { progress } = await bench.run(flow);
    expect(progress).toMatchObject({ outcome: { inputRows: 1, skippedRows: 1, outputRows: 1 } });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'late']);
  });

  test('that takes every worker down is given up at last', async () => {
    await bench.store.runs.enqueue(flow.id);
    const { queue } = bench.services.store;
    for (let n = 0; n < MAX_ATTEMPTS; n++) {
      await queue.claim();
      await queue.endClaims();
    }
    const run = await bench.attempt();
    expect(run).toMatchObject({ state: 'failed', attempt: MAX_ATTEMPTS + 1 });
    expect(progressOf(run).errors.at(-1)?.message).toContain(`${MAX_ATTEMPTS} workers`);
  });

  test('that finds nothing new leaves no data file and no folder for one', async () => {
    await bench.run(flow);
    const before = bench.dataFiles(flow);
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(bench.dataFiles(flow)).toEqual(before);
  });

  test('keeps the staging of the newest landed run only, while the next one compares with it', async () => {
    bench.source.rows.push({ id: 'f', stamp: '2026-03-01T11:59:00Z' });
    const first = await bench.run(flow);
    expect(await bench.staged()).toContain(first.id);
    const second = await bench.run(flow);
    const staged = await bench.staged();
    expect(staged).not.toContain(first.id);
    expect(staged).toContain(second.id);
    bench.source.now = new Date('2026-03-01T13:00:00Z');
    const third = await bench.run(flow);
    const kept = await bench.staged();
    expect(kept).not.toContain(second.id);
    expect(kept).not.toContain(third.id);
  });
});

describe('a worker that stops in mid-read', () => {
  test('gives the run back at once, and the next fetches only the pages that are missing', async () => {
    await bench.store.runs.enqueue(flow.id);
    const stopping = new AbortController();
    once('settled-job/1', () => stopping.abort());
    const interrupted = await bench.attempt({ signal: stopping.signal });
    expect(interrupted).toMatchObject({ state: 'extracting', progress: { errors: [] } });
    expect(bench.pauses).toEqual([0]);
    expect(await bench.attempt()).toMatchObject({ state: 'success', attempt: 2 });
    expect(bench.source.sent.toSorted()).toEqual([
      'settled-job/0',
      'settled-job/1',
      'settled-job/2',
      'unsettled-job/0',
    ]);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('a run that another worker has taken over', () => {
  test('is landed by that one; the first stages no page more and lands nothing', async () => {
    await bench.store.runs.enqueue(flow.id);
    once('settled-job/1', async () => {
      expect(await bench.attempt()).toMatchObject({ state: 'success', attempt: 2 });
    });
    expect(await bench.attempt()).toMatchObject({ state: 'success', attempt: 2 });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bench.dataFiles(flow)).toHaveLength(1);
  });

  test('is landed by that one, too, when the first was about to commit', async () => {
    await bench.store.runs.enqueue(flow.id);
    const overtaken = beforeCommit(async () => {
      expect(await bench.attempt()).toMatchObject({ state: 'success', attempt: 2 });
    });
    await bench.attempt({ through: overtaken });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bench.dataFiles(flow)).toHaveLength(1);
  });

  test('takes no page of a plan that is no more', async () => {
    const run = await bench.store.runs.enqueue(flow.id);
    once('settled-job/1', async () => {
      // The second worker misses the first page, so that the third plans anew, reads other rows, and stops in their midst.
      await bench.services.staging.remove(run?.id ?? '');
      expect(await bench.attempt()).toMatchObject({ state: 'planning', attempt: 2 });
      bench.source.rows = people('v', 'w', 'x', 'y', 'z');
      const stopping = new AbortController();
      once('settled-job/1', () => stopping.abort());
      expect(await bench.attempt({ signal: stopping.signal })).toMatchObject({
        state: 'extracting',
        attempt: 3,
      });
    });
    // The first worker goes on with its own plan.
    await bench.attempt();
    expect(await bench.attempt()).toMatchObject({ state: 'success', attempt: 4 });
    expect(await bench.landed(flow)).toEqual(['v', 'w', 'x', 'y', 'z']);
  });
});

describe('a partition that its reader has lost while the run is still its worker’s', () => {
  test('makes that worker give the run back, to be read on from the pages that are staged', async () => {
    const run = await bench.store.runs.enqueue(flow.id);
    once('settled-job/1', () => bench.store.readers.reset(run?.id ?? ''));
    const given = await bench.attempt({ undisturbed: true });
    expect(given).toMatchObject({ state: 'extracting', progress: { errors: [] } });
    expect(await bench.attempt()).toMatchObject({ state: 'success', attempt: 2 });
    expect(bench.source.sent.filter((page) => page === 'settled-job/0')).toHaveLength(1);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

/** A store whose transaction of the commit is preceded by `event`. */
function beforeCommit(event: () => Promise<unknown>) {
  return (store: ScopedStore): ScopedStore => ({
    ...store,
    async transaction(work) {
      const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
      if (run?.state === 'committing') await event();
      return store.transaction(work);
    },
  });
}

describe('a commit', () => {
  test('whose answer is lost has happened: the rows are there once and the run is a success', async () => {
    await bench.store.runs.enqueue(flow.id);
    const losingAnswers = (store: ScopedStore): ScopedStore => ({
      ...store,
      async transaction(work) {
        const answer = await store.transaction(work);
        const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
        if (run?.completedAt !== undefined) throw new Error('Connection terminated unexpectedly');
        return answer;
      },
    });
    const run = await bench.attempt({ through: losingAnswers });
    expect(run).toMatchObject({ state: 'success', progress: { errors: [] } });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('that does not reach the store is done again, and leaves no file of the first attempt', async () => {
    await bench.store.runs.enqueue(flow.id);
    const unreachable = beforeCommit(() => Promise.reject(new Error('Connection terminated unexpectedly')));
    const failed = await bench.attempt({ through: unreachable });
    expect(failed).toMatchObject({
      state: 'committing',
      progress: { errors: [{ message: 'Connection terminated unexpectedly', attempt: 1 }] },
    });
    expect(bench.dataFiles(flow)).toEqual([]);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bench.dataFiles(flow)).toHaveLength(1);
  });

  test('goes onto what another flow has landed in the same dataset meanwhile', async () => {
    const other = await bench.flow({ dataSetId: flow.dataSetId });
    await bench.store.runs.enqueue(flow.id);
    let overtaken = false;
    const overtaking = beforeCommit(async () => {
      if (overtaken) return;
      overtaken = true;
      await bench.run(other);
    });
    await bench.attempt({ through: overtaking, undisturbed: true });
    expect(await bench.landed(flow)).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd', 'e', 'e']);
  });
});

describe('what changes while a run is under way', () => {
  test('a flow that is deleted lands nothing more and leaves no file', async () => {
    const run = await bench.store.runs.enqueue(flow.id);
    once('settled-job/1', () => bench.store.runs.cancelOpen(flow.id));
    expect(await bench.attempt()).toMatchObject({ id: run?.id, state: 'cancelled' });
    expect(await bench.landed(flow)).toEqual([]);
    expect(await bench.staged()).not.toContain(run?.id);
  });

  test('a flow that is deleted just before the commit leaves no data file either', async () => {
    await bench.store.runs.enqueue(flow.id);
    const deleting = beforeCommit(() => bench.store.runs.cancelOpen(flow.id));
    expect(await bench.attempt({ through: deleting })).toMatchObject({ state: 'cancelled' });
    expect(await bench.landed(flow)).toEqual([]);
    expect(bench.dataFiles(flow)).toEqual([]);
  });

  test('and what goes before its commit takes the diagnostics of its rows along', async () => {
    const folders = () => readdirSync(join(bench.folder, 'diagnostics'));
    await bench.run(flow);
    const before = folders();
    bench.source.rows.push({ id: 'f', stamp: '2026-03-01T12:30:00Z' });
    bench.source.now = new Date('2026-03-01T13:00:00Z');
    await bench.store.runs.enqueue(flow.id);
    await bench.attempt({ through: beforeCommit(() => bench.store.runs.cancelOpen(flow.id)) });
    expect(folders()).toEqual(before);
  });

  test('a dataset that is deleted fails the run, and says so', async () => {
    await bench.store.runs.enqueue(flow.id);
    const deleting = beforeCommit(() => bench.store.tables.remove(flow.dataSetId));
    const run = await bench.attempt({ through: deleting });
    expect(run.state).toBe('failed');
    expect(errorsOf(run)).toEqual([expect.stringContaining('has no table any more')]);
    expect(bench.dataFiles(flow)).toEqual([]);
  });

  test('mappings that read another column by now have everything fetched anew', async () => {
    await bench.store.runs.enqueue(flow.id);
    const stopping = new AbortController();
    once('settled-job/2', () => stopping.abort());
    await bench.attempt({ signal: stopping.signal });
    await bench.changeMappings(flow, 'id', 'born');
    const replanned = await bench.attempt();
    expect(replanned.state).toBe('planning');
    expect(errorsOf(replanned)).toEqual([expect.stringContaining('mappings have changed')]);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('a staged file that is gone', () => {
  test('has everything fetched anew', async () => {
    const run = await bench.store.runs.enqueue(flow.id);
    const stopping = new AbortController();
    once('settled-job/2', () => stopping.abort());
    await bench.attempt({ signal: stopping.signal });
    await bench.services.staging.remove(run?.id ?? '');
    expect(errorsOf(await bench.attempt())).toEqual([expect.stringContaining('is gone or has changed')]);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('or was cut short, likewise', async () => {
    const run = await bench.store.runs.enqueue(flow.id);
    const stopping = new AbortController();
    once('settled-job/2', () => stopping.abort());
    await bench.attempt({ signal: stopping.signal });
    const [page] = await bench.store.staging.pages(run?.id ?? '');
    await truncate(page?.path ?? '', 10);
    expect(errorsOf(await bench.attempt())).toEqual([expect.stringContaining('is gone or has changed')]);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('of the run before fails the flow’s runs, for which rows have landed cannot be told', async () => {
    bench.source.rows.push({ id: 'f', stamp: '2026-03-01T11:59:00Z' });
    const first = await bench.run(flow);
    await bench.services.staging.remove(first.id);
    bench.source.rows.push({ id: 'g', stamp: '2026-03-01T11:59:30Z' });
    const second = await bench.run(flow);
    expect(second).toMatchObject({ state: 'failed', attempt: 1 });
    expect(errorsOf(second)).toEqual([expect.stringContaining('Put it back, or delete the flow')]);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});

describe('a source', () => {
  test('whose clock went back beyond what has settled fails the run rather than miss rows', async () => {
    await bench.run(flow);
    bench.source.now = new Date('2026-03-01T11:40:00Z');
    const run = await bench.run(flow);
    expect(run.state).toBe('failed');
    expect(errorsOf(run).at(-1)).toContain('would be missed');
  });

  test('that sends other rows than it announced is asked for all of them again', async () => {
    await bench.store.runs.enqueue(flow.id);
    bench.source.announcedTooMany = 1;
    const run = await bench.attempt();
    expect(run.state).toBe('planning');
    expect(errorsOf(run)).toEqual([expect.stringMatching(/announced 9 rows, 5 arrived/)]);
    expect(await bench.staged()).not.toContain(run.id);
    bench.source.announcedTooMany = 0;
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('that stays away is asked five times, after longer and longer pauses', async () => {
    bench.source.beforePage = () => Promise.reject(new SourceError('busy', 'HTTP_503', 'come back later'));
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 5 });
    expect(errorsOf(run)).toEqual(Array(5).fill('The source answered HTTP_503: come back later'));
    expect(bench.pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(await bench.staged()).not.toContain(run.id);
  });

  test('that refuses the credentials is asked once', async () => {
    bench.source.beforePage = () =>
      Promise.reject(new SourceError('refused', 'INVALID_LOGIN', 'no such user'));
    expect(await bench.run(flow)).toMatchObject({ state: 'failed', attempt: 1 });
  });

  test('whose allowance is used up makes the run wait: nothing has failed, and it goes on from where it stands', async () => {
    await bench.store.runs.enqueue(flow.id);
    const closed = new SourceError('limited', 'API_BUDGET', '80 % of today’s calls are used');
    once('settled-job/1', () => Promise.reject(closed));
    const waiting = await bench.attempt();
    expect(waiting).toMatchObject({ state: 'extracting', progress: { errors: [], waits: 1 } });
    expect(bench.pauses).toEqual([5_000]);
    expect(describeRun(waiting, '')).toMatchObject({
      metrics: {
        statusSummary: {
          status: 'inProgress',
          errors: [],
          extensions: {
            waiting: { reason: expect.stringContaining('80 %'), untilUTC: expect.any(Number) },
            notices: [{ code: 'WAITING_FOR_SOURCE', message: expect.stringContaining('goes on at') }],
          },
        },
      },
    });
    bench.source.sent = [];
    const ended = await bench.attempt();
    expect(ended).toMatchObject({ state: 'success' });
    expect(bench.source.sent).not.toContain('settled-job/0');
    expect(describeRun(ended, '')).not.toHaveProperty('metrics.statusSummary.extensions.waiting');
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('that makes a run wait more often than runs are attempted does not have it taken for a deadly one', async () => {
    await bench.store.runs.enqueue(flow.id);
    bench.source.beforePage = () =>
      Promise.reject(new SourceError('limited', 'API_BUDGET', 'all calls are used'));
    for (let wait = 0; wait < MAX_ATTEMPTS + 2; wait++) await bench.attempt();
    bench.source.beforePage = () => undefined;
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
  });

  test('that fails in one partition is read in the others no further', async () => {
    await bench.store.runs.enqueue(flow.id);
    bench.source.rows.push({ id: 'f', stamp: '2026-03-01T11:59:00Z' });
    const failed = Promise.withResolvers<void>();
    bench.source.beforePage = async (page, signal) => {
      if (page === 'unsettled-job/0') {
        failed.resolve();
        throw new SourceError('busy', 'HTTP_503', 'come back later');
      }
      await failed.promise;
      // Resolves only because the other partition's failure halts this one.
      if (!signal?.aborted) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    };
    const run = await bench.attempt();
    expect(errorsOf(run)).toEqual(['The source answered HTTP_503: come back later']);
    expect(bench.source.sent).toEqual([]);
  });
});

describe('rows that cannot land', () => {
  test('fail a run in which there are too many: nothing lands, and the next run reads them again', async () => {
    await bench.changeMappings(flow, 'id', 'born');
    bench.source.rows[0] = { id: 'a', stamp: '2026-03-01T10:00:00Z', born: 'long ago' };
    expect(await bench.run(flow)).toMatchObject({ state: 'failed', attempt: 1 });
    expect(await bench.landed(flow)).toEqual([]);
    expect(bench.dataFiles(flow)).toEqual([]);
    bench.source.rows[0] = { id: 'a', stamp: '2026-03-01T10:00:00Z', born: '1970' };
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('do not count as failed attempts when the commit has to be done again', async () => {
    flow = await bench.flow({ partialIngestionPercent: 50 });
    await bench.changeMappings(flow, 'id', 'born');
    bench.source.rows[0] = { id: 'a', stamp: '2026-03-01T10:00:00Z', born: 'long ago' };
    await bench.store.runs.enqueue(flow.id);
    const unreachable = beforeCommit(() => Promise.reject(new Error('Connection terminated unexpectedly')));
    for (let failures = 1; failures <= 4; failures++) {
      expect(errorsOf(await bench.attempt({ through: unreachable }))).toHaveLength(failures);
    }
    const run = await bench.attempt();
    expect(run).toMatchObject({ state: 'partial', progress: { outcome: { failedRows: 1, outputRows: 4 } } });
    expect(await bench.landed(flow)).toEqual(['b', 'c', 'd', 'e']);
  });
});

describe('a server that starts', () => {
  test('leaves an open run’s files alone, and removes what one has left that ended while nobody was there', async () => {
    await bench.store.runs.enqueue(flow.id);
    const stopping = new AbortController();
    once('settled-job/2', () => stopping.abort());
    const killed = await bench.attempt({ signal: stopping.signal });
    const { dataFolder } = progressOf(killed);
    // What a worker leaves that is killed while it writes Parquet.
    const folder = bench.services.lake.io.pathOf(`${dataFolder}/1`) ?? '';
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'half-written.parquet'), 'PAR1');
    await tidyRuns(bench.services);
    expect(bench.dataFiles(flow)).toHaveLength(1);
    expect(await bench.staged()).toContain(killed.id);
    await bench.store.runs.cancelOpen(flow.id);
    await tidyRuns(bench.services);
    expect(bench.dataFiles(flow)).toEqual([]);
    expect(await bench.staged()).not.toContain(killed.id);
  });

  test('leaves data that has landed alone', async () => {
    await bench.run(flow);
    await tidyRuns(bench.services);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

function errorsOf(run: RunRecord): string[] {
  return progressOf(run).errors.map(({ message }) => message);
}
