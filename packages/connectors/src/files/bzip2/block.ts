import type { BitReader } from './bit-reader.ts';
import { Bzip2Error } from './bzip2-error.ts';
import { readTables, symbolReader } from './huffman.ts';

/** The plain bytes of one block, behind its magic and checksum. */
export function readBlock(bits: BitReader, blockBytes: number): Uint8Array {
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
