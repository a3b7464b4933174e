import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SourceColumn } from '@tributary/xdm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Engine, openEngine, type TransformRequest } from './index.ts';
import { JobFolder, readJsonLines } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';
import { WorkerProcess } from './worker-process.ts';

let folder: JobFolder;
let engine: Engine;
beforeEach(() => {
  folder = new JobFolder();
  engine = openEngine({ memoryLimitMb: 256, threads: 1, tempDirectory: folder.temp });
});
afterEach(async () => {
  await engine.close();
  folder.remove();
});

const columns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'Amount', type: 'number' },
  { name: 'Day', type: 'date' },
];

const table = tableOf(
  [
    { path: '_id', xdmType: 'string', from: column('Id'), constraints: { pattern: '^[a-z0-9]+$' } },
    { path: 'sale.amount', xdmType: 'number', from: column('Amount', 'number'), constraints: { minimum: 0 } },
    { path: 'sale.day', xdmType: 'date', from: column('Day', 'date') },
  ],
  ['_id'],
);

function smallRequest(): TransformRequest {
  return folder.request(table, columns, [folder.csv('small.csv', 'Id,Amount,Day\na,1,2024-01-01\n')]);
}

/** Much more than a file that is begun at its first row group. */
function largeRequest(): TransformRequest {
  const lines = Array.from({ length: 500_000 }, (_, index) => `id${index},${index}.5,2024-01-01`);
  return folder.request(table, columns, [folder.csv('large.csv', `Id,Amount,Day\n${lines.join('\n')}\n`)]);
}

/** Resolves when the running transform has begun to write. */
async function firstFileIn(directory: string): Promise<void> {
  const watcher = watch(directory);
  await once(watcher, 'change');
  watcher.close();
}

describe('a job', () => {
  test('that is cancelled rejects with the reason, and the next one runs', async () => {
    const controller = new AbortController();
    const job = engine.transform(largeRequest(), controller.signal);
    const reason = new Error('no longer wanted');
    void firstFileIn(folder.data).then(() => controller.abort(reason));
    await expect(job).rejects.toBe(reason);
    expect(readdirSync(folder.temp)).toEqual([]);
    expect(await engine.transform(smallRequest())).toMatchObject({ outputRows: 1 });
  });

  test('that is cancelled before its turn never starts', async () => {
    const first = engine.transform(smallRequest());
    const second = engine.transform(smallRequest(), AbortSignal.abort(new Error('too late')));
    await expect(second).rejects.toThrow('too late');
    expect(await first).toMatchObject({ outputRows: 1 });
  });

  test('whose process is killed rejects as crashed, and the next one starts another process', async () => {
    const worker = new WorkerProcess({ memoryLimitMb: 256, threads: 1, tempDirectory: folder.temp });
    const request = largeRequest();
    const job = worker.run('transform', request);
    const killed = firstFileIn(folder.data).then(() => worker.pid);
    void killed.then((pid) => pid !== undefined && process.kill(pid, 'SIGKILL'));
    await expect(job).rejects.toMatchObject({ name: 'EngineError', kind: 'crashed' });
    expect(await worker.run('transform', request)).toMatchObject({ outputRows: 500_000 });
    expect(worker.pid).not.toBe(await killed);
    expect(readdirSync(folder.temp)).toEqual([]);
    await worker.close();
  });

  test('that waits while the process dies still gets its turn', async () => {
    const worker = new WorkerProcess({ memoryLimitMb: 256, threads: 1, tempDirectory: folder.temp });
    const [large, small] = [largeRequest(), smallRequest()];
    const first = worker.run('transform', large);
    const second = worker.run('transform', small);
    void firstFileIn(folder.data).then(() => worker.pid !== undefined && process.kill(worker.pid, 'SIGKILL'));
    await expect(first).rejects.toMatchObject({ kind: 'crashed' });
    expect(await second).toMatchObject({ outputRows: 1 });
    await worker.close();
  });

  test('that runs out of memory rejects as exhausted', async () => {
    const tiny = openEngine({ memoryLimitMb: 4, threads: 1, tempDirectory: folder.temp });
    await expect(tiny.transform(largeRequest())).rejects.toMatchObject({ kind: 'exhausted' });
    await tiny.close();
  });

  test('rejects as closed when the engine is closed', async () => {
    const job = engine.transform(largeRequest());
    void firstFileIn(folder.data).then(() => engine.close());
    await expect(job).rejects.toMatchObject({ kind: 'closed' });
    await expect(engine.transform(smallRequest())).rejects.toMatchObject({ kind: 'closed' });
  });

  test('ends with its parent', async () => {
    const script = `${folder.root}/parent.ts`;
    writeFileSync(
      script,
      `import { WorkerProcess } from ${JSON.stringify(new URL('./worker-process.ts', import.meta.url).href)};
       const worker = new WorkerProcess({ memoryLimitMb: 256, threads: 1, tempDirectory: ${JSON.stringify(folder.temp)} });
       await worker.run('readRows', { files: [], limit: 1 });
       process.stdout.write(String(worker.pid));
       setInterval(() => undefined, 1000);`,
    );
    const parent: ChildProcess = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(String(await once(parent.stdout ?? parent, 'data')));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 50_000 });
  });

  test('that was killed with its parent leaves spilled data to the next engine, which removes it', async () => {
    const gone = spawn(process.execPath, ['--version']);
    await once(gone, 'exit');
    mkdirSync(`${folder.temp}/spill-${gone.pid}-abc`);
    mkdirSync(`${folder.temp}/spill-${process.pid}-abc`);
    mkdirSync(`${folder.temp}/other`);
    await openEngine({ memoryLimitMb: 256, threads: 1, tempDirectory: folder.temp }).close();
    expect(readdirSync(folder.temp).toSorted()).toEqual(['other', `spill-${process.pid}-abc`]);
  });

  test('is refused where its files lie outside the engine', async () => {
    const strict = openEngine({
      memoryLimitMb: 256,
      threads: 1,
      tempDirectory: folder.temp,
      allowedDirectories: [folder.root],
    });
    const request = smallRequest();
    const outside = [
      { ...request, staged: [{ path: '/etc/passwd', format: { kind: 'csv' } as const }] },
      { ...request, landed: [{ path: `${folder.root}/../passwd`, format: { kind: 'csv' } as const }] },
      { ...request, dataDirectory: `${folder.root}-other` },
      { ...request, diagnosticsDirectory: 'relative' },
    ];
    for (const each of outside)
      await expect(strict.transform(each)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(strict.readRows([{ path: '/etc/passwd' }], { limit: 1 })).rejects.toMatchObject({
      kind: 'invalid',
    });
    expect(await strict.transform(request)).toMatchObject({ outputRows: 1 });
    await strict.close();
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a preview', () => {
  const rows = [
    { Id: 'a1', Amount: 1.5, Day: '2024-02-29' },
    { Id: 'b2', Amount: '2' },
    { Id: 'NOT', Amount: -1, Day: null },
    { Amount: 'x', Day: '2024-02-30' },
    {},
  ];

  test('gives each row its data or its errors, in order', async () => {
    const previewed = await engine.preview({ ...table, columns, rows, now: new Date() });
    expect(previewed.slice(0, 3)).toEqual([
      { data: { _id: 'a1', sale: { amount: 1.5, day: '2024-02-29' } }, errors: [] },
      { data: { _id: 'b2', sale: { amount: 2 } }, errors: [] },
      {
        data: { _id: 'NOT', sale: { amount: -1 } },
        errors: [
          expect.objectContaining({ code: 'INGEST-1554-400', column: '_id', value: 'NOT' }),
          expect.objectContaining({ code: 'INGEST-1554-400', column: 'sale.amount', value: '-1.0' }),
        ],
      },
    ]);
  });

  test('agrees with a run on the same rows', async () => {
    const previewed = await engine.preview({ ...table, columns, rows, now: new Date() });
    const staged = folder.jsonPage('1.json', 'rows', { rows });
    const result = await engine.transform(folder.request(table, columns, [staged]));
    const landed = await engine.readRows(result.files, { limit: 10 });
    const errors = result.diagnosticsFiles.flatMap(readJsonLines).map(({ _errors }) => _errors);
    const isGood = (row: { errors: readonly unknown[] }) => row.errors.length === 0;
    expect(landed).toEqual(previewed.filter(isGood).map(({ data }) => data));
    const refused = previewed.filter((row) => !isGood(row));
    expect(errors).toEqual(
      refused.map((row) => row.errors.map((error) => ({ ...error, value: error.value ?? null }))),
    );
  });

  test('works without any source column', async () => {
    const constant = tableOf([
      { path: 'a', xdmType: 'string', from: { kind: 'literal', type: 'string', value: 'x' } },
    ]);
    const previewed = await engine.preview({ ...constant, columns: [], rows: [{}, {}], now: new Date() });
    expect(previewed.map(({ data }) => data)).toEqual([{ a: 'x' }, { a: 'x' }]);
  });

  test('takes no more rows than a person looks at', async () => {
    const many = Array.from({ length: 5001 }, () => ({}));
    const preview = engine.preview({ ...table, columns, rows: many, now: new Date() });
    await expect(preview).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('does not wait for a transform', async () => {
    const preview = { ...table, columns, rows, now: new Date() };
    await engine.preview(preview);
    const order: string[] = [];
    const request = largeRequest();
    const transforms = [engine.transform(request), engine.transform(request)];
    const transformed = Promise.all(transforms).then(() => order.push('transforms'));
    await firstFileIn(folder.data);
    await engine.preview(preview).then(() => order.push('preview'));
    await transformed;
    expect(order).toEqual(['preview', 'transforms']);
  });
});

describe('rows of data files', () => {
  test('are read up to the limit, across files with different columns', async () => {
    const first = await engine.transform(smallRequest());
    const other = tableOf([{ path: 'only', xdmType: 'long', from: column('Amount', 'number') }]);
    const second = await engine.transform({ ...smallRequest(), ...other });
    const files = [...first.files, ...second.files];
    expect(await engine.readRows(files, { limit: 5 })).toEqual([
      { _id: 'a', sale: { amount: 1, day: '2024-01-01' } },
      { only: 1 },
    ]);
    expect(await engine.readRows(files, { limit: 1 })).toHaveLength(1);
    expect(await engine.readRows([], { limit: 1 })).toEqual([]);
  });

  test('of a file that is no Parquet are refused', async () => {
    const path = fileURLToPath(import.meta.url);
    await expect(engine.readRows([{ path }], { limit: 1 })).rejects.toMatchObject({ name: 'EngineError' });
  });
});
