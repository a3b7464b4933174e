import { quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import { deletedAsRow, withLiveRowsMarked } from './deleted-rows.ts';
import { delimitedRelation } from './delimited-rows.ts';
import { EngineError, UNREADABLE_PAGE } from './engine-error.ts';
import { type CsvLayout, type FileLayout, isJsonRows, type JsonPageLayout } from './file-layout.ts';
import { isNestedTooDeep } from './json-depth.ts';
import { jsonFields, jsonRowsRelation } from './json-rows.ts';
import { parquetRelation } from './parquet-rows.ts';
import { type Purpose, pathList, READABLE, rawName, recordOptions, UNREADABLE } from './relation-parts.ts';
import { isStagedAsJson } from './source-types.ts';

export { type Purpose, rawName } from './relation-parts.ts';

/**
 * SQL for a column's raw text as a JSON value: what is nested stays so, unless too deep, anything else is a
 * text.
 */
export function rawJson(column: SourceColumn, raw: string): string {
  if (!isStagedAsJson(column)) return raw;
  const nested = `CASE WHEN NOT ${isNestedTooDeep(raw)} THEN TRY_CAST(${raw} AS JSON) END`;
  return `coalesce(${nested}, to_json(${raw}))`;
}

/** All raw texts of a row, for a select list. */
export function rawNames(columns: readonly SourceColumn[]): string {
  return columns.map((_, index) => rawName(index)).join(', ');
}

/**
 * Relations over the raw text of all source columns (`r0`, `r1`, … in the order of `columns`, VARCHAR, null
 * where the source has none), and the record that is no row as `unreadable`. Files that can be read alike
 * share one.
 */
export function stagedRelations(
  layouts: readonly FileLayout[],
  columns: readonly SourceColumn[],
  purpose: Purpose,
): readonly string[] {
  const alike = <T extends FileLayout>(files: readonly T[], key: (file: T) => unknown) => [
    ...Map.groupBy(files, (file) => JSON.stringify(key(file))).values(),
  ];
  const csvFiles = layouts.filter((layout) => layout.kind === 'csv');
  const jsonPages = layouts.filter((layout) => layout.kind === 'json-page');
  const delimited = layouts.filter((layout) => layout.kind === 'delimited');
  const jsonRows = layouts.filter(isJsonRows);
  const parquet = layouts.filter((layout) => layout.kind === 'parquet');
  return [
    ...alike(csvFiles, ({ header, isSequential }) => [header, isSequential]).map((files) =>
      csvRelation(files, columns, purpose),
    ),
    ...alike(jsonPages, ({ rowsAt, keys = {}, deletions }) => [rowsAt, keys, deletions]).map((pages) =>
      jsonPageRelation(pages, columns, purpose),
    ),
    ...alike(delimited, ({ path: _, name: __, ...layout }) => layout).map((files) =>
      delimitedRelation(files, columns, purpose),
    ),
    ...alike(jsonRows, ({ kind, isArray, isSequential }) => [kind, isArray, isSequential]).map((files) =>
      jsonRowsRelation(files, columns, purpose),
    ),
    ...alike(parquet, (layout) => layout.columns).map((files) => parquetRelation(files, columns)),
  ];
}

/**
 * An expression that is true of every row and makes DuckDB read all of it: it checks only columns that are
 * looked at, and reads nothing at all for a filter that it knows to be false.
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
  if (first === undefined) throw new RangeError('no files');
  const { header } = first;
  const selected = columns.map((column, index) => {
    const position = header.indexOf(column.name);
    if (position === -1 && purpose === 'compare') return `CAST(NULL AS VARCHAR) AS ${rawName(index)}`;
    if (position === -1 || position !== header.lastIndexOf(column.name)) {
      const times = position === -1 ? 'no column' : 'more than one column';
      throw new EngineError('invalid', `${first.name} has ${times} named ${JSON.stringify(column.name)}.`);
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
    ...recordOptions(purpose, first),
    `columns = {${header.map((_, position) => `'c${position}': 'VARCHAR'`).join(', ')}}`,
  ];
  return `SELECT ${selected.join(', ')}, ${READABLE} FROM read_csv(${pathList(files)}, ${options.join(', ')})`;
}

/** All pages have the format of the first. */
function jsonPageRelation(
  pages: readonly JsonPageLayout[],
  columns: readonly SourceColumn[],
  purpose: Purpose,
): string {
  const { rowsAt = '', keys = {}, deletions } = pages[0] ?? {};
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
  const { extracted, selected } = jsonFields(columns, 'item', keyOf);
  const fields =
    `CASE WHEN ${UNREADABLE} IS NOT NULL THEN NULL WHEN json_type(item) = 'OBJECT' THEN ${extracted} ` +
    `ELSE ${unreadable('holds something else than objects')} END`;
  const items = `CASE WHEN ${rows} IS NULL THEN ${unreadable('is no array')} ELSE ${rows} END`;
  const objects = `SELECT unnest(${items}) AS item FROM read_json(${pathList(pages)}, ${options.join(', ')})`;
  const keyless = unreadable('holds a deleted row without its key');
  const rowObjects =
    deletions === undefined
      ? objects
      : `SELECT ${deletedAsRow('item', deletions, keyOf, keyless)} AS item FROM (${objects})`;
  const tooDeep = `CASE WHEN ${isNestedTooDeep('record')} THEN record END AS ${UNREADABLE}`;
  const told = `SELECT item, ${tooDeep} FROM (SELECT item, CAST(item AS VARCHAR) AS record FROM (${rowObjects}))`;
  const relation =
    `SELECT ${selected.join(', ')}, ${UNREADABLE} FROM (SELECT ${UNREADABLE}, ${fields} AS fields FROM (${told}))` +
    (purpose === 'compare' ? ` WHERE ${UNREADABLE} IS NULL` : '');
  return deletions === undefined ? relation : withLiveRowsMarked(relation, deletions, columns);
}
