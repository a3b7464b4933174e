import { ByteReader } from './byte-reader.ts';
import { unreadable } from './file-errors.ts';

/** A file in an archive. Its body is read to its end, or not at all, before the next one is asked for. */
export interface ArchivedFile {
  readonly name: string;
  readonly body: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
/** Names longer than this are no names. */
const MAX_HEADER_CONTENT = 1024 * 1024;

/** Where the fields of a header lie (POSIX.1-2001, pax Interchange Format, Header Block). */
const FIELDS = {
  name: [0, 100],
  size: [124, 136],
  checksum: [148, 156],
  type: [156, 157],
  magic: [257, 262],
  prefix: [345, 500],
} as const;

/** The regular files of a tar archive, in its order. */
export async function* tarFiles(
  path: string,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ArchivedFile, void, void> {
  const reader = new ByteReader(body);
  /** What a header before has told of the next one: its name, where that is long, or its size. */
  let told: { readonly name?: string; readonly size?: number } = {};
  try {
    for (;;) {
      const header = await reader.take(BLOCK);
      if (header.length === 0 || (header.length === BLOCK && header.every((byte) => byte === 0))) {
        // Only at the end of the bytes it is known that they have not changed meanwhile.
        for await (const _ of reader.rest());
        return;
      }
      if (header.length < BLOCK || !hasChecksum(header))
        throw unreadable(path, 'is no tar archive, or damaged');
      const size = told.size ?? numberIn(header, 'size');
      const type = textIn(header, 'type');
      if (type === 'L' || type === 'x') {
        if (size > MAX_HEADER_CONTENT) throw unreadable(path, 'has a name that is too long');
        const content = await padded(reader, size);
        told = type === 'L' ? { ...told, name: textOf(content) } : { ...told, ...paxRecords(content) };
        continue;
      }
      const name = told.name ?? nameIn(header);
      told = {};
      const content = new ArchivedContent(path, reader, size);
      if (type === '0' || type === '' || type === '7') yield { name, body: content };
      await content.skip();
    }
  } finally {
    await reader.close();
  }
}

/** The content of one file, and what fills its last block. */
class ArchivedContent implements AsyncIterable<Uint8Array> {
  readonly #path: string;
  readonly #reader: ByteReader;
  #left: number;
  readonly #padding: number;

  constructor(path: string, reader: ByteReader, size: number) {
    this.#path = path;
    this.#reader = reader;
    this.#left = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    while (this.#left > 0) {
      const piece = await this.#reader.some(this.#left);
      if (piece === undefined) throw unreadable(this.#path, 'is cut off');
      this.#left -= piece.length;
      yield piece;
    }
  }

  async skip(): Promise<void> {
    for await (const _ of this);
    await this.#reader.take(this.#padding);
  }
}

async function padded(reader: ByteReader, size: number): Promise<Buffer> {
  const content = await reader.take(size);
  await reader.take((BLOCK - (size % BLOCK)) % BLOCK);
  return content;
}

function nameIn(header: Buffer): string {
  const prefix = textIn(header, 'magic') === 'ustar' ? textIn(header, 'prefix') : '';
  const name = textIn(header, 'name');
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textIn(header: Buffer, field: keyof typeof FIELDS): string {
  return textOf(header.subarray(...FIELDS[field]));
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

/** Octal digits, or where the first bit is set, a binary number. */
function numberIn(header: Buffer, field: 'size' | 'checksum'): number {
  const bytes = header.subarray(...FIELDS[field]);
  if (((bytes[0] ?? 0) & 0x80) === 0) return Number.parseInt(textOf(bytes).trim() || '0', 8);
  return bytes.subarray(1).reduce((number, byte) => number * 256 + byte, 0);
}

/** The sum of a header's bytes, those of the sum itself taken for spaces. */
function hasChecksum(header: Buffer): boolean {
  const [from, to] = FIELDS.checksum;
  const sum = header.reduce((total, byte, at) => total + (at >= from && at < to ? 0x20 : byte), 0);
  return sum === numberIn(header, 'checksum');
}

/** Records such as `30 path=some/long/name\n`: a length in bytes, its own digits among them, a key and a value. */
function paxRecords(content: Buffer): { name?: string; size?: number } {
  const told: { name?: string; size?: number } = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number.parseInt(content.toString('latin1', at, space), 10);
    if (space === -1 || !(length > 0)) break;
    const record = content.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    if (record.startsWith('path=')) told.name = value;
    if (record.startsWith('size=')) told.size = Number(value);
    at += length;
  }
  return told;
}
