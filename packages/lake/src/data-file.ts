import {
  type Fields,
  optional,
  readBytes,
  readChoice,
  readFields,
  readInteger,
  readList,
  readString,
} from './fields.ts';

/** What a file holds; its number in Avro is its place here. */
const CONTENTS = ['data', 'position-deletes', 'equality-deletes'] as const;

/** One file of rows and what is known of its columns by field id (spec, "Data File Fields"). */
export interface DataFile {
  readonly content: (typeof CONTENTS)[number];
  readonly filePath: string;
  /** `PARQUET`, `AVRO` or `ORC`. */
  readonly fileFormat: string;
  readonly recordCount: number;
  readonly fileSizeInBytes: number;
  readonly columnSizes?: ReadonlyMap<number, number> | undefined;
  readonly valueCounts?: ReadonlyMap<number, number> | undefined;
  readonly nullValueCounts?: ReadonlyMap<number, number> | undefined;
  readonly nanValueCounts?: ReadonlyMap<number, number> | undefined;
  /** Serialised by appendix D. */
  readonly lowerBounds?: ReadonlyMap<number, Uint8Array> | undefined;
  readonly upperBounds?: ReadonlyMap<number, Uint8Array> | undefined;
  readonly keyMetadata?: Uint8Array | undefined;
  readonly splitOffsets?: readonly number[] | undefined;
  readonly equalityIds?: readonly number[] | undefined;
  readonly sortOrderId?: number | undefined;
  readonly referencedDataFile?: string | undefined;
}

export function dataFileToAvro(file: DataFile): object {
  return {
    content: CONTENTS.indexOf(file.content),
    file_path: file.filePath,
    file_format: file.fileFormat,
    partition: {},
    record_count: BigInt(file.recordCount),
    file_size_in_bytes: BigInt(file.fileSizeInBytes),
    column_sizes: counts(file.columnSizes),
    value_counts: counts(file.valueCounts),
    null_value_counts: counts(file.nullValueCounts),
    nan_value_counts: counts(file.nanValueCounts),
    lower_bounds: pairs(file.lowerBounds, Buffer.from),
    upper_bounds: pairs(file.upperBounds, Buffer.from),
    key_metadata: file.keyMetadata ? Buffer.from(file.keyMetadata) : null,
    split_offsets: file.splitOffsets?.map(BigInt) ?? null,
    equality_ids: file.equalityIds ?? null,
    sort_order_id: file.sortOrderId ?? null,
    referenced_data_file: file.referencedDataFile ?? null,
  };
}

export function dataFileFromAvro(record: Fields, field: string): DataFile {
  const at = (name: string) => `${field}.${name}`;
  return {
    content: readChoice(record.content ?? 0, at('content'), CONTENTS),
    filePath: readString(record.file_path, at('file_path')),
    fileFormat: readString(record.file_format, at('file_format')),
    recordCount: readInteger(record.record_count, at('record_count')),
    fileSizeInBytes: readInteger(record.file_size_in_bytes, at('file_size_in_bytes')),
    columnSizes: optional(record.column_sizes, at('column_sizes'), readCounts),
    valueCounts: optional(record.value_counts, at('value_counts'), readCounts),
    nullValueCounts: optional(record.null_value_counts, at('null_value_counts'), readCounts),
    nanValueCounts: optional(record.nan_value_counts, at('nan_value_counts'), readCounts),
    lowerBounds: optional(record.lower_bounds, at('lower_bounds'), readBounds),
    upperBounds: optional(record.upper_bounds, at('upper_bounds'), readBounds),
    keyMetadata: optional(record.key_metadata, at('key_metadata'), readBytes),
    splitOffsets: optional(record.split_offsets, at('split_offsets'), readIntegers),
    equalityIds: optional(record.equality_ids, at('equality_ids'), readIntegers),
    sortOrderId: optional(record.sort_order_id, at('sort_order_id'), readInteger),
    referencedDataFile: optional(record.referenced_data_file, at('referenced_data_file'), readString),
  };
}

const counts = (map: ReadonlyMap<number, number> | undefined) => pairs(map, BigInt);

/** Avro has no maps with numbers for keys: Iceberg stores lists of key and value. */
function pairs<T, U>(map: ReadonlyMap<number, T> | undefined, encode: (value: T) => U): object | null {
  return map ? Array.from(map, ([key, value]) => ({ key, value: encode(value) })) : null;
}

function readPairs<T>(
  value: unknown,
  field: string,
  read: (value: unknown, field: string) => T,
): Map<number, T> {
  return new Map(
    readList(value, field, (pair, at) => {
      const { key, value } = readFields(pair, at);
      return [readInteger(key, `${at}.key`), read(value, `${at}.value`)] as const;
    }),
  );
}

const readCounts = (value: unknown, field: string) => readPairs(value, field, readInteger);
const readBounds = (value: unknown, field: string) => readPairs(value, field, readBytes);
const readIntegers = (value: unknown, field: string) => readList(value, field, readInteger);
