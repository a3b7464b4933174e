import type { SourceColumn } from '@tributary/xdm';

/** One entry of a source's root listing. */
export interface TableListing {
  readonly name: string;
  readonly path: string;
  readonly canPreview: boolean;
  readonly canFetchSchema: boolean;
}

export interface TableDescription {
  readonly table: string;
  readonly columns: readonly SourceColumn[];
  /** Columns that identify a row; empty where the source has no key. */
  readonly keyColumns: readonly string[];
  /** Columns that move whenever a row changes, best first. */
  readonly deltaColumns: readonly string[];
}

/** A half-open range `(after, upTo]` on a delta column, in the source's own clock. */
export interface ReadWindow {
  readonly column: string;
  /** Exclusive lower bound; undefined reads from the beginning of time. */
  readonly after: Date | undefined;
  /** Inclusive upper bound. */
  readonly upTo: Date;
}

export interface ReadRequest {
  readonly table: string;
  readonly columns: readonly string[];
  /** Undefined reads the whole table as it stands. */
  readonly window: ReadWindow | undefined;
}

/** How a staged file is to be read. Files are kept in the source's own format, never rewritten. */
export type StagedFormat =
  /** RFC 4180 with a header row, UTF-8, comma, double quotes; an empty field is null. */
  | { readonly kind: 'csv' }
  /**
   * One JSON document whose array under `rowsAt` holds the rows as objects. `keys` names the members of those objects
   * that hold columns of another name.
   */
  | {
      readonly kind: 'json-page';
      readonly rowsAt: string;
      readonly keys?: Readonly<Record<string, string>>;
    };

/**
 * A part of a read that can be fetched and retried on its own. It is JSON: it is stored with the run and may be
 * read by another process after a crash. Only the connector that made it understands `state`.
 */
export interface Partition {
  readonly id: string;
  /** Rows the source announced, where it told. */
  readonly announcedRows: number | undefined;
  readonly state: Readonly<Record<string, unknown>>;
}

/**
 * One page of a partition, on its way to a staged file of its own. Some sources tell only in the last bytes of a page how
 * many rows it has and where reading goes on: `rows` and `next` hold once the body has been read to its end.
 */
export interface Page {
  readonly format: StagedFormat;
  /** Rows in this page, where the source tells. */
  readonly rows: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Where reading goes on after this page; undefined after the last. */
  readonly next: string | undefined;
}

/** Where a partition's pages go. */
export interface Sink {
  /** The `next` of the last page that is durably staged, when an earlier attempt was interrupted. */
  readonly resumeFrom: string | undefined;
  /** Streams the page to disk; once it resolves the page and its `next` survive a crash. Rejects if the body breaks off. */
  stage(page: Page): Promise<void>;
}

/**
 * A place that rows come from. A source knows nothing of flows, XDM or the lake.
 * Every method rejects with a {@link SourceError} for what the source or the network did.
 */
export interface Source {
  /** Proves that the credentials work. */
  check(signal?: AbortSignal): Promise<void>;
  /** Lists the tables at the root. */
  explore(signal?: AbortSignal): Promise<readonly TableListing[]>;
  describe(table: string, signal?: AbortSignal): Promise<TableDescription>;
  /** The first `limit` rows, as JSON values by column name. */
  preview(table: string, limit: number, signal?: AbortSignal): Promise<readonly Record<string, unknown>[]>;
  /** The source's own time, never this machine's. */
  clock(signal?: AbortSignal): Promise<Date>;
  /** Fixes how a read is split. May start work at the source (a bulk job) whose handle the partitions carry. */
  plan(request: ReadRequest, signal?: AbortSignal): Promise<readonly Partition[]>;
  /** Reads one partition to its end, page by page, from `sink.resumeFrom` on. */
  read(partition: Partition, sink: Sink, signal?: AbortSignal): Promise<void>;
}

/** What went wrong at a source, by what can be done about it. */
export type SourceErrorKind =
  /** Credentials are wrong or lack a right: only the user can mend it. */
  | 'refused'
  /** Table, column or query does not exist there: only the user can mend it. */
  | 'invalid'
  /** Limits or a passing fault, after all retries: a later attempt may succeed. */
  | 'busy'
  /** The partition's handle is gone (job deleted, locator expired): plan the same window again. */
  | 'expired';

export class SourceError extends Error {
  readonly kind: SourceErrorKind;
  /** The source's own error code, such as `INVALID_FIELD`. */
  readonly code: string;

  constructor(kind: SourceErrorKind, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.kind = kind;
    this.code = code;
  }
}
