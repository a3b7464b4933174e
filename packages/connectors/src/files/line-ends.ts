import type { DelimitedFiles } from './file-format.ts';

type Bytes = AsyncIterable<Uint8Array>;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Where the next byte of a delimited text stands: a quote opens a field only at its beginning, and may have closed it only
 * where what follows shows that it is not doubled.
 */
type Position = 'field start' | 'unquoted' | 'quoted' | 'after escape' | 'after quote';

/**
 * Writes every line end outside of quoted fields as a line feed: files that mix line ends, or end lines with a carriage
 * return alone, are read like others.
 */
export async function* withLineFeeds(
  body: Bytes,
  { delimiter, quote, escape: escapeText }: Pick<DelimitedFiles, 'delimiter' | 'quote' | 'escape'>,
): AsyncGenerator<Uint8Array, void, void> {
  // The last byte of a delimiter tells where a field starts as well as all of them.
  const delimiterByte = Buffer.from(delimiter).at(-1);
  const quoteByte = Buffer.from(quote)[0];
  const escapeByte = escapeText === quote ? undefined : Buffer.from(escapeText)[0];
  let position: Position = 'field start';
  let isAfterCr = false;
  for await (const piece of body) {
    const out = Buffer.allocUnsafe(piece.length);
    let length = 0;
    for (const byte of piece) {
      const isSecondHalf = isAfterCr && byte === LF;
      isAfterCr = byte === CR && position !== 'quoted' && position !== 'after escape';
      if (isSecondHalf) continue;
      out[length++] = isAfterCr ? LF : byte;
      if (position === 'quoted') {
        if (byte === quoteByte) position = 'after quote';
        else if (byte === escapeByte) position = 'after escape';
      } else if (position === 'after escape') {
        position = 'quoted';
      } else if (byte === quoteByte && position !== 'unquoted') {
        position = 'quoted';
      } else {
        const startsField = byte === delimiterByte || byte === LF || byte === CR;
        position = startsField ? 'field start' : 'unquoted';
      }
    }
    yield out.subarray(0, length);
  }
}

/** Writes carriage returns as spaces: none stands within a JSON text, and lines may end in one or not. */
export async function* withoutCarriageReturns(body: Bytes): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of body) {
    if (!piece.includes(CR)) {
      yield piece;
      continue;
    }
    const out = Buffer.from(piece);
    for (let at = out.indexOf(CR); at !== -1; at = out.indexOf(CR, at + 1)) out[at] = SPACE;
    yield out;
  }
}
