import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { compileTransform } from './compile-transform.ts';
import { type Bounds, openDatabase } from './database.ts';
import { EngineError, inTheirNames } from './engine-error.ts';
import type { FailedRowsSql } from './failed-rows.ts';
import { type FileLayout, isJsonRows, readLayouts } from './file-layout.ts';
import type { GoodRowsSql } from './good-rows.ts';
import { requireObjects } from './json-rows.ts';
import { rankKeys } from './key-pass.ts';
import { pathsOf } from './live-files.ts';
import { writtenFiles } from './parquet-figures.ts';
import { collectStanding } from './standing-rows.ts';
import type { RowErrorCount, TransformRequest, TransformResult, WrittenFile } from './transform.ts';

/** What a job may use; files and folders follow from the request. */
export type Resources = Pick<Bounds, 'memoryLimitMb' | 'threads' | 'spillDirectory'>;

/**
 * Runs a transform to its end. Aborted or killed in between, it leaves files in its folders that no result names;
 * the same request may be run again into the same folders.
 */
export async function runTransform(
  request: TransformRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<TransformResult> {
  try {
    return await writeRows(request, resources, signal);
  } catch (error) {
    throw inTheirNames(request.staged, error);
  }
}

async function writeRows(
  request: TransformRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<TransformResult> {
  const staged = await readLayouts(request.staged, resources, signal);
  const landed = await readLayouts(request.landed, resources, signal);
  const { keyed } = request;
  if (staged.length === 0 && keyed === undefined) return NOTHING;
  const bounds: Omit<Bounds, 'keepOrder'> = {
    ...resources,
    files: [
      ...[...request.staged, ...request.landed].map(({ path }) => path),
      ...pathsOf(keyed?.table ?? []),
    ],
    directories: [
      request.dataDirectory,
      request.diagnosticsDirectory,
      ...(keyed === undefined ? [] : [keyed.directory]),
    ],
  };
  const ranked = keyed && (await rankKeys(request, keyed, { staged, landed }, bounds, signal));
  if (staged.length === 0)
    return { ...NOTHING, ...(ranked && { keys: { path: ranked.keys, isComplete: true } }) };
  const compiled = compileTransform(request, staged, landed, ranked?.superseded);
  // Rows that are known by their numbers are read one after the other; row groups cut by bytes keep no order else.
  const threads = ranked?.superseded === undefined ? bounds.threads : 1;
  const good = await writeGoodRows(
    compiled.goodRows,
    request,
    { ...bounds, threads, keepOrder: false },
    signal,
  );
  const outputRows = good.files.reduce((rows, file) => rows + file.rows, 0);
  const failedRows = good.failed + good.corrupt;
  const { supersededRows = 0, deletedRows = 0, unkeyedRows = 0 } = ranked ?? {};
  const figures = {
    inputRows: outputRows + failedRows + good.skipped + deletedRows + supersededRows + good.unchanged,
    skippedRows: good.skipped,
    outputRows,
    deletedRows,
    supersededRows,
    unchangedRows: good.unchanged,
    failedRows,
    files: good.files,
    ...(ranked && { keys: { path: ranked.keys, isComplete: unkeyedRows + good.corrupt === 0 } }),
  };
  if (failedRows === 0) return { ...figures, diagnosticsFiles: [], errors: [] };
  const diagnostics = await writeDiagnostics(
    compiled.failedRows(),
    staged,
    good,
    request.diagnosticsDirectory,
    { ...bounds, keepOrder: true },
    signal,
  );
  return { ...figures, ...diagnostics };
}

const NOTHING: TransformResult = {
  inputRows: 0,
  skippedRows: 0,
  outputRows: 0,
  deletedRows: 0,
  supersededRows: 0,
  unchangedRows: 0,
  failedRows: 0,
  files: [],
  diagnosticsFiles: [],
  errors: [],
};

interface GoodRows {
  readonly files: readonly WrittenFile[];
  readonly failed: number;
  readonly skipped: number;
  readonly unchanged: number;
  readonly corrupt: number;
}

async function writeGoodRows(
  { setup, write, count }: GoodRowsSql,
  request: TransformRequest,
  bounds: Bounds,
  signal: AbortSignal,
): Promise<GoodRows> {
  const database = await openDatabase(bounds, signal);
  try {
    for (const statement of setup) await database.run(statement);
    const { keyed } = request;
    if (keyed?.table !== undefined) await collectStanding(database, request, keyed, keyed.table);
    const files = writtenFiles(await database.read(write), request.fields);
    const [counts] = (await database.read(count)).getRowObjects();
    return {
      files,
      failed: Number(counts?.failed),
      skipped: Number(counts?.skipped),
      unchanged: Number(counts?.unchanged),
      corrupt: Number(counts?.corrupt),
    };
  } finally {
    database.close();
  }
}

async function writeDiagnostics(
  sql: FailedRowsSql,
  staged: readonly FileLayout[],
  expected: Pick<GoodRows, 'failed' | 'corrupt'>,
  folder: string,
  bounds: Bounds,
  signal: AbortSignal,
): Promise<Pick<TransformResult, 'diagnosticsFiles' | 'errors'>> {
  const database = await openDatabase(bounds, signal);
  try {
    for (const statement of [...sql.setup, ...sql.collect, ...sql.number]) {
      await database.run(statement);
    }
    const [found] = (await database.read(sql.total)).getRowObjects();
    if (Number(found?.failed) !== expected.failed || Number(found?.corrupt) !== expected.corrupt) {
      throw new EngineError('failed', 'The staged files changed while they were read.');
    }
    for (const row of (await database.read(sql.files)).getRowObjects()) {
      const layout = staged[Number(row.file)];
      if (layout !== undefined && isJsonRows(layout)) await requireObjects(database, layout);
    }
    const diagnosticsFiles: string[] = [];
    if (expected.failed > 0) {
      const path = join(folder, `conversion_errors_${randomUUID()}.json`);
      await database.run(sql.writeConversionErrors(path));
      diagnosticsFiles.push(path);
    }
    if (expected.corrupt > 0) {
      const path = join(folder, `parsing_errors_${randomUUID()}.json`);
      await database.run(sql.writeParsingErrors(path));
      diagnosticsFiles.push(path);
    }
    const counts = await database.read(sql.countByError);
    const errors = counts.getRowObjects().map(
      (row): RowErrorCount => ({
        code: String(row.code),
        column: String(row.column),
        message: String(row.message),
        rows: Number(row.rows),
      }),
    );
    return { diagnosticsFiles, errors };
  } finally {
    database.close();
  }
}
