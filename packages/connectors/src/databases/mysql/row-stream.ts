import { Readable } from 'node:stream';
import type { Connection, Query } from 'mysql2';
import { SourceError } from '../../source.ts';

/** Rows are gathered up to this many bytes before they are handed on. */
const PIECE_BYTES = 64 * 1024;

/**
 * The rows of a query whose one column is a line of text that the server has made, as bytes, each with its line end. The
 * connection is paused whenever the reader is: the network holds the server back, and memory holds no more than a piece.
 */
export class RowStream extends Readable {
  readonly #connection: Connection;
  #lines: Buffer[] = [];
  #bytes = 0;
  #rows = 0;
  #isWhole = false;

  constructor(connection: Connection, query: Query, header: string) {
    super();
    this.#connection = connection;
    this.#take(Buffer.from(header, 'utf8'));
    query.on('result', (row) => this.#addRow(row));
    query.on('error', (error) => this.destroy(error));
    query.on('end', () => this.#finish());
    // It may break before anybody reads it: that is kept for the reader, and must end nothing else.
    this.on('error', () => undefined);
  }

  /** Undefined until the last row has come. */
  get rowCount(): number | undefined {
    return this.#isWhole ? this.#rows : undefined;
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#lines = [];
    callback(error);
  }

  #addRow(row: unknown): void {
    if (this.destroyed) return;
    const line: unknown = Array.isArray(row) ? row[0] : undefined;
    if (!Buffer.isBuffer(line)) {
      this.destroy(rowTooLarge(this.#rows + 1));
      return;
    }
    this.#rows += 1;
    this.#take(line);
    if (this.#bytes >= PIECE_BYTES && !this.#flush()) this.#connection.pause();
  }

  #take(line: Buffer): void {
    this.#lines.push(line, LINE_END);
    this.#bytes += line.length + 1;
  }

  #flush(): boolean {
    const piece = Buffer.concat(this.#lines, this.#bytes);
    this.#lines = [];
    this.#bytes = 0;
    return this.push(piece);
  }

  #finish(): void {
    if (this.destroyed) return;
    this.#isWhole = true;
    this.#flush();
    this.push(null);
  }
}

const LINE_END = Buffer.from('\n');

/** The server makes null of a text that is longer than it may send. */
function rowTooLarge(row: number): SourceError {
  const message = `MySQL: row ${row} is larger than max_allowed_packet; raise that at the server, or leave the long columns out`;
  return new SourceError('invalid', 'ROW_TOO_LARGE', message);
}
