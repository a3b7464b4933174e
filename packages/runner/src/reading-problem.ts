import { SourceError, type SourceErrorKind } from '@tributary/connectors';

/*
 * What was wrong when somebody else read a partition, on its way to the run's holder, who decides what it means for the run.
 */

/** What is kept of an error. */
export function readingProblem(error: unknown): Readonly<Record<string, unknown>> {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof SourceError ? { kind: error.kind, code: error.code, message } : { message };
}

/** The error that was kept. */
export function problemError({ kind, code, message }: Readonly<Record<string, unknown>>): Error {
  // `readingProblem` wrote it.
  if (kind !== undefined) return new SourceError(kind as SourceErrorKind, String(code), String(message));
  return new Error(String(message));
}
