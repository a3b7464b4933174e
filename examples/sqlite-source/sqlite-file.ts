import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { refusedParams, SourceError } from '@tributary/connectors';

/** How long a writer that holds the whole file is waited for, in milliseconds. */
const BUSY_TIMEOUT_MS = 100;

/** A SQLite file that lies in one of the folders that the operator lets files be read from. */
export class SqliteFile {
  readonly #path: string;
  readonly #roots: readonly string[];

  constructor(path: string, roots: readonly string[]) {
    this.#path = path;
    this.#roots = roots;
  }

  /** Does work on a connection of its own, and tells what SQLite refuses by what can be done about it. */
  async with<T>(signal: AbortSignal | undefined, work: (database: DatabaseSync) => T): Promise<T> {
    signal?.throwIfAborted();
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(this.#place(), { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      return work(database);
    } catch (error) {
      throw sourceErrorOf(error);
    } finally {
      database?.close();
    }
  }

  #place(): string {
    const place = realPath(this.#path);
    const isAllowed = this.#roots.some(
      (root) => !/^(\.\.|\/)/.test(relative(realPath(root) ?? root, place ?? '/')),
    );
    if (place !== undefined && isAllowed) return place;
    throw refusedParams('auth.params.file: must be a file in one of the folders of TRIBUTARY_FILE_ROOTS');
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** SQLite's result codes: busy or locked; no file, or none of a database; what else is wrong is with the query. */
function sourceErrorOf(error: unknown): unknown {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  if (!(error instanceof Error) || code === undefined) return error;
  const kind = code === 5 || code === 6 ? 'busy' : code === 14 || code === 26 ? 'refused' : 'invalid';
  return new SourceError(kind, `SQLITE_${code}`, `SQLite: ${error.message}`, { cause: error });
}
