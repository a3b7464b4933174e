import { quoteLiteral } from '@tributary/data-prep';

/** Records longer than this are rejected as corrupt. Twice this much is buffered for each thread. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const BUFFER_BYTES = 2 * MAX_RECORD_BYTES;

/**
 * Why files are read. Of files that are to land, unreadable CSV records are noted in DuckDB's reject tables, and all
 * columns must be there. Files that landed before are only compared with: unreadable records are passed over, and
 * columns that were not asked for then are null.
 */
export type Purpose = 'land' | 'compare';

/** The name of a source column's raw text in staged relations: names of sources are data, not SQL. */
export function rawName(columnIndex: number): string {
  return `r${columnIndex}`;
}

/** The column of staged relations that holds a record that is no row, as it stands in its file; null for rows. */
export const UNREADABLE = 'unreadable';

/** Select list entry of {@link UNREADABLE} where what cannot be read is no row of the relation at all. */
export const READABLE = `CAST(NULL AS VARCHAR) AS ${UNREADABLE}`;

export function pathList(files: readonly { readonly path: string }[]): string {
  return `[${files.map(({ path }) => quoteLiteral(path)).join(', ')}]`;
}

/** A text of records. */
export interface RecordText {
  /** Whether it is read right by one thread only. */
  readonly isSequential: boolean;
}

/** Options of DuckDB's CSV reader: how much a record may take, and what becomes of one that cannot be read. */
export function recordOptions(purpose: Purpose, { isSequential }: RecordText): readonly string[] {
  return [
    `max_line_size = ${MAX_RECORD_BYTES}`,
    `buffer_size = ${BUFFER_BYTES}`,
    `parallel = ${!isSequential}`,
    purpose === 'land' ? 'store_rejects = true' : 'ignore_errors = true',
  ];
}
