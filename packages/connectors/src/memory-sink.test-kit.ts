import type { Page, Sink, StagedFormat } from './source.ts';

export interface StagedPage {
  readonly format: StagedFormat;
  readonly rows: number | undefined;
  readonly text: string;
}

/** Keeps pages in memory, and stands where it stood when it is handed to a second read. */
export class MemorySink implements Sink {
  readonly pages: StagedPage[] = [];
  /** How often a page was begun, staged or not. */
  begun = 0;
  /** The last token that changes were told to reach up to. */
  changeToken: string | undefined;
  #resumeFrom: string | undefined;
  /** Dies instead of staging the page of this index, as a process would that is killed. */
  diesAt: number | undefined;

  get resumeFrom(): string | undefined {
    return this.#resumeFrom;
  }

  async stage(page: Page): Promise<void> {
    this.begun += 1;
    if (this.pages.length === this.diesAt) throw new SinkDied();
    const pieces: Uint8Array[] = [];
    const announced = page.rows;
    for await (const piece of page.body) pieces.push(piece);
    if (announced !== undefined && announced !== page.rows)
      throw new Error(`a page of ${page.rows} rows told of ${announced} before it was read`);
    this.pages.push({ format: page.format, rows: page.rows, text: Buffer.concat(pieces).toString('utf8') });
    this.#resumeFrom = page.next;
  }

  async changesUpTo(token: string): Promise<void> {
    this.changeToken = token;
  }
}

export class SinkDied extends Error {
  override name = 'SinkDied';
}
