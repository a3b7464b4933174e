import type { DelimitedFiles } from './file-format.ts';

type Bytes = AsyncIterable<Uint8Array>;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Where the next byte of a delimited text stands: a quote opens a field only at its beginning, and may have
 * closed it only where what follows shows that it is not doubled. Numbers, since each byte is compared with
 * them.
 */
const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
const AFTER_ESCAPE = 3;
const AFTER_QUOTE = 4;

/** No byte: where there is no such character. */
const NONE = -1;

/**
 * Writes every line end outside of quoted fields as a line feed: files that mix line ends, or end lines with
 * a carriage return alone, are read like others. Returns whether the text ends in a field whose quote is
 * never closed, as far as single bytes tell.
 */
export async function* withLineFeeds(
  body: Bytes,
  { delimiter, quote, escape: escapeText }: Pick<DelimitedFiles, 'delimiter' | 'quote' | 'escape'>,
): AsyncGenerator<Uint8Array, boolean, void> {
  // The last byte of a delimiter tells where a field starts as well as all of them.
  const delimiterByte = Buffer.from(delimiter).at(-1) ?? NONE;
  const quoteByte = Buffer.from(quote)[0] ?? NONE;
  const escapeByte = escapeText === quote ? NONE : (Buffer.from(escapeText)[0] ?? NONE);
  let position = FIELD_START;
  let isAfterCr = false;
  for await (const piece of body) {
    if (piece.length === 0) continue;
    const isInQuotes = position === QUOTED || position === AFTER_ESCAPE;
    if (!isInQuotes && !isAfterCr && !piece.includes(quoteByte) && !piece.includes(CR)) {
      const last = piece[piece.length - 1];
      position = last === delimiterByte || last === LF ? FIELD_START : UNQUOTED;
      yield piece;
      continue;
    }
    const out = Buffer.allocUnsafe(piece.length);
    let length = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] ?? NONE;
      const isSecondHalf = isAfterCr && byte === LF;
      isAfterCr = byte === CR && position !== QUOTED && position !== AFTER_ESCAPE;
      if (isSecondHalf) continue;
      out[length++] = isAfterCr ? LF : byte;
      if (position === QUOTED) {
        if (byte === quoteByte) position = AFTER_QUOTE;
        else if (byte === escapeByte) position = AFTER_ESCAPE;
      } else if (position === AFTER_ESCAPE) position = QUOTED;
      else if (byte === quoteByte && position !== UNQUOTED) position = QUOTED;
      else position = byte === delimiterByte || byte === LF || byte === CR ? FIELD_START : UNQUOTED;
    }
    yield out.subarray(0, length);
  }
  const isExact = Buffer.byteLength(delimiter) === 1 && Buffer.byteLength(quote) === 1;
  return isExact && (position === QUOTED || position === AFTER_ESCAPE);
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
