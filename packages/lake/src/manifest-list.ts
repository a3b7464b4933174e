import { AvroFileWriter, readAvroFile } from './avro-file.ts';
import {
  type Fields,
  optional,
  readBoolean,
  readBytes,
  readChoice,
  readFields,
  readInteger,
  readList,
  readLong,
  readString,
} from './fields.ts';
import type { FileIO } from './file-io.ts';
import MANIFEST_FILE_SCHEMA from './manifest-file.avsc.json' with { type: 'json' };
import { asSnapshotId, type Snapshot, type SnapshotId } from './snapshots.ts';

/** What a manifest holds; its number in Avro is its place here. */
const CONTENTS = ['data', 'deletes'] as const;

/** A manifest as the list of a snapshot's manifests shows it (spec, "Manifest Lists"). */
export interface ManifestFile {
  readonly manifestPath: string;
  readonly manifestLength: number;
  readonly partitionSpecId: number;
  readonly content: (typeof CONTENTS)[number];
  readonly sequenceNumber: number;
  /** The least data sequence number of the files that are live in it. */
  readonly minSequenceNumber: number;
  readonly addedSnapshotId: SnapshotId;
  readonly addedFilesCount: number;
  readonly existingFilesCount: number;
  readonly deletedFilesCount: number;
  readonly addedRowsCount: number;
  readonly existingRowsCount: number;
  readonly deletedRowsCount: number;
  readonly partitions?: readonly FieldSummary[];
  readonly keyMetadata?: Uint8Array;
}

interface FieldSummary {
  readonly contains_null: boolean;
  readonly contains_nan: boolean | null;
  readonly lower_bound: Buffer | null;
  readonly upper_bound: Buffer | null;
}

/** A manifest list as Avro. */
export function manifestListToAvro(
  snapshot: Pick<Snapshot, 'snapshot-id' | 'parent-snapshot-id' | 'sequence-number'>,
  manifests: readonly ManifestFile[],
): Buffer {
  const avro = new AvroFileWriter(MANIFEST_FILE_SCHEMA, {
    'snapshot-id': String(snapshot['snapshot-id']),
    'parent-snapshot-id': String(snapshot['parent-snapshot-id'] ?? null),
    'sequence-number': String(snapshot['sequence-number']),
    'format-version': '2',
  });
  for (const manifest of manifests) avro.append(manifestToAvro(manifest));
  return avro.finish();
}

/** The manifests of a snapshot; none where there is no snapshot yet. */
export async function readManifestList(
  io: FileIO,
  snapshot: Snapshot | undefined,
): Promise<readonly ManifestFile[]> {
  if (!snapshot) return [];
  const location = snapshot['manifest-list'];
  const avro = readAvroFile(await io.read(location), MANIFEST_FILE_SCHEMA);
  return Array.from(avro.records(), (record, index) => {
    const field = `${location}[${index}]`;
    return manifestFromAvro(readFields(record, field), field);
  });
}

function manifestToAvro(manifest: ManifestFile): object {
  return {
    manifest_path: manifest.manifestPath,
    manifest_length: BigInt(manifest.manifestLength),
    partition_spec_id: manifest.partitionSpecId,
    content: CONTENTS.indexOf(manifest.content),
    sequence_number: BigInt(manifest.sequenceNumber),
    min_sequence_number: BigInt(manifest.minSequenceNumber),
    added_snapshot_id: manifest.addedSnapshotId,
    added_files_count: manifest.addedFilesCount,
    existing_files_count: manifest.existingFilesCount,
    deleted_files_count: manifest.deletedFilesCount,
    added_rows_count: BigInt(manifest.addedRowsCount),
    existing_rows_count: BigInt(manifest.existingRowsCount),
    deleted_rows_count: BigInt(manifest.deletedRowsCount),
    partitions: manifest.partitions ?? null,
    key_metadata: manifest.keyMetadata ? Buffer.from(manifest.keyMetadata) : null,
  };
}

function manifestFromAvro(record: Fields, field: string): ManifestFile {
  const integer = (name: string) => readInteger(record[name], `${field}.${name}`);
  const content = readChoice(record.content ?? 0, `${field}.content`, CONTENTS);
  const partitions = optional(record.partitions, `${field}.partitions`, readFieldSummaries);
  const keyMetadata = optional(record.key_metadata, `${field}.key_metadata`, readBytes);
  return {
    manifestPath: readString(record.manifest_path, `${field}.manifest_path`),
    manifestLength: integer('manifest_length'),
    partitionSpecId: integer('partition_spec_id'),
    content,
    sequenceNumber: readInteger(record.sequence_number ?? 0, `${field}.sequence_number`),
    minSequenceNumber: readInteger(record.min_sequence_number ?? 0, `${field}.min_sequence_number`),
    addedSnapshotId: asSnapshotId(readLong(record.added_snapshot_id, `${field}.added_snapshot_id`)),
    addedFilesCount: integer('added_files_count'),
    existingFilesCount: integer('existing_files_count'),
    deletedFilesCount: integer('deleted_files_count'),
    addedRowsCount: integer('added_rows_count'),
    existingRowsCount: integer('existing_rows_count'),
    deletedRowsCount: integer('deleted_rows_count'),
    ...(partitions && { partitions }),
    ...(keyMetadata && { keyMetadata }),
  };
}

function readFieldSummaries(value: unknown, field: string): readonly FieldSummary[] {
  return readList(value, field, (summary, at) => {
    const fields = readFields(summary, at);
    const lower = optional(fields.lower_bound, `${at}.lower_bound`, readBytes);
    const upper = optional(fields.upper_bound, `${at}.upper_bound`, readBytes);
    return {
      contains_null: readBoolean(fields.contains_null, `${at}.contains_null`),
      contains_nan: optional(fields.contains_nan, `${at}.contains_nan`, readBoolean) ?? null,
      lower_bound: lower ? Buffer.from(lower) : null,
      upper_bound: upper ? Buffer.from(upper) : null,
    };
  });
}
