import { crc32 } from 'node:zlib';
import { inflateRaw } from './decompress.ts';
import { unreadable } from './file-errors.ts';
import type { ArchivedFile } from './tar.ts';

/** Bytes of a file from an offset on. */
export type ReadFrom = (offset: number) => AsyncIterable<Uint8Array>;

/** Record signatures and their fixed lengths (APPNOTE.TXT, 4.3). */
const LOCAL = { signature: 0x04034b50, length: 30 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
const END_64_LOCATOR = { signature: 0x07064b50, length: 20 };
const END_64 = { signature: 0x06064b50, length: 56 };
const MAX_COMMENT = 0xffff;
/** A field with this value stands in the ZIP64 extra field. */
const IN_EXTRA = 0xffffffff;
const ZIP64_EXTRA = 0x0001;

const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

/** Larger directories are no archive of data files. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

/** The files of a ZIP archive, as its directory at the end lists them. */
export async function* zipFiles(
  path: string,
  size: number,
  readFrom: ReadFrom,
): AsyncGenerator<ArchivedFile, void, void> {
  for (const entry of await directoryOf(path, size, readFrom)) {
    if (entry.name.endsWith('/')) continue;
    if (entry.isEncrypted) throw unreadable(path, `${entry.name} is encrypted; store it without a password`);
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw unreadable(path, `${entry.name} is compressed by method ${entry.method}; use deflate`);
    }
    yield { name: entry.name, body: contentOf(path, entry, readFrom) };
  }
}

async function* contentOf(
  path: string,
  entry: Entry,
  readFrom: ReadFrom,
): AsyncGenerator<Uint8Array, void, void> {
  const header = await take(readFrom(entry.offset), LOCAL.length);
  if (header.length < LOCAL.length || header.readUInt32LE(0) !== LOCAL.signature) {
    throw unreadable(path, `${entry.name} is not where the directory says`);
  }
  const start = entry.offset + LOCAL.length + header.readUInt16LE(26) + header.readUInt16LE(28);
  const raw = limited(readFrom(start), entry.compressedSize);
  let crc = 0;
  let bytes = 0;
  for await (const piece of entry.method === DEFLATED ? inflateRaw(raw) : raw) {
    crc = crc32(piece, crc);
    bytes += piece.length;
    yield piece;
  }
  if (crc !== entry.crc || bytes !== entry.size) throw unreadable(path, `${entry.name} is damaged`);
}

async function directoryOf(path: string, size: number, readFrom: ReadFrom): Promise<readonly Entry[]> {
  const tailStart = Math.max(0, size - END.length - MAX_COMMENT - END_64_LOCATOR.length);
  const tail = await take(readFrom(tailStart), size - tailStart);
  const end = tail.lastIndexOf(signatureBytes(END.signature));
  if (end === -1 || tail.length - end < END.length) throw unreadable(path, 'is no ZIP archive, or cut off');
  const locator = end - END_64_LOCATOR.length;
  const is64 = locator >= 0 && tail.readUInt32LE(locator) === END_64_LOCATOR.signature;
  const place = is64
    ? await place64(path, Number(tail.readBigUInt64LE(locator + 8)), readFrom)
    : { length: tail.readUInt32LE(end + 12), offset: tail.readUInt32LE(end + 16) };
  if (place.length > MAX_DIRECTORY_BYTES || place.offset + place.length > size) {
    throw unreadable(path, 'has a directory that is too large, or lies elsewhere than it says');
  }
  return entriesIn(path, await take(readFrom(place.offset), place.length));
}

async function place64(path: string, offset: number, readFrom: ReadFrom) {
  const record = await take(readFrom(offset), END_64.length);
  if (record.length < END_64.length || record.readUInt32LE(0) !== END_64.signature)
    throw unreadable(path, 'has no ZIP64 directory where it says');
  return { length: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)) };
}

function entriesIn(path: string, directory: Buffer): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < directory.length; ) {
    if (directory.length - at < CENTRAL.length || directory.readUInt32LE(at) !== CENTRAL.signature)
      throw unreadable(path, 'has a damaged directory');
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const extraStart = at + CENTRAL.length + nameLength;
    entries.push({
      name: directory.toString('utf8', at + CENTRAL.length, extraStart),
      isEncrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      ...sizesOf(directory, at, directory.subarray(extraStart, extraStart + extraLength)),
    });
    at = extraStart + extraLength + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** Sizes and offset; those that do not fit stand in the extra field, in this order. */
function sizesOf(directory: Buffer, at: number, extra: Buffer) {
  const wide = zip64Values(extra);
  const value = (offset: number) => {
    const narrow = directory.readUInt32LE(at + offset);
    return narrow === IN_EXTRA ? (wide.shift() ?? narrow) : narrow;
  };
  const size = value(24);
  const compressedSize = value(20);
  return { size, compressedSize, offset: value(42) };
}

function zip64Values(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    const content = extra.subarray(at + 4, at + 4 + length);
    if (extra.readUInt16LE(at) === ZIP64_EXTRA) {
      return Array.from({ length: Math.floor(content.length / 8) }, (_, index) =>
        Number(content.readBigUInt64LE(8 * index)),
      );
    }
    at += 4 + length;
  }
  return [];
}

function signatureBytes(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}

async function take(body: AsyncIterable<Uint8Array>, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of limited(body, length)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* limited(
  body: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array, void, void> {
  let left = length;
  if (left === 0) return;
  for await (const piece of body) {
    yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}
