import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type FileIO, localCopies, localFileIO } from '@tributary/lake';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { diagnosticsArea } from './diagnostics.ts';
import { documentOf } from './documents.ts';
import type { KeptPlace } from './kept-files.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { stagingArea } from './staging-area.ts';

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
  const { scratch } = bench.services;
  const kept = keptElsewhere(bench.folder);
  Object.assign(bench.services, {
    lake: { ...bench.services.lake, io: elsewhere, copies },
    staging: stagingArea([kept]),
    diagnostics: diagnosticsArea([kept], scratch),
  });
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

function keptElsewhere(folder: string): KeptPlace {
  const io = { ...localFileIO(folder), pathOf: () => undefined };
  return {
    io,
    copies: localCopies(io, { folder: join(folder, 'copies'), maxBytes: 0 }),
    staging: `file://${folder}/staging`,
    diagnostics: `file://${folder}/diagnostics`,
  };
}

/** Files of this machine that are kept nowhere. */
function filesLeft(): string[] {
  const places = ['scratch', 'copies'].map((name) => join(bench.folder, name));
  const entries = places.flatMap((place) => {
    try {
      return readdirSync(place, { recursive: true, withFileTypes: true });
    } catch {
      return [];
    }
  });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
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

describe('what runs keep that is not of this machine', () => {
  const unsettled = { stamp: '2026-03-01T11:59:00Z', name: 'N', born: '1990' };

  test('tells the rows that have landed already', async () => {
    flow = await bench.flow();
    bench.source.rows.push({ id: 'd', ...unsettled });
    const first = await bench.run(flow);
    expect(await bench.staged()).toContain(first.id);
    bench.source.rows.push({ id: 'e', ...unsettled });
    const second = await bench.run(flow);
    expect(progressOf(second).outcome).toMatchObject({ skippedRows: 1, outputRows: 1 });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await bench.staged()).not.toContain(first.id);
    expect(filesLeft()).toEqual([]);
  });

  test('and is gone fails an appending flow, as it would on this machine', async () => {
    flow = await bench.flow();
    bench.source.rows.push({ id: 'd', ...unsettled });
    const { id } = await bench.run(flow);
    await bench.services.staging.remove(id);
    const run = await bench.run(flow);
    expect(run.state).toBe('failed');
    expect(progressOf(run).errors.at(-1)?.message).toMatch(/^file:.* is gone or has changed.*Put it back/);
  });

  test('has the rows that did not land, unless the flow wants none of them', async () => {
    for (const errorDiagnosticsEnabled of [true, false]) {
      flow = await bench.flow({ partialIngestionPercent: 50, errorDiagnosticsEnabled });
      await bench.changeMappings(flow, 'id', 'born');
      bench.source.rows = bench.source.rows.map((row) =>
        row.id === 'a' ? { ...row, born: 'long ago' } : row,
      );
      const run = await bench.run(flow);
      expect(run.state).toBe('partial');
      const batch = await bench.store.resources('batch').get(progressOf(run).outcome?.batchId ?? '');
      const [name, ...others] = batch === undefined ? [] : documentOf('batch', batch).diagnosticsFiles;
      expect(others).toEqual([]);
      expect(name !== undefined).toBe(errorDiagnosticsEnabled);
      if (name !== undefined) {
        expect(await text(await bench.services.diagnostics.stream(name))).toContain('long ago');
        await bench.services.diagnostics.remove(batch?.id ?? '');
        expect(await bench.services.diagnostics.size(name)).toBeUndefined();
      }
      expect(filesLeft()).toEqual([]);
    }
  });
});
