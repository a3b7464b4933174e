import { readdirSync } from 'node:fs';
import { currentDataFiles, readTable } from '@tributary/lake';
import type { RunRecord, ScopedStore } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ChangingSource, type Telling } from './changing-source.test-kit.ts';
import { describeRun } from './describe-run.ts';
import { documentOf } from './documents.ts';
import { prepareFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;
let source: ChangingSource;

beforeAll(async () => {
  bench = await RunBench.open();
});

afterAll(() => bench.close());

beforeEach(() => reading('deletions'));

function reading(telling: Telling): void {
  source = new ChangingSource(telling);
  bench.opened = source;
  for (const [id, name] of ['a Ada', 'b Bea', 'c Cid'].map((row) => row.split(' ')))
    source.put(id ?? '', name ?? '');
  source.wait(3600);
}

const mirror = (copy: Record<string, unknown> = {}) => bench.flow({ copy: { mode: 'mirror', ...copy } });

async function rowsOf(flow: BenchFlow): Promise<readonly string[]> {
  return (await bench.rows(flow)).map((row) => {
    const { _id, person } = row as { _id: string; person: { name: { lastName: string } } };
    return `${_id} ${person.name.lastName}`;
  });
}

async function tableOf({ dataSetId }: BenchFlow) {
  const pointer = await bench.store.tables.get(dataSetId);
  return readTable(bench.services.lake.io, pointer?.metadataLocation ?? '');
}

const noticesOf = (run: RunRecord) => progressOf(run).notices.map(({ code }) => code);

function recordSummary(run: RunRecord): unknown {
  const { metrics } = describeRun(run, '') as { metrics: { recordSummary: unknown } };
  return metrics.recordSummary;
}

/** A store whose transaction of the flow's next commit is preceded by `event`, once. */
function beforeCommit(flow: BenchFlow, event: () => Promise<unknown>) {
  let isDone = false;
  return (store: ScopedStore): ScopedStore => ({
    ...store,
    async transaction(work) {
      const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
      if (run?.state === 'committing' && !isDone) {
        isDone = true;
        await event();
      }
      return store.transaction(work);
    },
  });
}

describe('a run in a keyed mode', () => {
  test('tells how many rows of the dataset it has replaced and removed', async () => {
    const flow = await mirror();
    await bench.run(flow);
    source.put('b', 'Bob');
    source.put('d', 'Dan');
    source.remove('c');
    source.wait(60);
    const run = await bench.run(flow);
    expect(recordSummary(run)).toMatchObject({
      inputRecordCount: 3,
      outputRecordCount: 2,
      extensions: { updatedRecordCount: 1, deletedRecordCount: 1 },
    });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bob', 'd Dan']);
  });

  test('that only removes rows keeps the file that says so', async () => {
    const flow = await mirror();
    await bench.run(flow);
    source.remove('c');
    source.wait(60);
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'success', progress: { outcome: { outputRows: 0, removedRows: 1 } } });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea']);
  });

  test('takes files from the table of which nothing is left', async () => {
    const flow = await mirror();
    await bench.run(flow);
    for (const id of ['a', 'b', 'c']) source.put(id, 'New');
    source.wait(60);
    await bench.run(flow);
    const files = [];
    for await (const file of currentDataFiles(bench.services.lake.io, await tableOf(flow))) files.push(file);
    expect(files).toMatchObject([{ recordCount: 3 }]);
    expect(await rowsOf(flow)).toEqual(['a New', 'b New', 'c New']);
  });

  test('lands each row once that a window reads again', async () => {
    const flow = await bench.flow({ copy: { mode: 'upsert' } });
    source.put('d', 'Dan');
    await bench.run(flow);
    source.wait(60);
    const run = await bench.run(flow);
    expect(run.progress).toMatchObject({ outcome: { skippedRows: 1, outputRows: 0, updatedRows: 0 } });
  });

  test('leaves no working files', async () => {
    const flow = await mirror();
    const run = await bench.run(flow);
    const left = readdirSync(bench.folder, { recursive: true, encoding: 'utf8' });
    const ofRun = left.filter((name) => name.includes(run.id));
    expect(ofRun.filter((name) => !name.startsWith('lake'))).toEqual([]);
  });
});

describe('a whole read', () => {
  beforeEach(() => reading('nothing'));

  test('of a table in which nothing has changed makes no snapshot', async () => {
    const flow = await mirror();
    await bench.run(flow);
    const before = await tableOf(flow);
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'success', progress: { outcome: { inputRows: 3, outputRows: 0 } } });
    expect((await tableOf(flow)).metadataLocation).toBe(before.metadataLocation);
    expect(noticesOf(run)).toEqual(['FULL_READ']);
  });

  test('writes only what has changed', async () => {
    const flow = await mirror();
    await bench.run(flow);
    source.put('b', 'Bob');
    expect((await bench.run(flow)).progress).toMatchObject({
      outcome: { outputRows: 1, updatedRows: 1, removedRows: 0 },
    });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bob', 'c Cid']);
  });

  test('that would remove more than the flow lets go at once fails, and changes nothing', async () => {
    const flow = await mirror();
    await bench.run(flow);
    const files = bench.dataFiles(flow);
    for (const id of ['a', 'b']) source.remove(id);
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    const [error] = progressOf(run).errors;
    expect(error?.message).toMatch(/^2 of the dataset’s 3 rows .* options\.removalLimitPercent/);
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
    expect(bench.dataFiles(flow)).toEqual(files);
    source.put('b', 'Bea');
    expect((await bench.run(flow)).state).toBe('success');
    expect(await rowsOf(flow)).toEqual(['b Bea', 'c Cid']);
  });

  test('removes all that is gone, down to nothing, where the flow lets it', async () => {
    const flow = await bench.flow({ copy: { mode: 'mirror' }, removalLimitPercent: 100 });
    await bench.run(flow);
    for (const id of ['a', 'b', 'c']) source.remove(id);
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual([]);
    source.put('e', 'Eve');
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['e Eve']);
  });

  test('keeps the row that a bad one would have replaced', async () => {
    const flow = await bench.flow({ copy: { mode: 'mirror' }, partialIngestionPercent: 100 });
    await bench.changeMappings(flow, 'id', 'name', 'born');
    await bench.run(flow);
    source.born.set('b', 'long ago');
    source.put('b', 'Bob');
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'partial', progress: { outcome: { failedRows: 1, removedRows: 0 } } });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
  });

  test('removes nothing while the key of a row cannot be read, and says so', async () => {
    const flow = await bench.flow({ copy: { mode: 'mirror' }, partialIngestionPercent: 100 });
    await bench.run(flow);
    source.remove('a');
    source.put('', 'Nobody');
    const run = await bench.run(flow);
    expect(noticesOf(run)).toContain('DELETIONS_NOT_FOLLOWED');
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
    source.remove('');
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['b Bea', 'c Cid']);
  });
});

describe('a mirror', () => {
  test('beside another flow fails before it reads, and leaves that one’s rows', async () => {
    const flow = await mirror();
    const other = await bench.flow({ dataSetId: flow.dataSetId });
    await bench.run(other);
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors.at(-1)?.message).toContain(`the flow ${other.id} lands in the dataset`);
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
  });

  test('beside which another flow comes while it runs leaves that one’s rows', async () => {
    reading('nothing');
    const flow = await mirror();
    await bench.store.runs.enqueue(flow.id);
    const overtaking = beforeCommit(flow, async () => {
      await bench.run(await bench.flow({ dataSetId: flow.dataSetId }));
    });
    await bench.attempt({ through: overtaking, undisturbed: true });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
  });

  test('whose last run was too long ago for the source to tell of deletions compares all rows', async () => {
    const flow = await mirror();
    await bench.run(flow);
    source.remove('a');
    source.wait(13 * 86_400);
    expect(noticesOf(await bench.run(flow))).toEqual([]);
    source.remove('b');
    source.wait(15 * 86_400);
    expect(noticesOf(await bench.run(flow))).toEqual(['FULL_READ']);
    expect(await rowsOf(flow)).toEqual(['c Cid']);
    source.put('d', 'Dan');
    source.wait(60);
    expect(noticesOf(await bench.run(flow))).toEqual([]);
    expect(await rowsOf(flow)).toEqual(['c Cid', 'd Dan']);
  });

  test.each([false, true])(
    'whose token is refused (while reading: %s) compares all rows, and goes on from a new one',
    async (refusesLate) => {
      reading('tokens');
      source.refusesLate = refusesLate;
      const flow = await mirror();
      await bench.run(flow);
      source.remove('a');
      source.expireTokens();
      const run = await bench.run(flow);
      expect(run.state).toBe('success');
      expect(noticesOf(run)).toContain('FULL_READ');
      expect(await rowsOf(flow)).toEqual(['b Bea', 'c Cid']);
      source.remove('b');
      await bench.run(flow);
      expect(source.requests.at(-1)?.changes?.since).toBeDefined();
      expect(await rowsOf(flow)).toEqual(['c Cid']);
    },
  );

  test('that appended before begins with all rows, of which one is left for each key', async () => {
    const flow = await bench.flow();
    await bench.run(flow);
    source.put('a', 'Amy');
    source.remove('b');
    source.wait(3600);
    await bench.run(flow);
    expect((await rowsOf(flow)).toSorted()).toEqual(['a Ada', 'a Amy', 'b Bea', 'c Cid']);
    await bench.changeCopy(flow, { mode: 'mirror' });
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['a Amy', 'c Cid']);
  });

  test('that appends again goes on from where it has read', async () => {
    reading('nothing');
    const flow = await bench.flow();
    await bench.run(flow);
    source.put('b', 'Bob');
    source.wait(3600);
    await bench.changeCopy(flow, { mode: 'mirror' });
    await bench.run(flow);
    await bench.changeCopy(flow, { mode: 'append' });
    source.put('d', 'Dan');
    source.wait(3600);
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bob', 'c Cid', 'd Dan']);
  });

  test('without backfill has what comes from its first run on', async () => {
    const flow = await bench.flow({ copy: { mode: 'mirror' }, backfill: false });
    await bench.run(flow);
    source.wait(60);
    source.put('d', 'Dan');
    source.put('e', 'Eve');
    source.wait(60);
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['d Dan', 'e Eve']);
    source.remove('d');
    source.wait(60);
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['e Eve']);
  });

  test('that followed tokens does not append on', async () => {
    reading('tokens');
    const flow = await mirror();
    await bench.run(flow);
    await bench.changeCopy(flow, { mode: 'append' });
    const run = await bench.run(flow);
    expect(run.state).toBe('failed');
    expect(progressOf(run).errors.at(-1)?.message).toContain('would land once more');
  });
});

describe('a key', () => {
  async function violationsOf(copy: Record<string, unknown>) {
    const flow = await bench.flow({ copy });
    const resource = await bench.store.resources('flow').get(flow.id);
    if (resource === undefined) throw new Error('the flow is there');
    const preparation = await prepareFlow(bench.store, documentOf('flow', resource));
    return preparation.ok ? [] : preparation.violations;
  }

  test.each([
    [{ mode: 'replace' }, '/transformations/0/params/mode', /append, upsert, mirror/],
    [{ mode: 'upsert', keyColumns: [] }, '/transformations/0/params/keyColumns', /one or more columns/],
    [{ mode: 'upsert', keyColumns: ['Id', 'Id'] }, '/transformations/0/params/keyColumns', /each once/],
    [{ mode: 'upsert', keyColumns: 'Id' }, '/transformations/0/params/keyColumns', /list/],
    [
      { mode: 'mirror', keyColumns: ['Born'] },
      '/transformations/0/params/keyColumns',
      /key column Born: map it/,
    ],
  ])('is refused when the flow is made: %o', async (copy, path, message) => {
    expect(await violationsOf(copy)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  test('that the flow names tells rows apart in the place of the source’s', async () => {
    const flow = await mirror({ keyColumns: ['Name'] });
    source.put('d', 'Ada');
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['b Bea', 'c Cid', 'd Ada']);
  });

  test.each(['tokens', 'deletions'] as const)(
    'that is not the source’s own tells rows apart even where it changes in a row, by comparing all (%s)',
    async (telling) => {
      reading(telling);
      const flow = await mirror({ keyColumns: ['Name'] });
      await bench.run(flow);
      source.put('a', 'Amy');
      source.put('d', 'Amy');
      source.wait(3600);
      const run = await bench.run(flow);
      expect(noticesOf(run)).toEqual(['FULL_READ']);
      expect(await rowsOf(flow)).toEqual(['b Bea', 'c Cid', 'd Amy']);
      await bench.changeCopy(flow, { mode: 'mirror' });
      await bench.run(flow);
      expect(await rowsOf(flow)).toEqual(['a Amy', 'b Bea', 'c Cid', 'd Amy']);
    },
  );

  test.each(['tokens', 'deletions'] as const)(
    'that was another for a while begins with all rows again (%s)',
    async (telling) => {
      reading(telling);
      const flow = await mirror();
      await bench.run(flow);
      source.put('d', 'Ada');
      await bench.changeCopy(flow, { mode: 'mirror', keyColumns: ['Name'] });
      await bench.run(flow);
      expect(await rowsOf(flow)).toEqual(['b Bea', 'c Cid', 'd Ada']);
      await bench.changeCopy(flow, { mode: 'mirror' });
      await bench.run(flow);
      expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid', 'd Ada']);
    },
  );

  test('that neither the source nor the flow names fails the run, and says how to name it', async () => {
    source.keyColumns = [];
    const run = await bench.run(await mirror());
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors.at(-1)?.message).toContain('params.keyColumns');
  });

  test('that is not mapped fails the run, and says what to map', async () => {
    const flow = await mirror();
    await bench.changeMappings(flow, 'name');
    const run = await bench.run(flow);
    expect(progressOf(run).errors.at(-1)?.message).toContain('finds rows by the key column Id: map it');
  });
});

describe('another run that commits first', () => {
  test('has its rows replaced or kept by their keys', async () => {
    const flow = await bench.flow({ copy: { mode: 'upsert' } });
    const other = await bench.flow({ dataSetId: flow.dataSetId, copy: { mode: 'upsert' } });
    await bench.run(flow);
    await bench.run(other);
    source.put('a', 'Amy');
    source.put('e', 'Eve');
    source.wait(60);
    await bench.store.runs.enqueue(flow.id);
    const overtaking = beforeCommit(flow, () => bench.run(other));
    const run = await bench.attempt({ through: overtaking, undisturbed: true });
    expect(run).toMatchObject({ state: 'success', progress: { outcome: { outputRows: 2, updatedRows: 2 } } });
    expect(await rowsOf(flow)).toEqual(['a Amy', 'b Bea', 'c Cid', 'e Eve']);
  });

  test('has rows compared again that were left out because they stood there', async () => {
    reading('nothing');
    const flow = await mirror();
    await bench.run(flow);
    const theirs = new ChangingSource('nothing');
    theirs.put('a', 'Theirs');
    await bench.store.runs.enqueue(flow.id);
    const overtaking = beforeCommit(flow, async () => {
      bench.opened = theirs;
      const other = await bench.flow({ dataSetId: flow.dataSetId, copy: { mode: 'upsert' } });
      await bench.run(other);
      await bench.store.resources('flow').remove(other.id);
      bench.opened = source;
    });
    const overtaken = await bench.attempt({ through: overtaking, undisturbed: true });
    expect(overtaken.state).toBe('committing');
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
  });
});

describe('a worker that is killed', () => {
  test('before its commit changes nothing, and leaves nothing in the table’s folder', async () => {
    const flow = await mirror();
    await bench.run(flow);
    const files = bench.dataFiles(flow);
    source.put('b', 'Bob');
    source.remove('c');
    source.wait(60);
    await bench.store.runs.enqueue(flow.id);
    const through = beforeCommit(flow, () => Promise.reject(new Error('Connection terminated unexpectedly')));
    expect(await bench.attempt({ through })).toMatchObject({ state: 'committing' });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
    expect(bench.dataFiles(flow)).toEqual(files);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bob']);
  });

  test('while it makes its deletes leaves them to the next, which makes them anew', async () => {
    const flow = await mirror();
    await bench.run(flow);
    source.put('b', 'Bob');
    source.wait(60);
    await bench.store.runs.enqueue(flow.id);
    const killed = new AbortController();
    const through = (store: ScopedStore): ScopedStore => ({
      ...store,
      tables: {
        ...store.tables,
        async get(dataSetId) {
          const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
          if (run?.state === 'committing') killed.abort();
          return store.tables.get(dataSetId);
        },
      },
    });
    expect(await bench.attempt({ through, signal: killed.signal })).toMatchObject({ state: 'committing' });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bea', 'c Cid']);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bob', 'c Cid']);
  });

  test('while it reads changes by token goes on where it was, and from the token that ends them', async () => {
    reading('tokens');
    const flow = await mirror();
    await bench.run(flow);
    for (const id of ['d', 'e', 'f']) source.put(id, 'New');
    source.remove('a');
    await bench.store.runs.enqueue(flow.id);
    const killed = new AbortController();
    source.beforePage = (page) => {
      if (page === 1) killed.abort();
    };
    await bench.attempt({ signal: killed.signal });
    source.beforePage = () => undefined;
    source.put('g', 'Later');
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await rowsOf(flow)).toEqual(['b Bea', 'c Cid', 'd New', 'e New', 'f New']);
    await bench.run(flow);
    expect(await rowsOf(flow)).toContain('g Later');
  });
});
