import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileIO, localCopies } from '@tributary/lake';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

const early = '2026-03-01T10:00:00Z';

let bench: RunBench;
let flow: BenchFlow;
/** What goes wrong with the next upload. */
let uploadFault: Error | undefined;

beforeAll(async () => {
  bench = await RunBench.open();
  const { io } = bench.services.lake;
  const elsewhere: FileIO = {
    ...io,
    pathOf: () => undefined,
    async upload(path, location) {
      await io.upload(path, location);
      const fault = uploadFault;
      uploadFault = undefined;
      if (fault !== undefined) throw fault;
    },
  };
  const copies = localCopies(elsewhere, { folder: join(bench.folder, 'copies'), maxBytes: 0 });
  Object.assign(bench.services, { lake: { ...bench.services.lake, io: elsewhere, copies } });
});
afterAll(() => bench?.close());
beforeEach(async () => {
  uploadFault = undefined;
  Object.assign(bench.source, {
    now: new Date('2026-03-01T12:00:00Z'),
    rows: ['a', 'b', 'c'].map((id) => ({ id, stamp: early, name: `N${id}`, born: '1990' })),
    sent: [],
    computedColumns: [],
    beforePage: () => undefined,
  });
});

/** Parquet files of this machine that are none of the lake's. */
function filesLeft(): string[] {
  const places = ['staging', 'copies'].map((name) => join(bench.folder, name));
  const names = places.flatMap((place) => {
    try {
      return readdirSync(place, { recursive: true, encoding: 'utf8' });
    } catch {
      return [];
    }
  });
  return names.filter((name) => name.endsWith('.parquet'));
}

describe('a lake that is not of this machine', () => {
  test('gets the rows of an upsert in place of those that stood there, and nothing stays here', async () => {
    flow = await bench.flow({ copy: { mode: 'upsert' } });
    await bench.run(flow);
    bench.source.rows = bench.source.rows.map((row) => ({ ...row, stamp: '2026-03-01T12:30:00Z' }));
    Object.assign(bench.source, { now: new Date('2026-03-01T13:00:00Z') });
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run).outcome).toMatchObject({ updatedRows: 3 });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
    expect(filesLeft()).toEqual([]);
  });

  test('has a column refreshed', async () => {
    flow = await bench.flow();
    await bench.changeMappings(flow, 'id', 'name', 'born');
    await bench.run(flow);
    bench.source.rows = bench.source.rows.map((row) => ({ ...row, born: '2000' }));
    const run = await bench.run(flow, { trigger: 'onDemand', refresh: { columns: ['Born'] } });
    expect(run.state).toBe('success');
    expect(progressOf(run).outcome).toMatchObject({ outputRows: 3 });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
  });

  test('keeps nothing of an attempt that could not upload all it had', async () => {
    flow = await bench.flow();
    uploadFault = new Error('the connection was cut');
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'success', attempt: 2 });
    expect(progressOf(run).errors).toMatchObject([{ message: 'the connection was cut', attempt: 1 }]);
    expect(bench.dataFiles(flow)).toHaveLength(1);
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
    expect(filesLeft()).toEqual([]);
  });
});
