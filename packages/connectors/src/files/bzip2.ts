/*
 * Node.js has no bzip2. A block is undone in the reverse order of how it was made: Huffman codes, runs of zeros and
 * move-to-front give the last column of the sorted rotations of a text (Burrows-Wheeler), which gives the text, in which runs
 * of one byte are shortened. Blocks hold at most 900,000 bytes, so that one and its compressed form are all that is in memory.
 */

/** The bytes are no bzip2 stream. */
export class Bzip2Error extends Error {
  override readonly name = 'Bzip2Error';
  readonly code = 'BZIP2_DATA_ERROR';
}

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const BYTES_PER_LEVEL = 100_000;
/** No compressed block is longer: each of its symbols takes at most 20 bits. */
const MAX_COMPRESSED_BLOCK = 2_500_000;
const MAX_CODE_LENGTH = 20;
const SYMBOLS_PER_SELECTOR = 50;

/** The plain bytes of one bzip2 stream, or several one after another. */
export async function* bunzip2(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const bits = new BitReader(body);
  try {
    let isFirst = true;
    while (await bits.hasMore()) {
      if (bits.read(8) !== 0x42 || bits.read(8) !== 0x5a || bits.read(8) !== 0x68) {
        throw new Bzip2Error(isFirst ? 'it does not begin as one' : 'something else follows its end');
      }
      const level = bits.read(8) - 0x30;
      if (level < 1 || level > 9) throw new Bzip2Error('its block size is unknown');
      yield* stream(bits, level * BYTES_PER_LEVEL);
      bits.alignToByte();
      isFirst = false;
    }
    if (isFirst) throw new Bzip2Error('it is empty');
  } finally {
    await bits.close();
  }
}

async function* stream(bits: BitReader, blockBytes: number): AsyncGenerator<Uint8Array, void, void> {
  let streamCrc = 0;
  for (;;) {
    await bits.fill(MAX_COMPRESSED_BLOCK);
    const magic = bits.read(24) * 0x1000000 + bits.read(24);
    const crc = (bits.read(16) * 0x10000 + bits.read(16)) >>> 0;
    if (magic === END_MAGIC) {
      if (crc !== streamCrc) throw new Bzip2Error('its checksum differs');
      return;
    }
    if (magic !== BLOCK_MAGIC) throw new Bzip2Error('a block does not begin as one');
    const block = readBlock(bits, blockBytes);
    if (crcOf(block) !== crc) throw new Bzip2Error('the checksum of a block differs');
    streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
    yield block;
  }
}

function readBlock(bits: BitReader, blockBytes: number): Uint8Array {
  if (bits.read(1) === 1)
    throw new Bzip2Error('it has a randomised block, which no version since 0.9.5 writes');
  const origin = bits.read(24);
  const column = readColumn(bits, blockBytes);
  if (origin >= column.length) throw new Bzip2Error('a block begins outside of itself');
  return withoutRuns(undoRotations(column, origin));
}

/** The last column of the sorted rotations. */
function readColumn(bits: BitReader, blockBytes: number): Uint8Array {
  const alphabet = readAlphabet(bits);
  const endOfBlock = alphabet.length + 1;
  const tables = readTables(bits, endOfBlock + 1);
  const column = new Uint8Array(blockBytes);
  let length = 0;
  let run = 0;
  let runUnit = 1;
  const nextSymbol = symbolReader(bits, tables);
  for (;;) {
    const symbol = nextSymbol();
    if (symbol < 2) {
      run += runUnit << symbol;
      runUnit *= 2;
      if (run > blockBytes) throw new Bzip2Error('a block is too long');
      continue;
    }
    if (run > 0) {
      if (length + run > blockBytes) throw new Bzip2Error('a block is too long');
      column.fill(alphabet[0] ?? 0, length, length + run);
      length += run;
      run = 0;
    }
    runUnit = 1;
    if (symbol === endOfBlock) return column.subarray(0, length);
    if (length >= blockBytes) throw new Bzip2Error('a block is too long');
    const position = symbol - 1;
    const byte = alphabet[position] ?? 0;
    alphabet.copyWithin(1, 0, position);
    alphabet[0] = byte;
    column[length++] = byte;
  }
}

/** The bytes that a block uses, in order. */
function readAlphabet(bits: BitReader): Uint8Array {
  const used: number[] = [];
  const groups = bits.read(16);
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++) {
      if ((members & (0x8000 >> member)) !== 0) used.push(group * 16 + member);
    }
  }
  if (used.length === 0) throw new Bzip2Error('a block uses no bytes');
  return Uint8Array.from(used);
}

interface HuffmanTables {
  readonly tables: readonly HuffmanTable[];
  /** Which table is used for each stretch of symbols. */
  readonly selectors: Uint8Array;
}

function readTables(bits: BitReader, symbols: number): HuffmanTables {
  const count = bits.read(3);
  const selectorCount = bits.read(15);
  if (count < 2 || count > 6 || selectorCount < 1) throw new Bzip2Error('a block has wrong tables');
  const order = Array.from({ length: count }, (_, index) => index);
  const selectors = new Uint8Array(selectorCount);
  for (let index = 0; index < selectorCount; index++) {
    let position = 0;
    while (bits.read(1) === 1) {
      position += 1;
      if (position >= count) throw new Bzip2Error('a block has wrong tables');
    }
    const [table = 0] = order.splice(position, 1);
    order.unshift(table);
    selectors[index] = table;
  }
  return { tables: Array.from({ length: count }, () => readTable(bits, symbols)), selectors };
}

/** A canonical Huffman code: by code length, the last code of it and where its symbols begin. */
interface HuffmanTable {
  readonly shortest: number;
  readonly lastCodes: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

function readTable(bits: BitReader, symbolCount: number): HuffmanTable {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_CODE_LENGTH) throw new Bzip2Error('a code has a wrong length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const symbols = Uint16Array.from(lengths.keys()).sort((one, other) => {
    return (lengths[one] ?? 0) - (lengths[other] ?? 0) || one - other;
  });
  const lastCodes = new Int32Array(MAX_CODE_LENGTH + 1).fill(-1);
  const offsets = new Int32Array(MAX_CODE_LENGTH + 1);
  let code = 0;
  let at = 0;
  for (let size = 1; size <= MAX_CODE_LENGTH; size++) {
    offsets[size] = at - code;
    const first = at;
    while (at < symbolCount && lengths[symbols[at] ?? 0] === size) at += 1;
    code += at - first;
    if (at > first) lastCodes[size] = code - 1;
    code <<= 1;
  }
  return { shortest: lengths[symbols[0] ?? 0] ?? 1, lastCodes, offsets, symbols };
}

function symbolReader(bits: BitReader, { tables, selectors }: HuffmanTables): () => number {
  let selector = 0;
  let left = 0;
  let table: HuffmanTable | undefined;
  return () => {
    if (left === 0) {
      table = tables[selectors[selector++] ?? -1];
      left = SYMBOLS_PER_SELECTOR;
    }
    left -= 1;
    if (table === undefined) throw new Bzip2Error('a block has too few tables');
    let code = bits.read(table.shortest);
    for (let length = table.shortest; length <= MAX_CODE_LENGTH; length++) {
      if (code <= (table.lastCodes[length] ?? -1)) {
        const symbol = table.symbols[code + (table.offsets[length] ?? 0)];
        if (symbol === undefined) break;
        return symbol;
      }
      code = code * 2 + bits.read(1);
    }
    throw new Bzip2Error('a code stands for nothing');
  };
}

function undoRotations(column: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(256);
  for (const byte of column) starts[byte] = (starts[byte] ?? 0) + 1;
  let total = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = starts[byte] ?? 0;
    starts[byte] = total;
    total += count;
  }
  const next = new Uint32Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const byte = column[row] ?? 0;
    const place = starts[byte] ?? 0;
    next[place] = row;
    starts[byte] = place + 1;
  }
  const text = new Uint8Array(column.length);
  let row = next[origin] ?? 0;
  for (let at = 0; at < text.length; at++) {
    text[at] = column[row] ?? 0;
    row = next[row] ?? 0;
  }
  return text;
}

/** Four equal bytes are followed by how many more of them there are. */
function withoutRuns(text: Uint8Array): Uint8Array {
  let size = 0;
  let same = 0;
  for (let at = 0; at < text.length; at++) {
    if (same === 4) {
      size += text[at] ?? 0;
      same = 0;
      continue;
    }
    same = at > 0 && same > 0 && text[at] === text[at - 1] ? same + 1 : 1;
    size += 1;
  }
  const plain = new Uint8Array(size);
  let length = 0;
  same = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (same === 4) {
      plain.fill(text[at - 1] ?? 0, length, length + byte);
      length += byte;
      same = 0;
      continue;
    }
    same = at > 0 && same > 0 && byte === text[at - 1] ? same + 1 : 1;
    plain[length++] = byte;
  }
  return plain;
}

/** CRC-32 with its most significant bit first, unlike that of gzip. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc >>> 0;
});

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  return ~crc >>> 0;
}

/** Reads bits, most significant first, from what {@link fill} has brought. */
class BitReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #isAtEnd = false;
  /** Bits of the byte at `#at` that have been read. */
  #bit = 0;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#pieces = body[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    await this.fill(4);
    return this.#at < this.#buffer.length;
  }

  /** Sees to it that so many bytes can be read, or all that are left. */
  async fill(bytes: number): Promise<void> {
    const pieces: Uint8Array[] = [this.#buffer.subarray(this.#at)];
    let length = this.#buffer.length - this.#at;
    if (length >= bytes || this.#isAtEnd) return;
    while (length < bytes && !this.#isAtEnd) {
      const { done, value } = await this.#pieces.next();
      if (done === true) this.#isAtEnd = true;
      else {
        pieces.push(value);
        length += value.length;
      }
    }
    this.#buffer = Buffer.concat(pieces);
    this.#at = 0;
  }

  /** Up to 24 bits. */
  read(count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      const byte = this.#buffer[this.#at];
      if (byte === undefined) throw new Bzip2Error('it is cut off');
      const taken = Math.min(left, 8 - this.#bit);
      value = (value << taken) | ((byte >> (8 - this.#bit - taken)) & ((1 << taken) - 1));
      this.#bit += taken;
      left -= taken;
      if (this.#bit === 8) {
        this.#bit = 0;
        this.#at += 1;
      }
    }
    return value;
  }

  alignToByte(): void {
    if (this.#bit === 0) return;
    this.#bit = 0;
    this.#at += 1;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
