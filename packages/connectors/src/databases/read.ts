import type { Readable } from 'node:stream';
import { textAt, textsAt } from '../json.ts';
import { stagePages } from '../pages.ts';
import { unknownPartition } from '../partition-state.ts';
import type { Partition, Sink } from '../source.ts';
import { type DatabaseSession, STAGED_FORMAT, type TextSelect } from './dialect.ts';
import { type Database, failureOf, finalErrorOf, openSession } from './with-session.ts';

/**
 * Reads a partition: one query, whose rows are one page. Where the connection breaks the page is begun anew on another,
 * and what had come of it is dropped.
 */
export async function readDatabasePartition(
  database: Database,
  partition: Partition,
  sink: Sink,
  attempts: number,
  signal?: AbortSignal,
): Promise<void> {
  const select = selectOf(partition);
  let session: DatabaseSession | undefined;
  let reading: Readable | undefined;
  const abandon = () => {
    // What has come already is not read on while the server is still being told.
    reading?.destroy(new Error('cancelled'));
    void session?.abandon();
  };
  signal?.addEventListener('abort', abandon, { once: true });
  try {
    await stagePages(sink, attempts, database.outbound.retry, signal, async () => {
      await session?.abandon();
      session = await openSession(database, signal);
      const { body, stream, rows } = session.text(select);
      reading = stream;
      const page = {
        format: STAGED_FORMAT,
        body: told(database, body),
        get rows() {
          return rows();
        },
        next: undefined,
      };
      return { page, stream };
    });
    signal?.throwIfAborted();
    await session?.end();
  } catch (error) {
    await session?.abandon();
    signal?.throwIfAborted();
    throw finalErrorOf(error);
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

/** A body whose failures say what they mean. */
async function* told(database: Database, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failureOf(database, error);
  }
}

function selectOf(partition: Partition): TextSelect {
  const sql = textAt(partition.state, 'sql');
  const header = textsAt(partition.state, 'header');
  if (sql !== undefined && header !== undefined) return { sql, header };
  throw unknownPartition(partition);
}
