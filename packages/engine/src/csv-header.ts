import { open } from 'node:fs/promises';
import { EngineError } from './engine-error.ts';

/** A header row longer than this is taken for a file that is no CSV. */
const MAX_HEADER_BYTES = 1024 * 1024;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The field names of the first record of an RFC 4180 text, quotes and doubled quotes undone.
 * Undefined where the text ends before the record's line end.
 */
export function parseHeader(text: string): readonly string[] | undefined {
  const names: string[] = [];
  let name = '';
  let quoted = false;
  let at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') {
      if (quoted && text.charAt(at + 1) === '"') {
        name += '"';
        at++;
      } else {
        quoted = !quoted;
      }
    } else if (quoted) {
      name += character;
    } else if (character === ',') {
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
 * Reads no more of a CSV file than its header row.
 * Undefined for a file without a byte: a source without rows may send no header either.
 */
export async function readHeader(path: string): Promise<readonly string[] | undefined> {
  const file = await open(path);
  try {
    for (let length = 64 * 1024; ; length *= 4) {
      const buffer = Buffer.alloc(Math.min(length, MAX_HEADER_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead === 0) return undefined;
      const header = parseHeader(buffer.toString('utf8', 0, bytesRead));
      if (header !== undefined) return header;
      if (bytesRead < buffer.length || buffer.length === MAX_HEADER_BYTES) {
        throw new EngineError('unreadable', `The header row of ${path} does not end within its first MiB.`);
      }
    }
  } finally {
    await file.close();
  }
}
