import { unreadable } from './file-errors.ts';

type Bytes = AsyncIterable<Uint8Array>;

/** Byte order marks outrank what is said of a text (WHATWG Encoding Standard, BOM sniff). */
const BYTE_ORDER_MARKS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16be', [0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
];

/**
 * A text as UTF-8, without its byte order mark. Bytes that are said to be UTF-8 pass as they are: which rows they spoil is
 * told when rows are read.
 *
 * @throws SourceError `invalid` that names the file, for bytes that are no text of another encoding.
 */
export async function* toUtf8(
  path: string,
  body: Bytes,
  encoding: string,
): AsyncGenerator<Uint8Array, void, void> {
  let decode: ((piece?: Uint8Array) => Uint8Array) | undefined;
  let head: Uint8Array = new Uint8Array();
  let isBegun = false;
  for await (const piece of body) {
    let bytes = piece;
    if (!isBegun) {
      head = head.length === 0 ? piece : Buffer.concat([head, piece]);
      if (head.length < 3) continue;
      const begun = begin(path, head, encoding);
      ({ decode, bytes } = begun);
      isBegun = true;
    }
    yield decode === undefined ? bytes : decode(bytes);
  }
  if (!isBegun && head.length > 0) {
    const begun = begin(path, head, encoding);
    decode = begun.decode;
    yield decode === undefined ? begun.bytes : decode(begun.bytes);
  }
  if (decode !== undefined) yield decode();
}

function begin(path: string, head: Uint8Array, encoding: string) {
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, at) => head[at] === byte));
  const bytes = marked === undefined ? head : head.subarray(marked[1].length);
  const label = new TextDecoder(marked?.[0] ?? encoding).encoding;
  return { bytes, decode: label === 'utf-8' ? undefined : decoderOf(path, label) };
}

/** Without a piece: what the end leaves. */
function decoderOf(path: string, label: string): (piece?: Uint8Array) => Uint8Array {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  return (piece) => {
    try {
      return Buffer.from(decoder.decode(piece, { stream: piece !== undefined }), 'utf8');
    } catch (error) {
      throw unreadable(path, `is no text in ${label}; set data.properties.encoding`, { cause: error });
    }
  };
}
