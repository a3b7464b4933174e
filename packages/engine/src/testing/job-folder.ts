import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceColumn } from '@tributary/xdm';
import type { StagedFile, TransformRequest } from '../index.ts';
import type { Table } from './table.ts';

/** A folder with all that one transform needs, removed by `remove`. */
export class JobFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'tributary-engine-'));
  readonly data = this.#make('data');
  readonly diagnostics = this.#make('diagnostics');
  readonly temp = this.#make('temp');
  readonly #staged = this.#make('staged');

  csv(name: string, text: string | Uint8Array): StagedFile {
    const path = join(this.#staged, name);
    writeFileSync(path, text);
    return { path, format: { kind: 'csv' } };
  }

  jsonPage(
    name: string,
    rowsAt: string,
    document: unknown,
    keys?: Readonly<Record<string, string>>,
  ): StagedFile {
    const path = join(this.#staged, name);
    writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
    return { path, format: { kind: 'json-page', rowsAt, ...(keys === undefined ? {} : { keys }) } };
  }

  /** A file of any format, that people know by its name. */
  file(name: string, format: StagedFile['format'], content: string | Uint8Array): StagedFile {
    const path = join(this.#staged, name);
    writeFileSync(path, content);
    return { path, format, name };
  }

  request(
    table: Table,
    columns: readonly SourceColumn[],
    staged: readonly StagedFile[],
    landed: readonly StagedFile[] = [],
  ): TransformRequest {
    return {
      ...table,
      columns,
      staged,
      landed,
      dataDirectory: this.data,
      diagnosticsDirectory: this.diagnostics,
      now: new Date('2026-01-02T03:04:05.678Z'),
    };
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  #make(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path);
    return path;
  }
}

/** The objects of a JSON-lines file. */
export function readJsonLines(path: string): readonly Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Text columns by name, the type of most sources. */
export function textColumns(...names: readonly string[]): readonly SourceColumn[] {
  return names.map((name) => ({ name, type: 'string' }));
}

/** Rows in an order of their own, for comparing what comes in any order. */
export function sorted(rows: readonly unknown[]): readonly unknown[] {
  const texts = rows.map((row) => JSON.stringify(row));
  return texts.toSorted().map((text) => JSON.parse(text) as unknown);
}
