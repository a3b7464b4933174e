import { DuckDBInstance } from '@duckdb/node-api';
import type { LocalFileIO } from '../local-file-io.ts';
import type { ColumnFigures, WrittenParquetFile } from '../metrics.ts';
import { POSITION_DELETE_FIELDS, type WrittenPositionDeletes } from '../position-deletes.ts';
import type { IcebergField, IcebergSchema, IcebergType } from '../schema.ts';

/** Has DuckDB write the rows of a query as Parquet with the schema's field ids, as the engine does. */
export async function writeParquet(
  io: LocalFileIO,
  location: string,
  schema: IcebergSchema,
  query: string,
  options = 'COMPRESSION zstd',
): Promise<WrittenParquetFile> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = io.pathOf(location);
    const copy = `COPY (${query}) TO '${path}' (FORMAT parquet, ${options}, FIELD_IDS ${fieldIdsSql(schema.fields)}, RETURN_STATS)`;
    const [stats] = (await connection.runAndReadAll(copy)).getRowObjectsJson();
    // The columns that RETURN_STATS is documented to answer.
    const { count, file_size_bytes, column_statistics } = stats as unknown as CopyStats;
    return {
      location,
      rows: Number(count),
      bytes: Number(file_size_bytes),
      columns: figures(schema, column_statistics),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Has DuckDB write position deletes as the engine does; `rows` are locations of data files with positions in them. */
export async function writePositionDeletes(
  io: LocalFileIO,
  location: string,
  rows: readonly (readonly [dataFile: string, pos: number])[],
): Promise<WrittenPositionDeletes> {
  const schema: IcebergSchema = {
    type: 'struct',
    'schema-id': 0,
    fields: [
      { ...POSITION_DELETE_FIELDS.filePath, required: true, type: 'string' },
      { ...POSITION_DELETE_FIELDS.pos, required: true, type: 'long' },
    ],
  };
  const values = rows.map(([dataFile, pos]) => `('${dataFile}', ${pos}::BIGINT)`).join(', ');
  const query = `SELECT * FROM (VALUES ${values}) AS t(file_path, pos) ORDER BY file_path, pos`;
  const written = await writeParquet(io, location, schema, query);
  const files = rows.map(([dataFile]) => dataFile).sort();
  return { ...written, firstDataFile: files[0] ?? '', lastDataFile: files.at(-1) ?? '' };
}

interface CopyStats {
  readonly count: string;
  readonly file_size_bytes: string;
  readonly column_statistics: readonly {
    readonly key: string;
    readonly value: readonly { readonly key: string; readonly value: string }[];
  }[];
}

function figures(schema: IcebergSchema, statistics: CopyStats['column_statistics']): ColumnFigures[] {
  const leaves = new Map(
    schema.fields.flatMap((field) => [...leafPaths(field.type, field.id, quoted(field.name))]),
  );
  return statistics.flatMap(({ key, value }) => {
    const leaf = leaves.get(key);
    const stats = new Map(value.map((entry) => [entry.key, entry.value]));
    if (!leaf) throw new Error(`no column of the schema is called ${key}`);
    return {
      ...leaf,
      sizeBytes: Number(stats.get('column_size_bytes')),
      valueCount: Number(stats.get('num_values')),
      nullCount: Number(stats.get('null_count')),
      min: stats.get('min'),
      max: stats.get('max'),
    };
  });
}

type Leaf = { readonly fieldId: number; readonly icebergType: string };

function* leafPaths(type: IcebergType, fieldId: number, path: string): Generator<[string, Leaf]> {
  if (typeof type === 'string') {
    yield [path, { fieldId, icebergType: type }];
  } else if (type.type === 'struct') {
    for (const field of type.fields) yield* leafPaths(field.type, field.id, `${path}.${quoted(field.name)}`);
  } else if (type.type === 'list') {
    yield* leafPaths(type.element, type['element-id'], `${path}."element"`);
  } else {
    yield* leafPaths(type.key, type['key-id'], `${path}."key"`);
    yield* leafPaths(type.value, type['value-id'], `${path}."value"`);
  }
}

function fieldIdsSql(fields: readonly IcebergField[]): string {
  return `{${fields.map((field) => `${quoted(field.name)}: ${idSql(field.id, field.type)}`).join(', ')}}`;
}

function idSql(id: number, type: IcebergType): string {
  if (typeof type === 'string') return String(id);
  const inner =
    type.type === 'struct'
      ? type.fields.map((field) => `${quoted(field.name)}: ${idSql(field.id, field.type)}`)
      : type.type === 'list'
        ? [`element: ${idSql(type['element-id'], type.element)}`]
        : [`key: ${idSql(type['key-id'], type.key)}`, `value: ${idSql(type['value-id'], type.value)}`];
  return `{__duckdb_field_id: ${id}, ${inner.join(', ')}}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
