/** Bytes that are read piece by piece, in the sizes that whoever takes them apart asks for. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#pieces = body[Symbol.asyncIterator]();
  }

  /** The next bytes, at most so many and at least one; undefined at the end. */
  async some(atMost = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return undefined;
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, Math.min(atMost, this.#rest.length));
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** So many bytes, or fewer where the end comes first. */
  async take(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for (let missing = length; missing > 0; ) {
      const piece = await this.some(missing);
      if (piece === undefined) break;
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** All that is left. */
  async *rest(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (let piece = await this.some(); piece !== undefined; piece = await this.some()) yield piece;
    } finally {
      await this.close();
    }
  }

  /** Lets go of what the bytes come from. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
