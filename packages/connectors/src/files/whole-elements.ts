const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** The beginning of a JSON array up to its last whole element, closed. Empty where there is no whole element. */
export function wholeElements(head: Buffer): Buffer {
  let depth = 0;
  let isText = false;
  let end = 0;
  for (let at = 0; at < head.length; at++) {
    const byte = head[at] ?? 0;
    if (isText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    else if (byte === COMMA && depth === 1) end = at;
  }
  return end === 0 ? Buffer.alloc(0) : Buffer.concat([head.subarray(0, end), Buffer.from(']')]);
}
