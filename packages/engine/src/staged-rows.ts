import { quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import { EngineError, UNREADABLE_PAGE } from './engine-error.ts';
import type { CsvLayout, FileLayout, JsonPageLayout } from './file-layout.ts';
import { jsonPointer } from './json-pointer.ts';
import { isStagedAsJson } from './source-types.ts';

/** Rows longer than this are rejected as corrupt. Twice this much is buffered for each thread. */
const MAX_CSV_LINE_BYTES = 16 * 1024 * 1024;
const CSV_BUFFER_BYTES = 2 * MAX_CSV_LINE_BYTES;

/**
 * Why files are read. Of files that are to land, unreadable CSV records are noted in DuckDB's reject tables, and all
 * columns must be there. Files that landed before are only compared with: unreadable records are passed over, and
 * columns that were not asked for then are null.
 */
export type Purpose = 'land' | 'compare';

/** The name of a source column's raw text in the relations built here: names of sources are data, not SQL. */
export function rawName(columnIndex: number): string {
  return `r${columnIndex}`;
}

/** SQL for a column's raw text as a JSON value: what is nested stays so, anything else is a text. */
export function rawJson(column: SourceColumn, raw: string): string {
  return isStagedAsJson(column) ? `coalesce(TRY_CAST(${raw} AS JSON), to_json(${raw}))` : raw;
}

/** All raw texts of a row, for a select list. */
export function rawNames(columns: readonly SourceColumn[]): string {
  return columns.map((_, index) => rawName(index)).join(', ');
}

/**
 * Relations over the raw text of all source columns (`r0`, `r1`, … in the order of `columns`, VARCHAR, null
 * where the source has none). Files that can be read alike share one.
 */
export function stagedRelations(
  layouts: readonly FileLayout[],
  columns: readonly SourceColumn[],
  purpose: Purpose,
): readonly string[] {
  const csvFiles = layouts.filter((layout) => layout.kind === 'csv');
  const jsonPages = layouts.filter((layout) => layout.kind === 'json-page');
  return [
    ...[...Map.groupBy(csvFiles, ({ header }) => JSON.stringify(header)).values()].map((files) =>
      csvRelation(files, columns, purpose),
    ),
    ...[...Map.groupBy(jsonPages, ({ rowsAt, keys = {} }) => JSON.stringify([rowsAt, keys])).values()].map(
      (pages) => jsonPageRelation(pages, columns),
    ),
  ];
}

/**
 * An expression that is true of every row and makes DuckDB read all of it: it checks only columns that are looked at, and
 * reads nothing at all for a filter that it knows to be false.
 */
export function looksAtAll(columns: readonly SourceColumn[]): string {
  return `strlen(coalesce(${rawNames(columns)}, '')) >= 0`;
}

/** All files have the header of the first. */
function csvRelation(
  files: readonly CsvLayout[],
  columns: readonly SourceColumn[],
  purpose: Purpose,
): string {
  const [first] = files;
  const header = first?.header ?? [];
  const selected = columns.map((column, index) => {
    const position = header.indexOf(column.name);
    if (position === -1 && purpose === 'compare') return `CAST(NULL AS VARCHAR) AS ${rawName(index)}`;
    if (position === -1 || position !== header.lastIndexOf(column.name)) {
      const times = position === -1 ? 'no column' : 'more than one column';
      throw new EngineError('invalid', `${first?.path} has ${times} named ${JSON.stringify(column.name)}.`);
    }
    return `c${position} AS ${rawName(index)}`;
  });
  const options = [
    'auto_detect = false',
    'header = true',
    `delim = ','`,
    `quote = '"'`,
    `escape = '"'`,
    'null_padding = false',
    `max_line_size = ${MAX_CSV_LINE_BYTES}`,
    `buffer_size = ${CSV_BUFFER_BYTES}`,
    purpose === 'land' ? 'store_rejects = true' : 'ignore_errors = true',
    `columns = {${header.map((_, position) => `'c${position}': 'VARCHAR'`).join(', ')}}`,
  ];
  return `SELECT ${selected.join(', ')} FROM read_csv(${pathList(files)}, ${options.join(', ')})`;
}

/** All pages have the format of the first. */
function jsonPageRelation(pages: readonly JsonPageLayout[], columns: readonly SourceColumn[]): string {
  const { rowsAt = '', keys = {} } = pages[0] ?? {};
  const keyOf = (name: string) => (Object.hasOwn(keys, name) ? (keys[name] ?? name) : name);
  const rows = quoteIdentifier(rowsAt);
  const options = [
    `format = 'unstructured'`,
    `maximum_object_size = ${Math.max(...pages.map(({ bytes }) => bytes)) + 1}`,
    'records = true',
    `columns = {${rows}: 'JSON[]'}`,
  ];
  const unreadable = (what: string) =>
    `error(${quoteLiteral(`${UNREADABLE_PAGE} ${JSON.stringify(rowsAt)} ${what} in one of the JSON pages.`)})`;
  const flat = columns.filter((column) => !isStagedAsJson(column));
  const nested = columns.filter(isStagedAsJson);
  const pointers = (some: readonly SourceColumn[]) =>
    `CAST([${some.map(({ name }) => quoteLiteral(jsonPointer(keyOf(name)))).join(', ')}] AS VARCHAR[])`;
  const selected = columns.map((column, index) => {
    const raw = isStagedAsJson(column)
      ? `nullif(CAST(fields.nested[${nested.indexOf(column) + 1}] AS VARCHAR), 'null')`
      : `fields.flat[${flat.indexOf(column) + 1}]`;
    return `${raw} AS ${rawName(index)}`;
  });
  // A text within JSON is told from what it spells: `"1"` of a nested column stays in its quotation marks.
  const fields =
    `CASE WHEN json_type(item) = 'OBJECT' THEN ` +
    `{'flat': json_extract_string(item, ${pointers(flat)}), 'nested': json_extract(item, ${pointers(nested)})} ` +
    `ELSE ${unreadable('holds something else than objects')} END`;
  const items = `CASE WHEN ${rows} IS NULL THEN ${unreadable('is no array')} ELSE ${rows} END`;
  return (
    `SELECT ${selected.join(', ')} FROM (SELECT ${fields} AS fields FROM (SELECT unnest(${items}) AS item ` +
    `FROM read_json(${pathList(pages)}, ${options.join(', ')})))`
  );
}

function pathList(files: readonly FileLayout[]): string {
  return `[${files.map(({ path }) => quoteLiteral(path)).join(', ')}]`;
}
