import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError } from '@tributary/connectors';
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

describe('the columns of a file that is held back', () => {
  const heldWith = { schemaDrift: 'fail', concurrentReads: 1 } as const;

  test('are no drift, whether the file comes first or later', async () => {
    files.write('a.csv', csv('a'));
    const flow = await bench.flow(heldWith);
    await bench.run(flow);
    files.write('bad.csv', 'other,columns\n1,2\n');
    const held = await bench.run(flow);
    expect(heldBy(held)).toEqual(['/bad.csv']);
    expect(codesOf(held)).not.toContain('SCHEMA_DRIFT');
    files.write('b.csv', csv('b'));
    expect((await bench.run(flow)).state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
    files.write('bad.csv', 'Id,Name,Extra\nc,Doe,1\n');
    const drifted = await bench.run(flow);
    expect(drifted.state).toBe('failed');
    expect(codesOf(drifted)).toContain('SCHEMA_DRIFT_REFUSED');
  });

  test('neither come nor go with it, and count when it is read again', async () => {
    files.write('a.csv', csv('a'));
    files.write('bad.csv', 'Id,Name,Extra\nb,Doe,1\n');
    const whole = bench.opened;
    bench.opened = {
      ...whole,
      async read(partition, sink, signal) {
        if (partition.state.path === 'bad.csv')
          throw new SourceError('invalid', 'BAD', '/bad.csv: damaged at its end');
        return whole.read(partition, sink, signal);
      },
    };
    const flow = await bench.flow(heldWith);
    expect(heldBy(await bench.run(flow))).toEqual(['/bad.csv']);
    bench.opened = whole;
    files.write('b.csv', csv('c'));
    const held = await bench.run(flow);
    expect(held.state).toBe('success');
    expect(codesOf(held)).not.toContain('SCHEMA_DRIFT');
    await bench.run(flow, { retriesHeldItems: true });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
  });
});

describe('a refresh of a column', () => {
  const asked = { trigger: 'onDemand', refresh: { columns: ['Name'] } } as const;
  const keyed = { copy: { mode: 'upsert', keyColumns: ['Id'] } } as const;
  const renamed = (...ids: string[]) => csv(...ids).replaceAll('Doe', 'Roe');

  async function names(flow: BenchFlow): Promise<Record<string, string>> {
    const rows = await bench.rows(flow);
    return Object.fromEntries(rows.map(({ _id, person }) => [_id, Object(person).name.lastName]));
  }

  test('takes what can be read, and tells of what cannot without holding it back for others', async () => {
    for (const id of ['a', 'b', 'c']) files.write(`${id}.csv`, csv(id));
    const flow = await bench.flow(keyed);
    await bench.run(flow);
    files.write('a.csv', renamed('a'));
    files.write('b.csv', 'Id,Name\nb,"Roe\n');
    files.write('c.csv', 'Key,Other\nc,Roe\n');
    const run = await bench.run(flow, asked);
    expect(run).toMatchObject({ state: 'partial', attempt: 1 });
    expect(heldBy(run).sort()).toEqual(['/b.csv', '/c.csv']);
    expect(progressOf(run).notices.find(({ code }) => code === 'ITEMS_HELD_BACK')?.message).toMatch(
      /^2 files cannot be read: .*b\.csv.* not refreshed/,
    );
    expect(await names(flow)).toEqual({ a: 'Roe', b: 'Doe', c: 'Doe' });
    expect(await bench.store.heldItems.of(flow.id)).toEqual([]);
    const next = await bench.run(flow);
    expect(next.state).toBe('partial');
    const again = await bench.run(flow, asked);
    expect(again.state).toBe('success');
    expect(heldBy(again).sort()).toEqual(['/b.csv', '/c.csv']);
  });

  test('fails where nothing can be read, and changes nothing', async () => {
    files.write('a.csv', csv('a'));
    const flow = await bench.flow(keyed);
    await bench.run(flow);
    files.write('a.csv', 'Id,Name\na,"Roe\n');
    const run = await bench.run(flow, asked);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(heldBy(run)).toEqual(['/a.csv']);
    expect(await names(flow)).toEqual({ a: 'Doe' });
  });

  test('reads a file anew that changes meanwhile, and passes one over that is taken away', async () => {
    for (const id of ['a', 'b']) files.write(`${id}.csv`, csv(id));
    const flow = await bench.flow(keyed);
    await bench.run(flow);
    bench.opened = beforeReading(bench.opened, (path, time) => {
      if (path === 'a.csv' && time === 1) files.write('a.csv', renamed('a'));
      if (path === 'b.csv') rmSync(join(files.root, path), { force: true });
    });
    const run = await bench.run(flow, asked);
    expect(run).toMatchObject({ state: 'success', attempt: 1 });
    expect(codesOf(run)).toContain('ITEMS_GONE');
    expect(await names(flow)).toEqual({ a: 'Roe', b: 'Doe' });
  });
});
