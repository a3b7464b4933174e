import { open } from 'node:fs/promises';
import { EngineError } from './engine-error.ts';
import type { DelimitedFormat } from './transform.ts';

/** A header row longer than this is taken for a file that is no CSV. */
const MAX_HEADER_BYTES = 1024 * 1024;

const BYTE_ORDER_MARK = '\uFEFF';

/** Which characters part the fields of a record. */
export type FieldMarks = Pick<DelimitedFormat, 'delimiter' | 'quote' | 'escape'>;

/** Those of RFC 4180. */
const RFC_4180: FieldMarks = { delimiter: ',', quote: '"', escape: '"' };

/**
 * The fields of the first record of a text, quotes and escapes undone.
 * Undefined where the text ends before the record's line end.
 */
export function parseHeader(text: string, marks: FieldMarks = RFC_4180): readonly string[] | undefined {
  const { delimiter, quote } = marks;
  const names: string[] = [];
  let name = '';
  let quoted = false;
  let at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted && character === marks.escape && text.charAt(at + 1) === quote) {
      name += quote;
      at++;
    } else if (character === quote) {
      quoted = !quoted;
    } else if (quoted) {
      name += character;
    } else if (character === delimiter) {
      names.push(name);
      name = '';
    } else if (character === '\n' || character === '\r') {
      return [...names, name];
    } else {
      name += character;
    }
  }
  return undefined;
}

/**
 * Reads no more of a file than its first record, which the file's end ends too where `marks` are given.
 * Undefined for a file without a byte: a source without rows may send no header either.
 */
export async function readHeader(path: string, marks?: FieldMarks): Promise<readonly string[] | undefined> {
  const file = await open(path);
  try {
    for (let length = 64 * 1024; ; length *= 4) {
      const buffer = Buffer.alloc(Math.min(length, MAX_HEADER_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead === 0) return undefined;
      const text = buffer.toString('utf8', 0, bytesRead);
      const isWhole = bytesRead < buffer.length;
      const header = parseHeader(marks !== undefined && isWhole ? `${text}\n` : text, marks);
      if (header !== undefined) return header;
      if (isWhole || buffer.length === MAX_HEADER_BYTES) {
        throw new EngineError('unreadable', `The header row of ${path} does not end within its first MiB.`);
      }
    }
  } finally {
    await file.close();
  }
}
