/** A body whose beginning was read. */
export interface ReadAhead {
  /** Whether that was all of it. */
  readonly isWhole: boolean;
  /** The body from its first byte on, to be read once. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Bytes after which a body is not read ahead any more. */
const MOST_BYTES = 16_384;

/** Reads a body to its end where that is near, for what is told of it only there. */
export async function readAhead(body: AsyncIterable<Uint8Array>): Promise<ReadAhead> {
  const chunks = body[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes <= MOST_BYTES; ) {
    const next = await chunks.next();
    if (next.done) return { isWhole: true, body: joined(head, undefined) };
    head.push(next.value);
    bytes += next.value.byteLength;
  }
  return { isWhole: false, body: joined(head, chunks) };
}

async function* joined(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    for (;;) {
      const next = await rest?.next();
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    // Where it is not read to its end, what it comes from is let go.
    await rest?.return?.();
  }
}
