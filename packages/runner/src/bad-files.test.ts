import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Source, SourceError } from '@tributary/connectors';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { beforeReading, codesOf, csv, FilesBench, heldBy } from './files-bench.test-kit.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;
let files: FilesBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());
beforeEach(() => {
  files = new FilesBench(bench);
  bench.opened = files.source({ format: 'delimited' });
});

const json = (...ids: string[]) => JSON.stringify(ids.map((id) => ({ Id: id, Name: 'Doe' })));
const brokenGzip = gzipSync(csv('lost', 'lost too')).fill(7, 20, 30);

describe('a file that cannot be read', () => {
  const parquetLike = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(100, 1), Buffer.from('PAR1')]);

  test.each([
    ['whose compression is damaged', { format: 'delimited' }, 'bad.csv.gz', brokenGzip, 'good.csv', csv('a')],
    [
      'that is cut off within its compression',
      { format: 'delimited' },
      'bad.csv.gz',
      gzipSync(csv('x')).subarray(0, 25),
      'good.csv',
      csv('a'),
    ],
    [
      'that is cut off within a JSON document',
      { format: 'json' },
      'bad.json',
      json('x', 'y').slice(0, -9),
      'good.json',
      json('a'),
    ],
    [
      'that has none of the columns',
      { format: 'delimited' },
      'bad.csv',
      'other,columns\n1,2\n',
      'good.csv',
      csv('a'),
    ],
  ])('%s is held back and named, and the others land', async (_what, data, bad, content, good, rows) => {
    bench.opened = files.source(data);
    files.write(bad, content);
    files.write(good, rows);
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('partial');
    expect(await bench.landed(flow)).toEqual(['a']);
    expect(heldBy(run)).toEqual([`/${bad}`]);
    expect(codesOf(run)).toContain('ITEMS_HELD_BACK');
    expect(progressOf(run).errors).toMatchObject([{ code: 'CONNECTOR-2001-500' }]);
    expect(progressOf(run).errors[0]?.message).toContain(bad);
    expect(progressOf(run).extract?.partitions).toMatchObject([
      { item: `/${bad}` },
      { item: `/${good}`, stagedRows: null, pages: 1, bytes: rows.length },
    ]);
    expect(run.attempt).toBe(1);
  });

  test('that is no Parquet is held back', async () => {
    bench.opened = files.source({ format: 'parquet' });
    files.write('bad.parquet', parquetLike);
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(heldBy(run)).toEqual(['/bad.parquet']);
  });

  test('is not read again until it changes, and told of by each run', async () => {
    files.write('bad.csv.gz', brokenGzip);
    files.write('good.csv', csv('a'));
    const read: string[] = [];
    bench.opened = beforeReading(bench.opened, (path) => read.push(path));
    const flow = await bench.flow();
    const first = await bench.run(flow);
    const second = await bench.run(flow);
    expect(second.state).toBe('success');
    expect(read).toEqual(['bad.csv.gz', 'good.csv']);
    expect(progressOf(second).heldBack?.items).toMatchObject([{ name: '/bad.csv.gz', runId: first.id }]);
    expect(codesOf(second)).toContain('ITEMS_HELD_BACK');

    files.write('bad.csv.gz', gzipSync(csv('b')));
    const third = await bench.run(flow);
    expect(third.state).toBe('success');
    expect(heldBy(third)).toEqual([]);
    expect(codesOf(third)).not.toContain('ITEMS_HELD_BACK');
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
    expect(await bench.store.heldItems.of(flow.id)).toEqual([]);
    expect((await bench.run(flow)).state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
  });

  test('is read again when somebody asks, or says that it is to be read in another way', async () => {
    files.write('bad.csv', 'other,columns\n1,2\n');
    files.write('good.csv', csv('a'));
    const flow = await bench.flow();
    await bench.run(flow);
    const asked = await bench.run(flow, { retriesHeldItems: true });
    expect(asked.state).toBe('failed');
    expect(heldBy(asked)).toEqual(['/bad.csv']);
    expect((await bench.run(flow)).state).toBe('success');
    await bench.declareColumns(flow, [{ name: 'Id', type: 'string' }]);
    expect((await bench.run(flow)).state).toBe('failed');
    expect(await bench.landed(flow)).toEqual(['a']);
  });

  test('is forgotten when it is taken away', async () => {
    files.write('bad.csv.gz', brokenGzip);
    files.write('good.csv', csv('a'));
    const flow = await bench.flow();
    await bench.run(flow);
    files.remove('bad.csv.gz');
    const run = await bench.run(flow);
    expect(heldBy(run)).toEqual([]);
    expect(await bench.store.heldItems.of(flow.id)).toEqual([]);
  });

  test('fails the run where there is no other, and is held back all the same', async () => {
    files.write('bad.csv.gz', brokenGzip);
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('failed');
    expect(run.attempt).toBe(1);
    expect(heldBy(run)).toEqual(['/bad.csv.gz']);
    files.write('good.csv', csv('a'));
    expect((await bench.run(flow)).state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['a']);
  });

  test('fails the run where the flow bears fewer, which then holds nothing back', async () => {
    files.write('bad.csv.gz', brokenGzip);
    for (const id of ['a', 'b', 'c']) files.write(`${id}.csv`, csv(id));
    const flow = await bench.flow({ badFileLimitPercent: 24 });
    const run = await bench.run(flow);
    expect(run.state).toBe('failed');
    expect(progressOf(run).errors[0]?.message).toMatch(
      /1 of 4 files .*24 %.*badFileLimitPercent.*bad\.csv\.gz/,
    );
    expect(await bench.landed(flow)).toEqual([]);
    expect(await bench.store.heldItems.of(flow.id)).toEqual([]);
    files.remove('bad.csv.gz');
    expect((await bench.run(flow)).state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
  });

  test('takes no row from a mirror that may be in it', async () => {
    files.write('a.csv', csv('a', 'b'));
    files.write('c.csv.gz', gzipSync(csv('c')));
    const flow = await bench.flow({ copy: { mode: 'mirror', keyColumns: ['Id'] }, removalLimitPercent: 100 });
    await bench.run(flow);
    files.write('a.csv', csv('a'));
    files.write('c.csv.gz', brokenGzip);
    const run = await bench.run(flow);
    expect(run.state).toBe('partial');
    expect(codesOf(run)).toContain('DELETIONS_NOT_FOLLOWED');
    const next = await bench.run(flow);
    expect(codesOf(next)).toEqual(expect.arrayContaining(['DELETIONS_NOT_FOLLOWED', 'ITEMS_HELD_BACK']));
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
    files.write('c.csv.gz', gzipSync(csv('d')));
    await bench.run(flow);
    expect(await bench.landed(flow)).toEqual(['a', 'd']);
  });

  test.each([
    ['no text', Buffer.from([0, 1, 2, 0, 44, 255, 0])],
    ['a text in another encoding', Buffer.from(csv('x'), 'utf16le')],
    ['a text of one long line', Buffer.alloc(500_000, 'x')],
  ])('that is %s is held back, whatever it has in place of column names', async (_what, content) => {
    files.write('bad.csv', content);
    files.write('good.csv', csv('a'));
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('partial');
    expect(heldBy(run)).toEqual(['/bad.csv']);
    expect(progressOf(run).errors[0]?.message.length).toBeLessThan(1_100);
    expect(await bench.landed(flow)).toEqual(['a']);
  });

  test('in which a quote is never closed is held back, and not one record that swallows the others', async () => {
    files.write('bad.csv', 'Id,Name\nb,"Doe\nc,Doe\nd,Doe\n');
    files.write('good.csv', csv('a'));
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(heldBy(run)).toEqual(['/bad.csv']);
    expect(await bench.landed(flow)).toEqual(['a']);
  });

  test('is read again where the flow bears another share of them', async () => {
    files.write('bad.csv.gz', brokenGzip);
    files.write('a.csv', csv('a'));
    const flow = await bench.flow();
    await bench.run(flow);
    await bench.changeOptions(flow, { badFileLimitPercent: 0 });
    files.write('b.csv', csv('b'));
    expect((await bench.run(flow)).state).toBe('failed');
    expect(await bench.landed(flow)).toEqual(['a']);
  });

  test('in which nothing is a JSON object is held back, while a line among others is a bad record', async () => {
    bench.opened = files.source({ format: 'json' });
    files.write('line.json', 'no JSON');
    files.write('lines.json', 'no\nJSON\nat all\n');
    files.write('array.json', '[1, null, "x"]');
    files.write('good.json', '{"Id":"a","Name":"Doe"}\nno JSON\n{"Id":"b","Name":"Doe"}\n');
    const flow = await bench.flow({ partialIngestionPercent: 50 });
    const run = await bench.run(flow);
    expect(run.state).toBe('partial');
    expect(heldBy(run).sort()).toEqual(['/array.json', '/line.json', '/lines.json']);
    expect(progressOf(run).heldBack?.items[0]?.message).toBe('/line.json holds no JSON objects.');
    expect(progressOf(run).outcome).toMatchObject({ outputRows: 2, failedRows: 1 });
    files.write('line.json', '{"Id":"c","Name":"Doe"}');
    expect((await bench.run(flow)).state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
  });

  test('that is nested without end is held back', async () => {
    bench.opened = files.source({ format: 'json' });
    files.write('bad.json', '['.repeat(200_000));
    for (const id of ['a', 'b', 'c']) files.write(`${id}.json`, json(id));
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('partial');
    expect(heldBy(run)).toEqual(['/bad.json']);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
  });
});

describe('a file that may not be read', () => {
  const refusing = (source: Source, refuses: () => boolean): Source => ({
    ...source,
    async read(partition, sink, signal) {
      if (refuses() && partition.state.path === 'closed.csv')
        throw new SourceError('refused', 'NO_ACCESS', '/closed.csv may not be read by the server');
      return source.read(partition, sink, signal);
    },
  });

  test('is tried by each run, since a permission changes no file', async () => {
    files.write('closed.csv', csv('b'));
    files.write('open.csv', csv('a'));
    let isClosed = true;
    bench.opened = refusing(bench.opened, () => isClosed);
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('partial');
    expect(heldBy(run)).toEqual(['/closed.csv']);
    isClosed = false;
    expect((await bench.run(flow)).state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
  });

  test('fails the run where the source refuses everything', async () => {
    files.write('closed.csv', csv('b'));
    files.write('open.csv', csv('a'));
    const refused = async () => {
      throw new SourceError('refused', 'NO_ACCESS', 'the key is revoked');
    };
    bench.opened = { ...refusing(bench.opened, () => true), check: refused };
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('failed');
    expect(await bench.store.heldItems.of(flow.id)).toEqual([]);
  });
});

describe('a file that changes under a run', () => {
  test('is read again alone', async () => {
    for (const id of ['a', 'b', 'c']) files.write(`${id}.csv`, csv(id));
    const read: string[] = [];
    bench.opened = beforeReading(bench.opened, (path, time) => {
      read.push(path);
      if (path === 'b.csv' && time === 1) files.write('b.csv', csv('b', 'b2'));
    });
    const flow = await bench.flow({ concurrentReads: 1 });
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(run.attempt).toBe(1);
    expect(read).toEqual(['a.csv', 'b.csv', 'b.csv', 'c.csv']);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'b2', 'c']);
    await bench.run(flow);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'b2', 'c']);
  });

  test('comes after all others: its rows take the place of theirs', async () => {
    files.write('a.csv', 'Id,Name\nk,Old\n');
    files.write('b.csv', 'Id,Name\nk,Younger\n');
    bench.opened = beforeReading(bench.opened, (path, time) => {
      if (path === 'a.csv' && time === 1) files.write('a.csv', 'Id,Name\nk,Youngest\n');
    });
    const flow = await bench.flow({ copy: { mode: 'upsert', keyColumns: ['Id'] }, concurrentReads: 1 });
    await bench.run(flow);
    expect(await bench.rows(flow)).toMatchObject([{ _id: 'k', person: { name: { lastName: 'Youngest' } } }]);
  });

  test('again and again is left to the next run', async () => {
    for (const id of ['a', 'b']) files.write(`${id}.csv`, csv(id));
    let isWriting = true;
    bench.opened = beforeReading(bench.opened, (path) => {
      if (path === 'b.csv' && isWriting) files.write('b.csv', csv('b'));
    });
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('partial');
    expect(heldBy(run)).toEqual(['/b.csv']);
    isWriting = false;
    expect((await bench.run(flow)).state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
  });

  test('by being taken away is passed over, and told', async () => {
    for (const id of ['a', 'b']) files.write(`${id}.csv`, csv(id));
    bench.opened = beforeReading(bench.opened, (path) => {
      if (path === 'b.csv') rmSync(join(files.root, path), { force: true });
    });
    const flow = await bench.flow();
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(codesOf(run)).toContain('ITEMS_GONE');
    expect(heldBy(run)).toEqual([]);
    expect(await bench.landed(flow)).toEqual(['a']);
    writeFileSync(join(files.root, 'b.csv'), csv('b'));
    bench.opened = files.source({ format: 'delimited' });
    await bench.run(flow);
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
  });
});

describe('a flow that takes no file which was there before it', () => {
  test('takes the first that comes into an empty folder after its first run', async () => {
    const flow = await bench.flow({ backfill: false });
    expect((await bench.run(flow)).state).toBe('success');
    files.write('a.csv', csv('a'));
    await bench.run(flow);
    expect(await bench.landed(flow)).toEqual(['a']);
  });
});

describe('a run that is asked for a window', () => {
  test('lands a file that was held back for good', async () => {
    files.write('a.csv', csv('a'));
    files.write('closed.csv', csv('b'));
    const open = bench.opened;
    bench.opened = {
      ...open,
      async read(partition, sink, signal) {
        if (partition.state.path === 'closed.csv')
          throw new SourceError('invalid', 'BAD', '/closed.csv: bad');
        return open.read(partition, sink, signal);
      },
    };
    const flow: BenchFlow = await bench.flow();
    await bench.run(flow);
    bench.opened = open;
    const since = (await bench.opened.plan({ table: '/', columns: [], window: undefined })).map(({ state }) =>
      new Date(String(state.modifiedAt)).getTime(),
    );
    const [after = 0, upTo = 0] = since;
    await bench.run(flow, { requestedWindow: { after, upTo } });
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
    await bench.run(flow);
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
  });
});
