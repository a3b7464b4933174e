import {
  type Partition,
  type ReadRequest,
  type Sink,
  type Source,
  SourceError,
  type TableDescription,
  type TableListing,
} from '@tributary/connectors';

/** How a source tells of rows that are gone. */
export type Telling = 'tokens' | 'deletions' | 'nothing';

interface Change {
  readonly id: string;
  readonly name: string;
  readonly at: Date;
  readonly isDeleted: boolean;
}

const DELETIONS_KEPT_DAYS = 15;
const PAGE_ROWS = 2;

/**
 * A source of one table, in memory, whose rows come, change and go as a test has them, and that tells of it in one of the
 * ways in which sources do. Time goes only as the test says.
 */
export class ChangingSource implements Source {
  now = new Date('2026-03-01T12:00:00Z');
  readonly telling: Telling;
  /** Without one, the table can only be read whole. */
  deltaColumns: readonly string[] = ['Changed'];
  keyColumns: readonly string[] = ['Id'];
  /** Whether it notices that a token is too old when it plans, or only when it reads. */
  refusesLate = false;
  /** What `Born` says of some rows, by id; 1990 else. */
  readonly born = new Map<string, string>();
  /** Requests as they were planned. */
  readonly requests: ReadRequest[] = [];
  beforePage: (page: number, signal: AbortSignal | undefined) => Promise<void> | void = () => undefined;
  /** All that happened, oldest first; a token is a place in it. */
  readonly #history: Change[] = [];
  #oldestToken = 0;

  constructor(telling: Telling) {
    this.telling = telling;
  }

  put(id: string, name: string): void {
    this.#history.push({ id, name, at: this.now, isDeleted: false });
  }

  remove(id: string): void {
    const name = this.rows.get(id);
    if (name !== undefined) this.#history.push({ id, name, at: this.now, isDeleted: true });
  }

  wait(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000);
  }

  /** All tokens given so far are too old from now on. */
  expireTokens(): void {
    this.#oldestToken = this.#history.length + 1;
    // A token that is given now is another than those before, even if nothing has changed.
    this.#history.push({ id: 'marker', name: '', at: this.now, isDeleted: true });
  }

  /** Names by id. */
  get rows(): ReadonlyMap<string, string> {
    return new Map([...this.#newest()].flatMap(([id, row]) => (row.isDeleted ? [] : [[id, row.name]])));
  }

  #newest(from = 0): ReadonlyMap<string, Change> {
    return new Map(this.#history.slice(from).map((change) => [change.id, change]));
  }

  async check(): Promise<void> {}

  async explore(): Promise<readonly TableListing[]> {
    return [{ name: 'People', path: 'People', canPreview: true, canFetchSchema: true }];
  }

  async describe(table: string): Promise<TableDescription> {
    const { telling, deltaColumns, keyColumns } = this;
    return {
      table,
      columns: [
        { name: 'Id', type: 'string' },
        { name: 'Name', type: 'string' },
        { name: 'Born', type: 'string' },
        { name: 'Changed', type: 'date-time' },
        { name: 'Moved', type: 'date-time' },
        { name: 'IsDeleted', type: 'boolean' },
      ],
      keyColumns,
      deltaColumns,
      ...(telling === 'tokens' && { tracksChanges: true }),
      ...(telling !== 'nothing' && { deletions: { column: 'IsDeleted', keptDays: DELETIONS_KEPT_DAYS } }),
    };
  }

  async preview(): Promise<readonly Record<string, unknown>[]> {
    return [...this.rows].map(([id, name]) => ({ Id: id, Name: name }));
  }

  async clock(): Promise<Date> {
    return this.now;
  }

  async plan(request: ReadRequest): Promise<readonly Partition[]> {
    this.requests.push(request);
    if (!this.refusesLate) this.#requireKnown(request);
    const token = request.changes === undefined ? undefined : String(this.#history.length);
    const state = { rows: this.#rowsFor(request), names: request.columns, token, request };
    return [{ id: 'job', announcedRows: undefined, state }];
  }

  async count(request: ReadRequest): Promise<number> {
    return this.#rowsFor(request).length;
  }

  async read({ state }: Partition, sink: Sink, signal?: AbortSignal): Promise<void> {
    // All of it was put there by `plan`, and has been JSON meanwhile.
    const { rows, names, token, request } = state as unknown as {
      rows: readonly Record<string, string>[];
      names: readonly string[];
      token?: string;
      request: ReadRequest;
    };
    if (this.refusesLate) this.#requireKnown(request);
    const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
    for (let page = Number(sink.resumeFrom ?? 0); page < pages; page++) {
      await this.beforePage(page, signal);
      signal?.throwIfAborted();
      const own = rows.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
      const lines = [names.join(','), ...own.map((row) => names.map((name) => row[name] ?? '').join(','))];
      await sink.stage({
        format: { kind: 'csv' },
        rows: own.length,
        body: chunks(lines.join('\n')),
        next: page + 1 < pages ? String(page + 1) : undefined,
      });
    }
    if (token !== undefined) await sink.changesUpTo(token);
  }

  #requireKnown({ changes }: ReadRequest): void {
    if (changes?.since !== undefined && Number(changes.since) < this.#oldestToken)
      throw new SourceError('expired', 'TOKEN_TOO_OLD', 'that token is known no more');
  }

  #rowsFor({ window, includeDeleted, changes }: ReadRequest): readonly Record<string, string>[] {
    const told = [...this.#newest(Number(changes?.since ?? 0)).values()];
    const oldest = this.now.getTime() - DELETIONS_KEPT_DAYS * 24 * 60 * 60 * 1000;
    return told
      .filter(({ isDeleted, at }) => {
        if (isDeleted && changes?.since === undefined && (!includeDeleted || at.getTime() < oldest))
          return false;
        return !window || ((window.after === undefined || at > window.after) && at <= window.upTo);
      })
      .map(({ id, name, at, isDeleted }) => ({
        Id: id,
        // Of a row that is gone nothing is certain but its key.
        ...(isDeleted ? {} : { Name: name, Born: this.born.get(id) ?? '1990' }),
        Changed: at.toISOString(),
        Moved: at.toISOString(),
        IsDeleted: String(isDeleted),
      }));
  }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${text}\n`);
}
