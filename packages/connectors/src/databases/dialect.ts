import type { Readable } from 'node:stream';
import type { SourceColumn } from '@tributary/xdm';
import type { OutboundClient } from '../outbound/client.ts';
import type { OutboundError } from '../outbound/errors.ts';
import type { SourceError, StagedFormat } from '../source.ts';
import type { DatabaseParams } from './database-params.ts';
import type { TimeColumn } from './delta-columns.ts';
import type { TablePath } from './table-path.ts';
import type { TimeRange } from './window-bounds.ts';

/** A row of a query whose every value is text, as the database writes it. */
export type TextRow = Readonly<Record<string, string | null>>;

/** One connection to a database, for one piece of work. Its methods reject with what {@link Dialect.failureOf} reads. */
export interface DatabaseSession {
  /** The zone of columns that keep none, `UTC` where it is that. */
  readonly zone: string;
  rows(sql: string): Promise<readonly TextRow[]>;
  /** The rows of a select in {@link STAGED_FORMAT}, as they come: nothing looks into them. */
  text(select: TextSelect): StagedText;
  /** Takes leave. Never rejects. */
  end(): Promise<void>;
  /** Stops what runs at the server, and drops the connection. Never rejects; may be called more than once. */
  abandon(): Promise<void>;
}

/** A query whose rows are to be staged, made by {@link Dialect.textSelect}. */
export interface TextSelect {
  readonly sql: string;
  readonly header: readonly string[];
}

export interface StagedText {
  readonly body: AsyncIterable<Uint8Array>;
  /** What the body comes out of, to be let go. */
  readonly stream: Readable;
  /** How many rows there were; undefined until the body has been read to its end. */
  rows(): number | undefined;
}

/**
 * A character that hardly any text holds, so that hardly any has quotes to double: to double each of many, as in JSON, takes
 * MariaDB a time that grows with the square of the text's length.
 */
export const QUOTE = '\u0001';

/** How both databases' rows are staged: no text is taken for null, whatever it is. */
export const STAGED_FORMAT: StagedFormat = {
  kind: 'delimited',
  delimiter: ',',
  quote: QUOTE,
  escape: QUOTE,
  hasHeader: true,
  nullText: '\\N',
};

export interface DatabaseColumn {
  readonly column: SourceColumn;
  /** SQL for the column's text, in the form that its type is read in; null for null. */
  readonly text: string;
  /** Whether that text is never empty, and never holds a delimiter, a quote or a line end. */
  readonly isPlain: boolean;
  /** SQL that is true of rows whose value lies in a range; undefined for columns that hold no point in time. */
  readonly within?: (range: TimeRange) => string;
}

/** A column that a table's rows lie along, so that a read can be split into ranges of it. */
export interface RangeColumn {
  readonly name: string;
  readonly kind: 'integer' | 'text';
}

export interface DatabaseTable {
  readonly path: { readonly schema: string; readonly table: string };
  readonly columns: ReadonlyMap<string, DatabaseColumn>;
  readonly keyColumns: readonly string[];
  /** The first column of an index over a key; undefined where there is none that can be split. */
  readonly rangeColumn: RangeColumn | undefined;
  readonly times: readonly TimeColumn[];
  readonly computedColumns: readonly string[];
  /** Columns that cannot be read, with the reason of each. */
  readonly unreadable: readonly string[];
}

/** What one kind of database does in its own way. */
export interface Dialect {
  /** For people. */
  readonly name: string;
  open(params: DatabaseParams, outbound: OutboundClient): Promise<DatabaseSession>;
  /** What a failure of a session, or of opening one, means, without a secret. */
  failureOf(error: unknown, params: DatabaseParams): SourceError | OutboundError;
  /** SQL for the `schema` and `table` of each table and view that the user may read. */
  readonly tablesQuery: string;
  /** SQL for the server's time, in `milliseconds` since 1970. */
  readonly clockQuery: string;
  /** Undefined where there is no such table, or the user may not read it. */
  describe(session: DatabaseSession, path: TablePath): Promise<DatabaseTable | undefined>;
  /** How many rows a query is expected to have: the server's guess, which costs nothing. */
  estimate(session: DatabaseSession, select: string): Promise<number>;
  textSelect(columns: readonly DatabaseColumn[], from: string): TextSelect;
  quoteName(name: string): string;
}

/** A text as a literal: both databases are told to take a backslash for itself. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
