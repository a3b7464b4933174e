import type { SourceColumn } from '@tributary/xdm';

/** One entry of a source's listing. */
export interface TableListing {
  /** Left out: a table. Folders and files are those of a file source. */
  readonly kind?: 'table' | 'folder' | 'file';
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
  /** How the source tells of rows that are gone; undefined where it does not. */
  readonly deletions?: Deletions;
  /** Whether changes can be read by a token instead of a window (see {@link ReadRequest.changes}). */
  readonly tracksChanges?: boolean;
  /**
   * Whether rows come in items that land once in each version, such as files (see {@link Partition.item}).
   * Such a table has no window: what is new of it are its new items.
   */
  readonly isItemwise?: boolean;
  /**
   * Whether items were passed over that could not be looked into: a column that is not told of may be in
   * them.
   */
  readonly hasUnseenItems?: boolean;
  /** Whether types are found by looking at a sample, so that who declares a column's type knows better. */
  readonly hasInferredTypes?: boolean;
  /** Columns that the source computes, and that change without moving a delta column. */
  readonly computedColumns?: readonly string[];
  /** What people should know of the table: columns that cannot be read, and why. */
  readonly notices?: readonly string[];
}

/** Rows that are gone stay readable for a while, or come as a part of the changes. */
export interface Deletions {
  /**
   * The boolean column, among the table's, that is true of a row that is gone. All its other columns may be
   * null but for the key.
   */
  readonly column: string;
  /** For how many days a deletion can be read; undefined: for good. */
  readonly keptDays?: number;
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
  /**
   * Undefined reads the whole table as it stands. Of a source of files, those that were changed in it,
   * whatever its column.
   */
  readonly window: ReadWindow | undefined;
  /** Whether rows that are gone are read too, marked in the table's deletion column. */
  readonly includeDeleted?: boolean;
  /**
   * Reads what has changed since a token was given, deletions among it, in place of a window; without a token
   * all rows, and a token to begin with. Only for tables that track changes. A token that is too old is
   * refused as `expired`.
   */
  readonly changes?: { readonly since: string | undefined };
}

/** What is meant to be read of a table whose rows come in items. */
export interface IntendedReading {
  /** Columns of which an item must have one to be read; undefined where they are not known. */
  readonly columns: readonly string[] | undefined;
  /** Items that are not read in these versions, since they could not be. */
  readonly heldBack: readonly PartitionItem[];
}

/** How a staged file is to be read. Files are kept in the source's own format, never rewritten. */
export type StagedFormat =
  /** RFC 4180 with a header row, UTF-8, comma, double quotes; an empty field is null. */
  | { readonly kind: 'csv' }
  /**
   * One JSON document whose array under `rowsAt` holds the rows as objects. `keys` names the members of those
   * objects that hold columns of another name.
   */
  | {
      readonly kind: 'json-page';
      readonly rowsAt: string;
      readonly keys?: Readonly<Record<string, string>>;
      readonly deletions?: DeletedRows;
    }
  /**
   * Text with a delimiter, UTF-8, not compressed. Without a header columns are named `column_1`, `column_2`,
   * ….
   */
  | {
      readonly kind: 'delimited';
      /** One character. */
      readonly delimiter: string;
      /** One character; empty where no field is quoted. */
      readonly quote: string;
      /** What stands before a quote within a quoted field; the quote itself where it is doubled. */
      readonly escape: string;
      readonly hasHeader: boolean;
      /** The text that means null, unquoted; a quoted one means itself. */
      readonly nullText: string;
    }
  /** One JSON object a line. */
  | { readonly kind: 'json-lines' }
  /** One JSON document: an array of objects, or one object. */
  | { readonly kind: 'json-array' }
  | { readonly kind: 'parquet' };

/** Which objects of a page tell of rows that are gone, rather than hold rows. */
export interface DeletedRows {
  /** The boolean column that is true of them, and false of all others. */
  readonly column: string;
  /** They are those whose member of this name is a text that ends so. */
  readonly marker: { readonly member: string; readonly ending: string };
  /** The member that holds the key, and the key's column. */
  readonly key: { readonly member: string; readonly column: string };
}

/**
 * A part of a read that can be fetched and retried on its own. It is JSON: it is stored with the run and may
 * be read by another process after a crash. Only the connector that made it understands `state`.
 */
export interface Partition {
  readonly id: string;
  /** Rows the source announced, where it told. */
  readonly announcedRows: number | undefined;
  readonly state: Readonly<Record<string, unknown>>;
  /** Why it is read in another way than usual, for people: a fall-back is told, never silent. */
  readonly notice?: string;
  /**
   * Something that lands once in this version, such as a file: a flow that has landed it before is not given
   * it again.
   */
  readonly item?: PartitionItem;
}

export interface PartitionItem {
  readonly name: string;
  /** Changes whenever its content does. */
  readonly version: string;
}

/**
 * One page of a partition, on its way to a staged file of its own. Some sources tell only in the last bytes
 * of a page how many rows it has and where reading goes on: `rows` and `next` hold once the body has been
 * read to its end. Until then `rows` is undefined, unless it is known already.
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
  /**
   * Streams the page to disk; once it resolves the page and its `next` survive a crash. Rejects if the body
   * breaks off.
   */
  stage(page: Page): Promise<void>;
  /** Tells the token that the next read of changes begins at, once all pages are staged. */
  changesUpTo(token: string): Promise<void>;
}

/**
 * A place that rows come from. A source knows nothing of flows, XDM or the lake.
 * Every method rejects with a {@link SourceError} for what the source or the network did.
 */
export interface Source {
  /** Proves that the credentials work. */
  check(signal?: AbortSignal): Promise<void>;
  /** Lists the tables; of a file source what lies in a folder, or at its root. */
  explore(folder?: string, signal?: AbortSignal): Promise<readonly TableListing[]>;
  /**
   * `reading` is what is meant to be read of it, where that is known: an item that will not be read, or cannot
   * be, tells nothing of a table's columns. Sources whose tables are not read item by item pass it over.
   */
  describe(table: string, signal?: AbortSignal, reading?: IntendedReading): Promise<TableDescription>;
  /** The first `limit` rows, as JSON values by column name. */
  preview(table: string, limit: number, signal?: AbortSignal): Promise<readonly Record<string, unknown>[]>;
  /** The source's own time, never this machine's. */
  clock(signal?: AbortSignal): Promise<Date>;
  /**
   * Fixes how a read is split. May start work at the source (a bulk job) whose handle the partitions carry.
   */
  plan(request: ReadRequest, signal?: AbortSignal): Promise<readonly Partition[]>;
  /** Reads one partition to its end, page by page, from `sink.resumeFrom` on. */
  read(partition: Partition, sink: Sink, signal?: AbortSignal): Promise<void>;
  /**
   * The partition of an item as the item is by now, under the same id, where it has changed since it was
   * planned; undefined where it is gone. Sources have it whose tables are read item by item.
   */
  renew?(partition: Partition, signal?: AbortSignal): Promise<Partition | undefined>;
  /**
   * How many rows the source has now for a request, to hold what arrived against; undefined where it does not
   * tell.
   */
  count(request: ReadRequest, signal?: AbortSignal): Promise<number | undefined>;
}

/** What went wrong at a source, by what can be done about it. */
export type SourceErrorKind =
  /** Credentials are wrong or lack a right: only the user can mend it. */
  | 'refused'
  /** Table, column or query does not exist there: only the user can mend it. */
  | 'invalid'
  /** Limits or a passing fault, after all retries: a later attempt may succeed. */
  | 'busy'
  /** The partition's handle is gone (job deleted, locator expired, change token too old): plan again. */
  | 'expired'
  /** The share of the source's allowance that may be used is used up: go on later, with what is staged. */
  | 'limited';

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
