import { DuckDBMapValue, type DuckDBResultReader, type DuckDBValue } from '@duckdb/node-api';
import { EngineError } from './engine-error.ts';
import { leavesByPath } from './parquet-fields.ts';
import type { ColumnFigures, TargetField, WrittenFile } from './transform.ts';

/** Reads what COPY's `RETURN_STATS` tells of the files it wrote. */
export function writtenFiles(
  stats: DuckDBResultReader,
  fields: readonly TargetField[],
): readonly WrittenFile[] {
  const leaves = leavesByPath(fields);
  return stats.getRowObjects().map((row) => ({
    path: String(row.filename),
    rows: Number(row.count),
    bytes: Number(row.file_size_bytes),
    columns: entriesOf(row.column_statistics).map(([path, figures]): ColumnFigures => {
      const leaf = leaves.get(path);
      if (leaf === undefined)
        throw new EngineError('failed', `A column without a field id was written: ${path}.`);
      const figure = new Map(entriesOf(figures).map(([name, value]) => [name, String(value)]));
      return {
        fieldId: leaf.id,
        icebergType: leaf.icebergType,
        sizeBytes: Number(figure.get('column_size_bytes')),
        valueCount: Number(figure.get('num_values')),
        nullCount: Number(figure.get('null_count')),
        min: figure.get('min'),
        max: figure.get('max'),
      };
    }),
  }));
}

function entriesOf(value: DuckDBValue | undefined): readonly (readonly [string, DuckDBValue])[] {
  if (!(value instanceof DuckDBMapValue)) return [];
  return value.entries.map((entry) => [String(entry.key), entry.value]);
}
