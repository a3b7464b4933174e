import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import type { Database } from './database.ts';
import { requireOneOf } from './delimited-rows.ts';
import { EngineError, toEngineError } from './engine-error.ts';
import { pathList, READABLE, rawName } from './relation-parts.ts';
import { digitsOf, sourceTypeOf } from './source-type-of.ts';

/** A Parquet file whose footer has been read. */
export interface ParquetLayout {
  readonly kind: 'parquet';
  readonly path: string;
  /** What people know the file by. */
  readonly name: string;
  readonly columns: readonly ParquetColumn[];
}

export interface ParquetColumn {
  readonly column: SourceColumn;
  /** SQL for a value's raw text. */
  readonly text: string;
}

/** @throws EngineError `unreadable` where it is no Parquet file. */
export async function parquetLayout(database: Database, path: string, name: string): Promise<ParquetLayout> {
  const head = await database
    .read(`SELECT * FROM read_parquet(${quoteLiteral(path)}) LIMIT 0`)
    .catch((error: unknown) => {
      const { kind, message } = toEngineError(error);
      const told = `${name} can't be read as Parquet: ${message.replaceAll(path, name)}`;
      throw new EngineError(kind === 'exhausted' ? kind : 'unreadable', told, { cause: error });
    });
  return {
    kind: 'parquet',
    path,
    name,
    columns: head.columnNames().map((column, index) => parquetColumn(column, head.columnType(index))),
  };
}

function parquetColumn(name: string, type: DuckDBType): ParquetColumn {
  return {
    column: {
      name,
      type: sourceTypeOf(type),
      originalType: type.alias ?? type.toString(),
      ...digitsOf(type),
    },
    text: rawText(type, quoteIdentifier(name)),
  };
}

/** The text that a source value is read from: what is nested as JSON, bytes in Base64. */
function rawText(type: DuckDBType, value: string): string {
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON' ? `nullif(CAST(${value} AS VARCHAR), 'null')` : value;
    case DuckDBTypeId.STRUCT:
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
    case DuckDBTypeId.MAP:
      return `CASE WHEN ${value} IS NOT NULL THEN CAST(to_json(${value}) AS VARCHAR) END`;
    case DuckDBTypeId.BLOB:
      return `base64(${value})`;
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}

/** All files have the columns of the first. A column that they do not have is null. */
export function parquetRelation(files: readonly ParquetLayout[], columns: readonly SourceColumn[]): string {
  const [first] = files;
  if (first === undefined) throw new RangeError('no files');
  const texts = new Map(first.columns.map(({ column, text }) => [column.name, text]));
  requireOneOf([...texts.keys()], columns, first.name);
  const selected = columns.map(
    ({ name }, index) => `${texts.get(name) ?? 'CAST(NULL AS VARCHAR)'} AS ${rawName(index)}`,
  );
  return `SELECT ${selected.join(', ')}, ${READABLE} FROM read_parquet(${pathList(files)})`;
}
