import { AvroFileWriter, readAvroFile } from './avro-file.ts';
import { type DataFile, dataFileFromAvro, dataFileToAvro } from './data-file.ts';
import {
  type Fields,
  IcebergFormatError,
  optional,
  readChoice,
  readFields,
  readInteger,
  readLong,
} from './fields.ts';
import type { FileIO } from './file-io.ts';
import MANIFEST_ENTRY_SCHEMA from './manifest-entry.avsc.json' with { type: 'json' };
import type { ManifestFile } from './manifest-list.ts';
import type { IcebergSchema } from './schema.ts';
import { asSnapshotId, type SnapshotId } from './snapshots.ts';
import type { PartitionSpec } from './table-metadata.ts';

const STATUSES = ['existing', 'added', 'deleted'] as const;

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

  constructor({ schema, partitionSpec }: ManifestContext, content: ManifestFile['content'] = 'data') {
    this.#avro = new AvroFileWriter(MANIFEST_ENTRY_SCHEMA, {
      schema: JSON.stringify(schema),
      'schema-id': String(schema['schema-id']),
      'partition-spec': JSON.stringify(partitionSpec.fields),
      'partition-spec-id': String(partitionSpec['spec-id']),
      'format-version': '2',
      content,
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

  /** A file that is live no more from this snapshot on. */
  deleted(snapshotId: SnapshotId, entry: ManifestEntry): void {
    this.#append({ ...entry, status: 'deleted', snapshotId });
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
  const status = readChoice(record.status, `${field}.status`, STATUSES);
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

const asLong = (value: number | null): bigint | null => (value === null ? null : BigInt(value));
