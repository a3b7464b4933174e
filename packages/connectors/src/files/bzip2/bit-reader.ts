import { Bzip2Error } from './bzip2-error.ts';

/** Reads bits, most significant first, from what {@link BitReader.fill} has brought. */
export class BitReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #isAtEnd = false;
  /** Bits of the byte at `#at` that have been read. */
  #bit = 0;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#pieces = body[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    await this.fill(4);
    return this.#at < this.#buffer.length;
  }

  /** Sees to it that so many bytes can be read, or all that are left. */
  async fill(bytes: number): Promise<void> {
    const pieces: Uint8Array[] = [this.#buffer.subarray(this.#at)];
    let length = this.#buffer.length - this.#at;
    if (length >= bytes || this.#isAtEnd) return;
    while (length < bytes && !this.#isAtEnd) {
      const { done, value } = await this.#pieces.next();
      if (done === true) this.#isAtEnd = true;
      else {
        pieces.push(value);
        length += value.length;
      }
    }
    this.#buffer = Buffer.concat(pieces);
    this.#at = 0;
  }

  /** Up to 24 bits. */
  read(count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      const byte = this.#buffer[this.#at];
      if (byte === undefined) throw new Bzip2Error('it is cut off');
      const taken = Math.min(left, 8 - this.#bit);
      value = (value << taken) | ((byte >> (8 - this.#bit - taken)) & ((1 << taken) - 1));
      this.#bit += taken;
      left -= taken;
      if (this.#bit === 8) {
        this.#bit = 0;
        this.#at += 1;
      }
    }
    return value;
  }

  alignToByte(): void {
    if (this.#bit === 0) return;
    this.#bit = 0;
    this.#at += 1;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
