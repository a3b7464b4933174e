import { BitReader } from './bit-reader.ts';
import { readBlock } from './block.ts';
import { Bzip2Error } from './bzip2-error.ts';
import { crcOf } from './checksum.ts';

/*
 * Node.js has no bzip2. A block is undone in the reverse order of how it was made: Huffman codes, runs of zeros and
 * move-to-front give the last column of the sorted rotations of a text (Burrows-Wheeler), which gives the text, in which runs
 * of one byte are shortened. Blocks hold at most 900,000 bytes, so that one and its compressed form are all that is in memory.
 */

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const BYTES_PER_LEVEL = 100_000;
/** No compressed block is longer: each of its symbols takes at most 20 bits. */
const MAX_COMPRESSED_BLOCK = 2_500_000;

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
