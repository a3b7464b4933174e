import { unlessAborted } from '../outbound/abort.ts';
import type { OutboundClient } from '../outbound/client.ts';
import { OutboundError } from '../outbound/errors.ts';
import { pause, pauseBefore } from '../outbound/retry.ts';
import { SourceError } from '../source.ts';
import { sourceErrorOfOutbound } from '../source-errors.ts';
import type { DatabaseParams } from './database-params.ts';
import type { DatabaseSession, Dialect } from './dialect.ts';

/** A database that can be reached, and how. */
export interface Database {
  readonly dialect: Dialect;
  readonly params: DatabaseParams;
  readonly outbound: OutboundClient;
}

/**
 * Does work on a connection of its own, which is closed whatever becomes of it: nothing is pooled, so nothing keeps a
 * process alive. Work that a passing fault breaks is done again on a new connection; it only reads.
 *
 * @throws SourceError, or the signal's reason: what runs at the server is stopped then.
 */
export async function withSession<T>(
  database: Database,
  signal: AbortSignal | undefined,
  work: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  const { retry } = database.outbound;
  for (let attempt = 1; ; attempt++) {
    try {
      return await workOnce(database, signal, work);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof OutboundError && error.isPassing)) throw sourceErrorOfOutbound(error);
      const wait = pauseBefore(attempt + 1, undefined, retry);
      if (wait === undefined) throw finalErrorOf(error);
      await pause(wait, signal);
    }
  }
}

async function workOnce<T>(
  database: Database,
  signal: AbortSignal | undefined,
  work: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  const session = await openSession(database, signal);
  const abandon = () => void session.abandon();
  signal?.addEventListener('abort', abandon, { once: true });
  try {
    const result = await work(session);
    await session.end();
    return result;
  } catch (error) {
    await session.abandon();
    throw failureOf(database, error);
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

/**
 * Opens a connection once.
 *
 * @throws OutboundError where a further attempt may succeed, SourceError otherwise, or the signal's reason.
 */
export async function openSession(
  database: Database,
  signal: AbortSignal | undefined,
): Promise<DatabaseSession> {
  signal?.throwIfAborted();
  const opening = database.dialect.open(database.params, database.outbound);
  try {
    return await unlessAborted(opening, signal);
  } catch (error) {
    // A connection that stands after nobody waits for it any more is closed again.
    opening.then((session) => session.abandon()).catch(() => undefined);
    signal?.throwIfAborted();
    throw failureOf(database, error);
  }
}

/** A failure that may pass as an {@link OutboundError}, any other as a SourceError. */
export function failureOf({ dialect, params }: Database, error: unknown): SourceError | OutboundError {
  const failure = dialect.failureOf(error, params);
  if (failure instanceof OutboundError || failure.kind !== 'busy') return failure;
  return new OutboundError('connection', failure.message, { cause: failure });
}

/** What is told once no further attempt is made: the database's own words where it gave any. */
export function finalErrorOf(error: unknown): unknown {
  if (error instanceof SourceError && error.cause instanceof OutboundError) return finalErrorOf(error.cause);
  if (error instanceof OutboundError && error.cause instanceof SourceError) return error.cause;
  return sourceErrorOfOutbound(error);
}
