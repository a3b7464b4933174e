import { type FileHandle, open, stat } from 'node:fs/promises';
import { MAX_RECORD_BYTES } from './relation-parts.ts';

/*
 * DuckDB has several threads read a text that is longer than a record may be, each from a place where a
 * record seems to begin. Within a quoted field of several lines what begins is none, yet may look like one:
 * rows are made up and others lost, and no error tells of it. So does a record that is longer than the
 * stretch of a thread vanish. One thread knows where records begin.
 */

/** Whether a text whose fields may hold line ends has to be read by one thread. */
export async function needsOneThread(path: string): Promise<boolean> {
  return (await stat(path)).size >= MAX_RECORD_BYTES;
}

/**
 * Whether a text of one record a line has to be read by one thread: where a line end is one, a record begins
 * after each.
 */
export async function hasTooLongLine(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for (let start = 0; start + MAX_RECORD_BYTES < size; ) {
      const end = await lastLineEnd(file, start, start + MAX_RECORD_BYTES);
      if (end === undefined) return true;
      start = end + 1;
    }
    return false;
  } finally {
    await file.close();
  }
}

const PIECE_BYTES = 64 * 1024;

/** The place of the last line feed from `start` to before `end`, looked for from behind. */
async function lastLineEnd(file: FileHandle, start: number, end: number): Promise<number | undefined> {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let upTo = end; upTo > start; upTo -= PIECE_BYTES) {
    const from = Math.max(start, upTo - PIECE_BYTES);
    const { bytesRead } = await file.read(piece, 0, upTo - from, from);
    const at = piece.subarray(0, bytesRead).lastIndexOf('\n');
    if (at !== -1) return from + at;
  }
  return undefined;
}
