import type { StagedFile } from './transform.ts';

/** What kept a job from ending, by what can be done about it. */
export type EngineErrorKind =
  /** The request contradicts itself or the staged files; the message names the field or file. */
  | 'invalid'
  /** A staged or data file can't be read as what it is said to be. */
  | 'unreadable'
  /** Memory or disk ran out: give the engine more, or the job less. */
  | 'exhausted'
  /** The worker process died under the job. The same job may be run again. */
  | 'crashed'
  /** The engine was closed before the job ended. */
  | 'closed'
  /** Anything else the database engine refused to do. */
  | 'failed';

export class EngineError extends Error {
  readonly kind: EngineErrorKind;

  constructor(kind: EngineErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineError';
    this.kind = kind;
  }
}

/** How the message begins that compiled SQL raises for a page without rows. */
export const UNREADABLE_PAGE = 'Unreadable page:';

/** How DuckDB's messages begin, by kind of error; its Node.js API gives no code. */
const KINDS_BY_PREFIX: readonly (readonly [prefix: string, kind: EngineErrorKind])[] = [
  ['Out of Memory Error', 'exhausted'],
  ['IO Error: Could not write', 'exhausted'],
  ['IO Error', 'unreadable'],
  ['Invalid Input Error: Malformed JSON', 'unreadable'],
  ['Invalid Input Error: JSON transform error', 'unreadable'],
  ['Invalid Input Error: The CSV Parser', 'unreadable'],
  [`Invalid Input Error: ${UNREADABLE_PAGE}`, 'unreadable'],
  ['Invalid Input Error: CSV Error', 'unreadable'],
  ['Permission Error', 'invalid'],
];

/** Sorts an error thrown by a job into the kinds that callers tell apart. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const text = error instanceof Error ? error.message : String(error);
  // DuckDB quotes the statement, cut off in the middle of paths.
  const message = text.replace(/\n+LINE \d+: [\s\S]*$/, '');
  const known = KINDS_BY_PREFIX.find(([prefix]) => message.startsWith(prefix));
  return new EngineError(known?.[1] ?? 'failed', message, { cause: error });
}

/** An error that tells of files by the names that people know them by, rather than by where they are staged. */
export function inTheirNames(files: readonly StagedFile[], error: unknown): EngineError {
  const { kind, message } = toEngineError(error);
  const told = files.reduce((text, { path, name = path }) => text.replaceAll(path, name), message);
  return new EngineError(kind, told, { cause: error });
}
