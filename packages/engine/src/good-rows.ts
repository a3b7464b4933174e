import { quoteLiteral } from '@tributary/data-prep';
import type { CompiledMapping } from './compile-mapping.ts';
import { type FileLayout, hasRejects } from './file-layout.ts';
import { type Contenders, numbered, withoutSuperseded } from './keyed-rows.ts';
import { withLanded } from './landed-rows.ts';
import { fieldIds } from './parquet-fields.ts';
import { UNREADABLE } from './relation-parts.ts';
import { looksAtAll, stagedRelations } from './staged-rows.ts';
import { withStanding } from './standing-rows.ts';
import type { TargetField, TransformRequest } from './transform.ts';

/** Size at which the next data file is begun. Checked after each row group, so files end a little above it. */
export const DATA_FILE_BYTES = 256 * 1024 * 1024;

/** Size at which the next row group is begun. Each thread holds one in memory; cut by rows alone, wide ones would fill it. */
const ROW_GROUP_BYTES = 32 * 1024 * 1024;

/** Dictionary of a text column, allocated ahead for each column of a row group. DuckDB's own 1 MiB is much for 500 columns. */
const DICTIONARY_BYTES = 128 * 1024;

/** The first pass: writes the rows that land, in any order, and counts the others. */
export interface GoodRowsSql {
  readonly setup: readonly string[];
  /** Returns statistics, one row for each file written. */
  readonly write: string;
  /** Returns one row: `failed`, `skipped`, `unchanged`, `corrupt`. */
  readonly count: string;
}

export function compileGoodRows(
  request: TransformRequest,
  staged: readonly FileLayout[],
  landed: readonly FileLayout[],
  mapping: CompiledMapping,
  contending: Contenders,
): GoodRowsSql {
  const raw =
    contending.superseded === undefined
      ? stagedRelations(staged, request.columns, 'land')
      : staged.map((layout, file) => withoutSuperseded(numbered(layout, file, request), contending));
  const evaluated = mapping.evaluate(withLanded(raw.join(' UNION ALL '), landed, request));
  const isCompared = request.keyed?.table !== undefined;
  const rows = isCompared ? withStanding(evaluated, request, mapping) : evaluated;
  // Sequences count in the same pass what the filter drops, and cost nothing for rows that it keeps.
  const lands =
    `CASE WHEN landed THEN nextval('skipped_rows') IS NULL ` +
    // What is gone has been counted by its key.
    `WHEN ${contending.isGone(mapping)} THEN false ` +
    `WHEN ${UNREADABLE} IS NOT NULL OR ${mapping.fails} THEN nextval('failed_rows') IS NULL ` +
    `${isCompared ? `WHEN stands THEN nextval('unchanged_rows') IS NULL ` : ''}ELSE ${looksAtAll(request.columns)} END`;
  const options = dataFileOptions(mapping.fields);
  const corrupt = staged.some(hasRejects)
    ? '(SELECT count(*) FROM (SELECT DISTINCT scan_id, file_id, line_byte_position FROM reject_errors))'
    : '0';
  return {
    setup: COUNTED.map((rows) => `CREATE SEQUENCE ${rows}_rows`),
    write:
      `COPY (SELECT ${mapping.targetColumns} FROM (${rows}) WHERE ${lands}) ` +
      `TO ${quoteLiteral(request.dataDirectory)} (${options.join(', ')})`,
    count:
      `SELECT ${COUNTED.map((rows) => `${counted(`${rows}_rows`)} AS ${rows}`).join(', ')}, ` +
      `${corrupt} AS corrupt`,
  };
}

/** How data files with these columns are written, in the form of COPY's options. */
export function dataFileOptions(fields: readonly TargetField[]): readonly string[] {
  return [
    'FORMAT parquet',
    'COMPRESSION zstd',
    `ROW_GROUP_SIZE_BYTES ${ROW_GROUP_BYTES}`,
    `STRING_DICTIONARY_PAGE_SIZE_LIMIT ${DICTIONARY_BYTES}`,
    `FIELD_IDS ${fieldIds(fields)}`,
    `FILE_SIZE_BYTES ${DATA_FILE_BYTES}`,
    `FILENAME_PATTERN '{uuid}'`,
    // The folder may hold files of other runs; they stay as they are.
    'OVERWRITE_OR_IGNORE true',
    'WRITE_EMPTY_FILE false',
    'RETURN_STATS true',
  ];
}

/** What rows that do not land are counted as. */
const COUNTED = ['failed', 'skipped', 'unchanged'] as const;

function counted(sequence: string): string {
  return `(SELECT coalesce(last_value, 0) FROM duckdb_sequences() WHERE sequence_name = '${sequence}')`;
}
