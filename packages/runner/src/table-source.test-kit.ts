import type {
  Partition,
  ReadRequest,
  ReadWindow,
  Sink,
  Source,
  TableDescription,
  TableListing,
} from '@tributary/connectors';
import type { SourceColumn } from '@tributary/xdm';

export interface SourceRow {
  readonly id: string;
  readonly stamp: string;
  readonly name?: string;
  readonly born?: string;
  /** Values of further columns, by name. */
  readonly more?: Readonly<Record<string, string>>;
}

/** What the table is made of, unless a test says otherwise. */
export const peopleColumns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'Name', type: 'string' },
  { name: 'Born', type: 'string' },
  { name: 'Changed', type: 'date-time' },
];

/**
 * A source of one table, in memory, that fixes the rows of a partition when it is planned, as a bulk job does, and sends
 * them in pages of {@link PAGE_ROWS}. `beforePage` is awaited before each page: there a test lets happen what it is about.
 */
export class TableSource implements Source {
  now = new Date('2026-03-01T12:00:00Z');
  rows: SourceRow[] = [];
  /** Pages sent so far, as `partition/position`. */
  sent: string[] = [];
  announcedTooMany = 0;
  columns: readonly SourceColumn[] = peopleColumns;
  deltaColumns: readonly string[] = ['Changed'];
  /** What the source counts, given how many rows it has for the request. */
  counted: (rows: number, request: ReadRequest) => number | undefined = (rows) => rows;
  /** Why the partition is read in another way than usual. */
  fallBack: string | undefined;
  tableNotices: readonly string[] = [];
  computedColumns: readonly string[] = [];
  /** Columns that pages come without, though they were asked for. */
  leftOut: readonly string[] = [];
  beforePage: (page: string, signal: AbortSignal | undefined) => Promise<void> | void = () => undefined;

  async check(): Promise<void> {}

  async explore(): Promise<readonly TableListing[]> {
    return [{ name: 'People', path: 'People', canPreview: true, canFetchSchema: true }];
  }

  async describe(table: string): Promise<TableDescription> {
    const { columns, deltaColumns, computedColumns, tableNotices: notices } = this;
    return { table, columns, keyColumns: ['Id'], deltaColumns, computedColumns, notices };
  }

  async preview(): Promise<readonly Record<string, unknown>[]> {
    return this.rows.map(({ id, name }) => ({ Id: id, Name: name }));
  }

  async clock(): Promise<Date> {
    return this.now;
  }

  async plan({ window, columns: names }: ReadRequest): Promise<readonly Partition[]> {
    const notice = this.fallBack === undefined ? {} : { notice: this.fallBack };
    return [{ id: 'job', announcedRows: undefined, state: { rows: this.#rowsIn(window), names }, ...notice }];
  }

  async count(request: ReadRequest): Promise<number | undefined> {
    return this.counted(this.#rowsIn(request.window).length, request);
  }

  #rowsIn(window: ReadWindow | undefined): readonly SourceRow[] {
    return this.rows.filter(({ stamp }) => {
      const at = new Date(stamp);
      return !window || ((window.after === undefined || at > window.after) && at <= window.upTo);
    });
  }

  async read({ id, state }: Partition, sink: Sink, signal?: AbortSignal): Promise<void> {
    // Both were put there by `plan`.
    const { rows, names } = state as unknown as { rows: SourceRow[]; names: string[] };
    const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
    for (let page = Number(sink.resumeFrom ?? 0); page < pages; page++) {
      await this.beforePage(`${id}/${page}`, signal);
      signal?.throwIfAborted();
      const own = rows.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
      const sent = names.filter((name) => !this.leftOut.includes(name));
      const text = [sent, ...own.map((row) => sent.map((name) => cellOf(row, name)))].map(csvLine);
      this.sent.push(`${id}/${page}`);
      const announced = own.length + this.announcedTooMany;
      const next = page + 1 < pages ? String(page + 1) : undefined;
      // Some sources tell of a page at its end only, and whoever asks before is misled.
      let isRead = false;
      await sink.stage({
        format: { kind: 'csv' },
        body: chunks(text.join('\n'), () => (isRead = true)),
        get rows() {
          return isRead ? announced : 0;
        },
        get next() {
          return isRead ? next : undefined;
        },
      });
    }
  }
}

export const PAGE_ROWS = 2;

function cellOf(row: SourceRow, column: string): string {
  const cells = new Map([
    ...Object.entries(row.more ?? {}),
    ['Id', row.id],
    ['Name', row.name ?? 'Doe'],
    ['Born', row.born ?? '1990'],
    ['Changed', row.stamp],
  ]);
  return cells.get(column) ?? '';
}

function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

async function* chunks(text: string, onEnd: () => void): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${text}\n`);
  onEnd();
}
