import type { Stats } from 'ssh2';
import { unlessAborted } from '../../outbound/abort.ts';
import { STATUS, statusOf } from './errors.ts';
import type { SftpSession } from './session.ts';

/** The largest piece that every server gives at once (SSH File Transfer Protocol, draft 02, section 6.4). */
const PIECE_BYTES = 32 * 1024;
/** Pieces that are asked for before the first has come, so that the way to the server and back is not waited for. */
const PIECES_AHEAD = 16;

/** A file that is open at the server. */
export interface RemoteFile {
  readonly session: SftpSession;
  readonly handle: Buffer;
  /** What it was when it was opened. */
  readonly stats: Stats;
}

export async function openRemoteFile(session: SftpSession, path: string): Promise<RemoteFile> {
  const handle = await session.ask<Buffer>((sftp, done) => sftp.open(path, 'r', done));
  const stats = await session.ask<Stats>((sftp, done) => sftp.fstat(handle, done));
  return { session, handle, stats };
}

export function closeRemoteFile({ session, handle }: RemoteFile): void {
  session.tell((sftp, done) => sftp.close(handle, done));
}

/** The bytes of a file from one place to another, in order; fewer where it has become shorter. */
export async function* bytesOf(
  file: RemoteFile,
  from: number,
  to: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const asked: Promise<Buffer>[] = [];
  let next = from;
  while (asked.length > 0 || next < to) {
    for (; asked.length < PIECES_AHEAD && next < to; next += PIECE_BYTES) {
      const piece = readPiece(file, next, Math.min(PIECE_BYTES, to - next));
      // Where an earlier one fails nobody waits for this one.
      piece.catch(() => undefined);
      asked.push(piece);
    }
    const piece = await unlessAborted(asked.shift() ?? Promise.resolve(Buffer.alloc(0)), signal);
    if (piece.length > 0) yield piece;
    if (piece.length < PIECE_BYTES) return;
  }
}

/** One piece, asked for until it is whole, since servers may give less; shorter at the end of the file. */
async function readPiece({ session, handle }: RemoteFile, position: number, size: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(size);
  for (let filled = 0; ; ) {
    const count = await readOnce(session, handle, piece, filled, position + filled);
    filled += count;
    if (count === 0 || filled === size) return piece.subarray(0, filled);
  }
}

async function readOnce(
  session: SftpSession,
  handle: Buffer,
  into: Buffer,
  offset: number,
  position: number,
): Promise<number> {
  try {
    return await session.ask<number>((sftp, done) =>
      sftp.read(handle, into, offset, into.length - offset, position, done),
    );
  } catch (error) {
    if (statusOf(error) === STATUS.endOfFile) return 0;
    throw error;
  }
}
