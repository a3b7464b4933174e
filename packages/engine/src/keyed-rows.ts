import { columnsRead, quoteLiteral, sqlTypeOf } from '@tributary/data-prep';
import { type CompiledMapping, compileMapping } from './compile-mapping.ts';
import { EngineError } from './engine-error.ts';
import type { FileLayout } from './file-layout.ts';
import { keyTargets } from './key-checks.ts';
import { withLanded } from './landed-rows.ts';
import { heldSqlType, leafField } from './parquet-fields.ts';
import { parseSourceColumn } from './source-types.ts';
import { looksAtAll, rawName, stagedRelations } from './staged-rows.ts';
import type { KeyedRows, TargetField, TransformRequest } from './transform.ts';

/*
 * Rows that are told apart by a key. A pass of its own reads the keys before anything is written: it finds the rows of
 * which a newer version is staged (rows of a file are known by their numbers), and the keys that came. Which version is
 * the newest is decided before rows are checked: where that one fails, no older one lands in its place.
 */

/** The pass over the keys. Needs a database of its own that keeps the order of rows. */
export interface KeyPassSql {
  readonly setup: string;
  /** One statement for each staged file. */
  readonly collect: readonly string[];
  readonly rank: string;
  /** Returns one row: `superseded`, `deleted`, `unkeyed`. */
  readonly figures: string;
  /** Writes `file`, `readable_row` of the rows of which a newer version is staged. */
  writeSuperseded(path: string): string;
  /** Writes the keys that came: `k0`, `k1`, … and `gone`. */
  writeKeys(path: string): string;
}

export function compileKeyPass(
  request: TransformRequest,
  keyed: KeyedRows,
  staged: readonly FileLayout[],
  landed: readonly FileLayout[],
): KeyPassSql {
  const { columns, fields } = request;
  const mapping = compileKeys(request, keyed);
  const types = keyed.key.map((path) => heldSqlType(leafField(fields, path).type));
  const names = types.map((_, index) => `k${index}`);
  const version = versionOf(request, keyed);
  const isKeyed = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
  return {
    setup:
      `CREATE TEMP TABLE came (file INTEGER, readable_row BIGINT, landed BOOLEAN, gone BOOLEAN, ` +
      `version ${version.type}, ${types.map((type, index) => `${names[index]} ${type}`).join(', ')})`,
    collect: staged.map((layout, file) => {
      const rows = mapping.evaluate(withLanded(numbered(layout, file, request), landed, request));
      return (
        `INSERT INTO came SELECT file, readable_row, landed, ${goneSql(request, keyed)}, ${version.sql}, ` +
        `${mapping.keyValues.join(', ')} FROM (${rows}) WHERE ${looksAtAll(columns)}`
      );
    }),
    rank:
      `CREATE TEMP TABLE ranked AS SELECT *, row_number() OVER (PARTITION BY ${names.join(', ')} ` +
      `ORDER BY version DESC NULLS LAST, file DESC, readable_row DESC) = 1 AS wins FROM came WHERE ${isKeyed}`,
    figures:
      `SELECT count(*) FILTER (NOT wins) AS superseded, count(*) FILTER (wins AND gone AND NOT landed) AS deleted, ` +
      `(SELECT count(*) FROM came WHERE NOT (${isKeyed})) AS unkeyed FROM ranked`,
    writeSuperseded: (path) =>
      `COPY (SELECT file, readable_row FROM ranked WHERE NOT wins) TO ${quoteLiteral(path)} (FORMAT parquet)`,
    writeKeys: (path) =>
      `COPY (SELECT ${names.join(', ')}, gone FROM ranked WHERE wins) TO ${quoteLiteral(path)} (FORMAT parquet)`,
  };
}

/** The rows of a staged file with `file` and their number among the readable ones, `readable_row`. */
export function numbered(layout: FileLayout, file: number, { columns }: TransformRequest): string {
  const raw = stagedRelations([layout], columns, 'land').join();
  return `SELECT *, ${file}::INTEGER AS file, row_number() OVER () AS readable_row FROM (${raw})`;
}

/** Which of the staged rows the passes that write look at, as the pass over the keys found. */
export interface Contenders {
  /** Where the numbers of superseded rows are; undefined where there are none, or no key tells rows apart. */
  readonly superseded: string | undefined;
  /** Over an evaluated relation, never null: the row tells that its key is gone, and neither lands nor fails. */
  isGone(mapping: CompiledMapping): string;
}

export function contenders(request: TransformRequest, superseded: string | undefined): Contenders {
  const { keyed } = request;
  return {
    superseded,
    isGone: ({ keyValues }) =>
      keyed?.deletionColumn === undefined
        ? 'false'
        : [goneSql(request, keyed), ...keyValues.map((value) => `${value} IS NOT NULL`)].join(' AND '),
  };
}

/** The rows of a numbered relation of which no newer version is staged. */
export function withoutSuperseded(rows: string, { superseded }: Contenders): string {
  if (superseded === undefined) return rows;
  return (
    `SELECT n.* FROM (${rows}) n ANTI JOIN read_parquet(${quoteLiteral(superseded)}) s ` +
    `ON n.file = s.file AND n.readable_row = s.readable_row`
  );
}

/** The key's part of the mapping: what it makes of a row is the key of the row that lands. */
function compileKeys(request: TransformRequest, { key }: KeyedRows): CompiledMapping {
  const targets = keyTargets(request.plan, key).flatMap((index) => request.plan.targets[index] ?? []);
  const sourceColumns = [...new Set(targets.flatMap(({ expression }) => [...columnsRead(expression)]))];
  return compileMapping({ ...request, plan: { targets, sourceColumns }, identities: [], key });
}

function versionOf(
  { columns }: TransformRequest,
  { versionColumn }: KeyedRows,
): { readonly type: string; readonly sql: string } {
  if (versionColumn === undefined) return { type: 'BOOLEAN', sql: 'NULL' };
  const index = columnIndex(columns, versionColumn);
  const column = columns[index];
  return column === undefined
    ? { type: 'BOOLEAN', sql: 'NULL' }
    : { type: sqlTypeOf(column.type), sql: parseSourceColumn(column, rawName(index)) };
}

/** SQL, never null: a row tells that its key is gone. */
function goneSql({ columns }: TransformRequest, { deletionColumn }: KeyedRows): string {
  if (deletionColumn === undefined) return 'false';
  const index = columnIndex(columns, deletionColumn);
  return `coalesce(${parseSourceColumn({ name: deletionColumn, type: 'boolean' }, rawName(index))}, false)`;
}

function columnIndex(columns: TransformRequest['columns'], name: string): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index === -1) throw new EngineError('invalid', `The source has no column ${JSON.stringify(name)}.`);
  return index;
}

/** The fields of a key, in its order. */
export function keyFields(
  { fields }: Pick<TransformRequest, 'fields'>,
  { key }: KeyedRows,
): readonly TargetField[] {
  return key.map((path) => leafField(fields, path));
}
