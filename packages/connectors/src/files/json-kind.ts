import { rejoined } from '../body.ts';
import { parseJson } from '../json.ts';

type Bytes = AsyncIterable<Uint8Array>;

/** As much of a text as shows what it is. */
const HEAD_BYTES = 64 * 1024;

/** The beginning of a body, and the body, whole again. `close` lets go of it where it is not read. */
export interface HeadedBody {
  readonly head: Buffer;
  readonly body: Bytes;
  close(): Promise<void>;
}

export async function headOf(body: Bytes): Promise<HeadedBody> {
  const pieces = body[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  for (let size = 0; size < HEAD_BYTES; ) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    read.push(value);
    size += value.length;
  }
  return {
    head: Buffer.concat(read),
    body: rejoined(read, pieces),
    async close() {
      await pieces.return?.();
    },
  };
}

/**
 * Whether a JSON text has one object a line, or is one document: an array, or an object over several lines. A line that is
 * longer than the head is a line; what begins as no document is lines, some of which may be damaged.
 */
export function jsonKindOf(head: Buffer): 'json-lines' | 'json-array' {
  const text = head.toString('utf8').trimStart();
  if (text.startsWith('[')) return 'json-array';
  const lines = text.split(/[\r\n]+/);
  const isObject = (line: string) => line.startsWith('{') && parseJson(line) !== undefined;
  const areLines = !text.startsWith('{') || lines.length === 1 || lines.some(isObject);
  return areLines ? 'json-lines' : 'json-array';
}
