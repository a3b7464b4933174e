import { contentsOf, type FileReading, type PlainContent } from './file-content.ts';
import { shownPath, unreadable } from './file-errors.ts';
import type { FileSample, SamplePiece } from './file-inspector.ts';
import type { StoredFile } from './file-store.ts';
import { wholeElements } from './whole-elements.ts';
import { wholeFile } from './whole-file.ts';

/** A file's head, cut where a record ends; of an archive the first content. Undefined where there is none. */
export async function sampleOf(
  reading: FileReading,
  file: StoredFile,
  signal: AbortSignal | undefined,
): Promise<FileSample | undefined> {
  const name = shownPath(file.path);
  if (reading.format.kind === 'parquet') {
    return { name, format: { kind: 'parquet' }, pieces: parquetPieces(reading, file, signal) };
  }
  for await (const content of contentsOf(reading, file, signal)) {
    const bytes = await headOf(file, content, reading.limits.sampleBytes);
    return { name, format: content.format, pieces: onePiece(bytes) };
  }
  return undefined;
}

async function headOf(
  { path }: StoredFile,
  { format, body }: PlainContent,
  most: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) break;
  }
  const head = Buffer.concat(pieces);
  if (length <= most) return head;
  const records =
    format.kind === 'json-array' ? wholeElements(head) : head.subarray(0, head.lastIndexOf('\n') + 1);
  if (records.length > 0) return records;
  throw unreadable(path, `its first record is longer than ${most} bytes`);
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<SamplePiece, void, void> {
  yield { at: 0, bytes };
}

/** A Parquet file ends in the length of its footer and four bytes of magic. */
const PARQUET_END = 8;
const MAX_FOOTER_BYTES = 64 * 1024 * 1024;

/** The footer, which tells the columns, and as much of the rows as a sample may hold. */
async function* parquetPieces(
  { store, retry, limits }: FileReading,
  file: StoredFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<SamplePiece, void, void> {
  const { size } = file;
  const headEnd = Math.min(size, 4 * limits.sampleBytes);
  yield* piecesFrom(wholeFile(store, file, retry, signal), 0, headEnd);
  if (headEnd === size) return;
  const end = await bytesFrom(wholeFile(store, file, retry, signal, size - PARQUET_END));
  const footer = Math.min(end.readUInt32LE(0), MAX_FOOTER_BYTES) + PARQUET_END;
  const from = Math.max(headEnd, size - footer);
  yield* piecesFrom(wholeFile(store, file, retry, signal, from), from, size);
}

async function* piecesFrom(
  body: AsyncIterable<Uint8Array>,
  from: number,
  to: number,
): AsyncGenerator<SamplePiece, void, void> {
  let at = from;
  for await (const bytes of body) {
    yield { at, bytes: bytes.subarray(0, to - at) };
    at += bytes.length;
    if (at >= to) return;
  }
}

async function bytesFrom(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
