import { type BoundSide, boundToBytes } from './conversions.ts';
import type { DataFile } from './data-file.ts';
import { type IcebergSchema, leafColumns } from './schema.ts';

/** Figures of one leaf column in one Parquet file. Bounds are DuckDB's text form (COPY … RETURN_STATS). */
export interface ColumnFigures {
  readonly fieldId: number;
  /** The type the file was written with. */
  readonly icebergType: string;
  readonly sizeBytes: number;
  /** Nulls count as values. */
  readonly valueCount: number;
  readonly nullCount: number;
  readonly min: string | undefined;
  readonly max: string | undefined;
}

export interface WrittenParquetFile {
  readonly location: string;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly ColumnFigures[];
}

/**
 * The data file that a manifest lists, with the metrics readers prune by (spec, "Field-level Metrics and
 * Statistics").
 *
 * Columns below a list or map keep their size only: their values aren't the row's, so counts and bounds would
 * mislead. Columns that the schema does not have are left out.
 */
export function parquetDataFile(file: WrittenParquetFile, schema: IcebergSchema): DataFile {
  const leaves = new Map(Array.from(leafColumns(schema), (leaf) => [leaf.id, leaf]));
  const known = file.columns.filter((column) => leaves.has(column.fieldId));
  const single = known.filter((column) => !leaves.get(column.fieldId)?.repeated);
  return {
    content: 'data',
    filePath: file.location,
    fileFormat: 'PARQUET',
    recordCount: file.rows,
    fileSizeInBytes: file.bytes,
    columnSizes: new Map(known.map((column) => [column.fieldId, column.sizeBytes])),
    valueCounts: new Map(single.map((column) => [column.fieldId, column.valueCount])),
    nullValueCounts: new Map(single.map((column) => [column.fieldId, column.nullCount])),
    lowerBounds: bounds(single, 'lower'),
    upperBounds: bounds(single, 'upper'),
  };
}

function bounds(columns: readonly ColumnFigures[], side: BoundSide): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (const { fieldId, icebergType, min, max } of columns) {
    const text = side === 'lower' ? min : max;
    const bytes = text === undefined ? undefined : boundToBytes(icebergType, text, side);
    if (bytes) found.set(fieldId, bytes);
  }
  return found;
}
