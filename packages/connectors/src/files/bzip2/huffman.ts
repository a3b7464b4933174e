import type { BitReader } from './bit-reader.ts';
import { Bzip2Error } from './bzip2-error.ts';

const MAX_CODE_LENGTH = 20;
const SYMBOLS_PER_SELECTOR = 50;

/** The codes of a block. */
export interface HuffmanTables {
  readonly tables: readonly HuffmanTable[];
  /** Which table is used for each stretch of symbols. */
  readonly selectors: Uint8Array;
}

/** Reads the codes for so many symbols. */
export function readTables(bits: BitReader, symbols: number): HuffmanTables {
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

/** Reads one symbol after another. */
export function symbolReader(bits: BitReader, { tables, selectors }: HuffmanTables): () => number {
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
