import { open, stat } from 'node:fs/promises';
import { readHeader } from './csv-header.ts';
import { type Database, openDatabase } from './database.ts';
import { type DelimitedLayout, delimitedLayout } from './delimited-rows.ts';
import { EngineError } from './engine-error.ts';
import { type JsonRowsLayout, jsonRowsLayout } from './json-rows.ts';
import { type ParquetLayout, parquetLayout } from './parquet-rows.ts';
import type { RecordText } from './relation-parts.ts';
import { needsOneThread } from './sequential-reads.ts';
import type { JsonPageFormat, StagedFile } from './transform.ts';
import type { Resources } from './transform-job.ts';

export interface CsvLayout extends RecordText {
  readonly kind: 'csv';
  readonly path: string;
  /** What people know the file by. */
  readonly name: string;
  /** Column names in the order of the file. */
  readonly header: readonly string[];
}

export interface JsonPageLayout extends JsonPageFormat {
  readonly path: string;
  /** What people know the file by. */
  readonly name: string;
  readonly bytes: number;
}

/** A staged file with what must be known of its inside before SQL can be written for it. */
export type FileLayout = CsvLayout | JsonPageLayout | DelimitedLayout | JsonRowsLayout | ParquetLayout;

/** Whether DuckDB's reject tables tell of records of the file that it cannot read. */
export function hasRejects({ kind }: FileLayout): boolean {
  return kind === 'csv' || kind === 'delimited' || kind === 'json-lines';
}

/** Whether the file's rows are JSON objects, each on its own. */
export function isJsonRows(layout: FileLayout): layout is JsonRowsLayout {
  return layout.kind === 'json-lines' || layout.kind === 'json-array';
}

/** How many records of the file come before its rows. */
export function headerRecords(layout: FileLayout): number {
  return layout.kind === 'csv' || (layout.kind === 'delimited' && layout.hasHeader) ? 1 : 0;
}

/** Looks into each file, in order. Files that hold no rows because there is nothing in them are left out. */
export async function readLayouts(
  files: readonly StagedFile[],
  resources: Resources,
  signal: AbortSignal,
): Promise<readonly FileLayout[]> {
  const footers = new ParquetFooters(files, resources, signal);
  const layouts: FileLayout[] = [];
  try {
    for (const file of files) {
      const layout = await openLayout(file, () => footers.database());
      if (layout !== undefined) layouts.push(layout);
    }
  } finally {
    await footers.close();
  }
  return layouts;
}

/**
 * Looks into one file, with a database that may read it; undefined where it holds no rows because there is
 * nothing in it.
 */
export function readLayoutIn(database: Database, file: StagedFile): Promise<FileLayout | undefined> {
  return openLayout(file, async () => database);
}

async function openLayout(
  file: StagedFile,
  database: () => Promise<Database>,
): Promise<FileLayout | undefined> {
  return readLayout(file, database).catch((error: unknown) => {
    if (error instanceof EngineError) throw error;
    throw new EngineError('unreadable', `The staged file ${nameOf(file)} can't be opened.`, { cause: error });
  });
}

function nameOf({ name, path }: StagedFile): string {
  return name ?? path;
}

async function readLayout(
  file: StagedFile,
  database: () => Promise<Database>,
): Promise<FileLayout | undefined> {
  const { path, format } = file;
  const name = nameOf(file);
  switch (format.kind) {
    case 'csv':
      return csvLayout(path, name);
    case 'json-page': {
      const { size } = await stat(path);
      if (size === 0) throw new EngineError('unreadable', `The staged page ${name} is empty.`);
      return { ...format, path, name, bytes: size };
    }
    case 'delimited':
      return delimitedLayout(path, name, format);
    case 'json-lines':
    case 'json-array':
      return jsonRowsLayout(path, name, format.kind);
    case 'parquet':
      return parquetLayout(await database(), path, name);
  }
}

async function csvLayout(path: string, name: string): Promise<CsvLayout | undefined> {
  const header = await readHeader(path);
  if (header === undefined) return undefined;
  if (!(await endsInLineEnd(path))) {
    throw new EngineError(
      'unreadable',
      `The staged file ${name} is cut off: its last record has no line end.`,
    );
  }
  return { kind: 'csv', path, name, header, isSequential: await needsOneThread(path) };
}

/** A database that reads the footers of the Parquet files, opened where there is one. */
class ParquetFooters {
  readonly #open: () => Promise<Database>;
  #database: Promise<Database> | undefined;

  constructor(files: readonly StagedFile[], resources: Resources, signal: AbortSignal) {
    const paths = files.filter(({ format }) => format.kind === 'parquet').map(({ path }) => path);
    this.#open = () =>
      openDatabase({ ...resources, files: paths, directories: [], keepOrder: false }, signal);
  }

  database(): Promise<Database> {
    this.#database ??= this.#open();
    return this.#database;
  }

  async close(): Promise<void> {
    (await this.#database)?.close();
  }
}

/**
 * A record that is cut off between two fields, or within a doubled quote, looks whole but for its line end.
 */
async function endsInLineEnd(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() === '\n';
  } finally {
    await file.close();
  }
}
