import { AvroFileWriter, readAvroFile } from './avro-file.ts';
import {
  type Fields,
  IcebergFormatError,
  optional,
  readBytes,
  readFields,
  readInteger,
  readList,
  readLong,
  readString,
} from './fields.ts';
import type { FileIO } from './file-io.ts';
import MANIFEST_ENTRY_SCHEMA from './manifest-entry.avsc.json' with { type: 'json' };
import type { ManifestFile } from './manifest-list.ts';
import type { IcebergSchema } from './schema.ts';
import { asSnapshotId, type SnapshotId } from './snapshots.ts';
import type { PartitionSpec } from './table-metadata.ts';

/** What a file holds; its number in Avro is its place here. */
const CONTENTS = ['data', 'position-deletes', 'equality-deletes'] as const;
const STATUSES = ['existing', 'added', 'deleted'] as const;

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

/** A file of a manifest, with what it inherits from the manifest list filled in. */
export interface ManifestEntry {
  readonly status: (typeof STATUSES)[number];
  readonly snapshotId: SnapshotId;
  /** The age of the rows: decides which deletes apply to them. */
  readonly sequenceNumber: number;
  /** When the file was added. */
  readonly fileSequenceNumber: number;
  readonly dataFile: DataFile;
}

/** What a manifest says of the table it was written for (spec, "Manifests"). */
export interface ManifestContext {
  readonly schema: IcebergSchema;
  readonly partitionSpec: PartitionSpec;
}

/** Writes one manifest of an unpartitioned table, entry by entry. */
export class ManifestWriter {
  readonly #avro: AvroFileWriter;

  constructor({ schema, partitionSpec }: ManifestContext) {
    this.#avro = new AvroFileWriter(MANIFEST_ENTRY_SCHEMA, {
      schema: JSON.stringify(schema),
      'schema-id': String(schema['schema-id']),
      'partition-spec': JSON.stringify(partitionSpec.fields),
      'partition-spec-id': String(partitionSpec['spec-id']),
      'format-version': '2',
      content: 'data',
    });
  }

  /** A file new in this snapshot. It inherits its sequence numbers, which are only certain at commit. */
  added(snapshotId: SnapshotId, dataFile: DataFile): void {
    this.#append({ status: 'added', snapshotId, sequenceNumber: null, fileSequenceNumber: null, dataFile });
  }

  /** A file that an earlier snapshot added. */
  existing(entry: ManifestEntry): void {
    this.#append({ ...entry, status: 'existing' });
  }

  finish(): Buffer {
    return this.#avro.finish();
  }

  #append(entry: {
    readonly status: ManifestEntry['status'];
    readonly snapshotId: SnapshotId;
    readonly sequenceNumber: number | null;
    readonly fileSequenceNumber: number | null;
    readonly dataFile: DataFile;
  }): void {
    this.#avro.append({
      status: STATUSES.indexOf(entry.status),
      snapshot_id: entry.snapshotId,
      sequence_number: asLong(entry.sequenceNumber),
      file_sequence_number: asLong(entry.fileSequenceNumber),
      data_file: dataFileToAvro(entry.dataFile),
    });
  }
}

/** The entries of a manifest, decoded as they are asked for. */
export async function* manifestEntries(io: FileIO, manifest: ManifestFile): AsyncGenerator<ManifestEntry> {
  const avro = readAvroFile(await io.read(manifest.manifestPath), MANIFEST_ENTRY_SCHEMA);
  // A table that was upgraded still has manifests of version 1, which knew no sequence numbers: all are 0.
  const isVersionOne = (avro.metadata['format-version'] ?? '1') === '1';
  let index = 0;
  for (const record of avro.records()) {
    const field = `${manifest.manifestPath}[${index}]`;
    yield entryFromAvro(readFields(record, field), field, manifest, isVersionOne);
    index++;
  }
}

function entryFromAvro(
  record: Fields,
  field: string,
  manifest: ManifestFile,
  isVersionOne: boolean,
): ManifestEntry {
  const status = choice(STATUSES, record.status, `${field}.status`);
  const inherited = isVersionOne ? 0 : status === 'added' ? manifest.sequenceNumber : undefined;
  const sequenceNumber =
    optional(record.sequence_number, `${field}.sequence_number`, readInteger) ?? inherited;
  const fileSequenceNumber =
    optional(record.file_sequence_number, `${field}.file_sequence_number`, readInteger) ?? inherited;
  if (sequenceNumber === undefined || fileSequenceNumber === undefined) {
    throw new IcebergFormatError(field, `is ${status} and must have both of its sequence numbers`);
  }
  return {
    status,
    snapshotId: asSnapshotId(
      optional(record.snapshot_id, `${field}.snapshot_id`, readLong) ?? manifest.addedSnapshotId,
    ),
    sequenceNumber,
    fileSequenceNumber,
    dataFile: dataFileFromAvro(readFields(record.data_file, `${field}.data_file`), `${field}.data_file`),
  };
}

function dataFileToAvro(file: DataFile): object {
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

function dataFileFromAvro(record: Fields, field: string): DataFile {
  const at = (name: string) => `${field}.${name}`;
  return {
    content: choice(CONTENTS, record.content ?? 0, at('content')),
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

function choice<T extends string>(choices: readonly T[], value: unknown, field: string): T {
  const chosen = choices[readInteger(value, field)];
  if (chosen === undefined) throw new IcebergFormatError(field, `must be from 0 to ${choices.length - 1}`);
  return chosen;
}

const asLong = (value: number | null): bigint | null => (value === null ? null : BigInt(value));
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
