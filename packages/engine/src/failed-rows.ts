import { dirname, relative, sep } from 'node:path';
import { quoteLiteral } from '@tributary/data-prep';
import type { CompiledMapping } from './compile-mapping.ts';
import { type FileLayout, hasRejects, headerRecords } from './file-layout.ts';
import { isNestedTooDeep, MAX_JSON_DEPTH } from './json-depth.ts';
import { type Contenders, numbered, withoutSuperseded } from './keyed-rows.ts';
import { withLanded } from './landed-rows.ts';
import { UNREADABLE } from './relation-parts.ts';
import { CORRUPT_ROW, ERROR_TYPE, errorEntry } from './row-checks.ts';
import { looksAtAll, rawJson, rawName, rawNames } from './staged-rows.ts';
import type { TransformRequest } from './transform.ts';

/** The second pass, for diagnostics. Needs a database of its own that keeps the order of rows. */
export interface FailedRowsSql {
  readonly setup: readonly string[];
  /** One statement for each staged file. */
  readonly collect: readonly string[];
  /** Gives each collected row its number in its file. */
  readonly number: readonly string[];
  /** Returns `file`, the places of the staged files that some of these rows are of. */
  readonly files: string;
  /** Returns one row: `failed`, `corrupt`. */
  readonly total: string;
  /** Returns `code`, `column`, `message`, `rows`, most rows first. */
  readonly countByError: string;
  /** Writes rows that could be read but not landed, as JSON lines. */
  writeConversionErrors(path: string): string;
  /** Writes rows that could not be read, as JSON lines. */
  writeParsingErrors(path: string): string;
}

export function compileFailedRows(
  request: TransformRequest,
  staged: readonly FileLayout[],
  landed: readonly FileLayout[],
  mapping: CompiledMapping,
  contending: Contenders,
): FailedRowsSql {
  const { columns } = request;
  const root = commonFolder(staged.map(({ path }) => path));
  const files = staged.map((layout, file) => {
    const { path, name } = layout;
    const shown = name === path ? relative(root, path) : name;
    return `(${file}, ${quoteLiteral(path)}, ${quoteLiteral(shown)}, ${headerRecords(layout)})`;
  });
  const fields = columns.map(
    (column, index) => `${quoteLiteral(column.name)}, ${rawJson(column, rawName(index))}`,
  );
  return {
    setup: [
      `CREATE TEMP TABLE files AS SELECT * FROM (VALUES ${files.join(', ')}) AS t(file, path, name, header_records)`,
      `CREATE TEMP TABLE failed (file INTEGER, readable_row BIGINT, errors ${ERROR_TYPE}[], ` +
        `${columns.map((_, index) => `${rawName(index)} VARCHAR`).join(', ')})`,
    ],
    collect: staged.map((layout, file) => {
      const staged = withoutSuperseded(numbered(layout, file, request), contending);
      const rows = mapping.evaluate(withLanded(staged, landed, request));
      const errors = `CASE WHEN ${UNREADABLE} IS NULL THEN ${mapping.errors} ELSE ${NO_ROW} END`;
      const fails = `${UNREADABLE} IS NOT NULL OR ${mapping.fails} OR NOT ${looksAtAll(columns)}`;
      return (
        `INSERT INTO failed SELECT ${file}, readable_row, ${errors}, ${rawNames(columns)} ` +
        `FROM (${rows}) WHERE NOT landed AND NOT (${contending.isGone(mapping)}) AND (${fails})`
      );
    }),
    number: [staged.some(hasRejects) ? CORRUPT_CSV_ROWS : NO_CORRUPT_ROWS, NUMBERED_ROWS],
    files: 'SELECT file FROM failed UNION SELECT file FROM corrupt',
    total: 'SELECT (SELECT count(*) FROM failed) AS failed, (SELECT count(*) FROM corrupt) AS corrupt',
    countByError:
      `SELECT e.code AS code, e."column" AS "column", e.message AS message, count(*) AS rows ` +
      `FROM (SELECT unnest(errors) AS e FROM failed) GROUP BY ALL ` +
      `UNION ALL SELECT '${CORRUPT_ROW}', '', message, count(*) FROM corrupt GROUP BY ALL ` +
      `ORDER BY rows DESC, code, "column", message`,
    writeConversionErrors: (path) =>
      writeJsonLines(
        `SELECT json_object(${fields.join(', ')}, '_errors', errors, '_filename', name, '_row', data_row) ` +
          `FROM numbered JOIN files USING (file) ORDER BY file, data_row`,
        path,
      ),
    writeParsingErrors: (path) =>
      writeJsonLines(
        `SELECT json_object('_corrupt_record', record, '_errors', ` +
          `[{'code': '${CORRUPT_ROW}', 'message': message, 'column': '', 'value': NULL}], ` +
          `'_filename', name, '_row', data_row) ` +
          `FROM corrupt JOIN files USING (file) ORDER BY file, data_row`,
        path,
      ),
  };
}

/** The error of a record that is no row. */
const NO_ROW =
  `CASE WHEN ${isNestedTooDeep(UNREADABLE)} ` +
  `THEN ${noRow(`its JSON is nested more than ${MAX_JSON_DEPTH} levels deep`)} ELSE ${noRow('it is no JSON object')} END`;

function noRow(why: string): string {
  const message = `The row can't be read: ${why}.`;
  return `[${errorEntry({ code: CORRUPT_ROW, message, column: '', value: `left(${UNREADABLE}, 1000)` })}]`;
}

/**
 * Corrupt records are not among the readable rows, but are rows of their file: `readable_before` is how many readable
 * ones stand before each. DuckDB's `line` counts records, the header first; a record may have several faults.
 */
const CORRUPT_CSV_ROWS = `
  CREATE TEMP TABLE corrupt AS
  SELECT file, data_row, record, 'The row can''t be read: ' || fault || '.' AS message,
    data_row - row_number() OVER (PARTITION BY file ORDER BY data_row) AS readable_before
  FROM (
    SELECT file, line - min(header_records) AS data_row, min(csv_line) AS record, lower(min(CAST(error_type AS VARCHAR))) AS fault
    FROM reject_errors JOIN reject_scans USING (scan_id, file_id) JOIN files ON path = file_path
    GROUP BY file, line)`;

const NO_CORRUPT_ROWS =
  'CREATE TEMP TABLE corrupt (file INTEGER, data_row BIGINT, record VARCHAR, message VARCHAR, readable_before BIGINT)';

const NUMBERED_ROWS = `
  CREATE TEMP VIEW numbered AS
  SELECT failed.*, readable_row + coalesce(corrupt_before, 0) AS data_row
  FROM failed ASOF LEFT JOIN (
    SELECT file, readable_before, max(data_row - readable_before) AS corrupt_before FROM corrupt GROUP BY ALL) c
  ON failed.file = c.file AND failed.readable_row > c.readable_before`;

/** JSON text holds neither line ends nor the delimiter unescaped, so that the CSV writer leaves it as it is. */
function writeJsonLines(query: string, path: string): string {
  return `COPY (${query}) TO ${quoteLiteral(path)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001')`;
}

/** The deepest folder that holds all paths: below it, names tell files apart. */
function commonFolder(paths: readonly string[]): string {
  const folders = paths.map((path) => dirname(path).split(sep));
  const [first = []] = folders;
  const depth = first.findIndex((name, index) => folders.some((folder) => folder[index] !== name));
  return (depth === -1 ? first : first.slice(0, depth)).join(sep) || sep;
}
