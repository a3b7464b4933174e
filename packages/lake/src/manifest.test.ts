import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AvroFileWriter, readAvroFile } from './avro-file.ts';
import type { DataFile } from './data-file.ts';
import { type LocalFileIO, localFileIO } from './local-file-io.ts';
import { ManifestWriter, manifestEntries } from './manifest.ts';
import ENTRY_SCHEMA from './manifest-entry.avsc.json' with { type: 'json' };
import { type ManifestFile, manifestListToAvro, readManifestList } from './manifest-list.ts';
import { asSnapshotId } from './snapshots.ts';
import { collect } from './testing/collect.ts';
import { CONTACTS } from './testing/contacts.ts';

/** A data file with everything that one can have. */
const FULL: DataFile = {
  content: 'data',
  filePath: 'file:///t/data/a.parquet',
  fileFormat: 'PARQUET',
  recordCount: 10,
  fileSizeInBytes: 3_000_000_000,
  columnSizes: new Map([[1, 2_999_999_999]]),
  valueCounts: new Map([[1, 10]]),
  nullValueCounts: new Map([[1, 0]]),
  nanValueCounts: new Map([[9, 1]]),
  lowerBounds: new Map([[1, Buffer.from('a')]]),
  upperBounds: new Map([[1, Buffer.from('b')]]),
  keyMetadata: Buffer.of(1, 2),
  splitOffsets: [4, 5_000_000_000],
  equalityIds: [1],
  sortOrderId: 0,
  referencedDataFile: 'file:///t/data/b.parquet',
};
const BARE: DataFile = {
  content: 'data',
  filePath: 'file:///t/data/b.parquet',
  fileFormat: 'PARQUET',
  recordCount: 0,
  fileSizeInBytes: 1,
};
/** All 63 bits, as other writers use them. */
const SNAPSHOT_ID = asSnapshotId(2n ** 63n - 1n);
const LISTED: ManifestFile = {
  manifestPath: '',
  manifestLength: 1,
  partitionSpecId: 0,
  content: 'data',
  sequenceNumber: 5,
  minSequenceNumber: 2,
  addedSnapshotId: SNAPSHOT_ID,
  addedFilesCount: 1,
  existingFilesCount: 1,
  deletedFilesCount: 0,
  addedRowsCount: 10,
  existingRowsCount: 0,
  deletedRowsCount: 0,
};

describe('a manifest', () => {
  let root: string;
  let io: LocalFileIO;
  let listed: ManifestFile;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-manifest-'));
    io = localFileIO(root);
    listed = { ...LISTED, manifestPath: io.locationOf(join(root, 'm.avro')) };
  });

  afterEach(() => rm(root, { recursive: true }));

  const context = { schema: CONTACTS, partitionSpec: { 'spec-id': 0, fields: [] } };
  const entries = () => collect(manifestEntries(io, listed));

  test('reads back whole; new files inherit their sequence numbers, others keep them', async () => {
    const writer = new ManifestWriter(context);
    writer.added(SNAPSHOT_ID, FULL);
    const old = {
      status: 'added',
      snapshotId: asSnapshotId(3n),
      sequenceNumber: 2,
      fileSequenceNumber: 3,
    } as const;
    writer.existing({ ...old, dataFile: BARE });
    await io.write(listed.manifestPath, writer.finish());

    expect(await entries()).toEqual([
      { status: 'added', snapshotId: SNAPSHOT_ID, sequenceNumber: 5, fileSequenceNumber: 5, dataFile: FULL },
      { ...old, status: 'existing', dataFile: BARE },
    ]);
  });

  test('tells the table it was written for in its metadata', () => {
    const { metadata } = readAvroFile(new ManifestWriter(context).finish(), ENTRY_SCHEMA);
    expect(metadata).toMatchObject({
      'schema-id': '0',
      'partition-spec': '[]',
      'partition-spec-id': '0',
      'format-version': '2',
      content: 'data',
    });
    expect(JSON.parse(metadata.schema ?? '')).toEqual(CONTACTS);
  });

  const raw = (part: object) => ({
    status: 0,
    snapshot_id: null,
    sequence_number: null,
    file_sequence_number: null,
    data_file: {
      content: 0,
      file_path: 'file:///a',
      file_format: 'PARQUET',
      partition: {},
      record_count: 1n,
      file_size_in_bytes: 1n,
      column_sizes: null,
      value_counts: null,
      null_value_counts: null,
      nan_value_counts: null,
      lower_bounds: null,
      upper_bounds: null,
      key_metadata: null,
      split_offsets: null,
      equality_ids: null,
      sort_order_id: null,
      referenced_data_file: null,
    },
    ...part,
  });

  async function writeRaw(record: object, formatVersion: string): Promise<void> {
    const avro = new AvroFileWriter(ENTRY_SCHEMA, { 'format-version': formatVersion });
    avro.append(record);
    await io.write(listed.manifestPath, avro.finish());
  }

  test('with an old file that has no sequence number is refused', async () => {
    await writeRaw(raw({}), '2');
    await expect(entries()).rejects.toThrow(
      'm.avro[0] is existing and must have both of its sequence numbers',
    );
  });

  test('with a status that there is not is refused', async () => {
    await writeRaw(raw({ status: 3 }), '2');
    await expect(entries()).rejects.toThrow('m.avro[0].status must be from 0 to 2');
  });

  test('of format version 1 has only files of age 0', async () => {
    await writeRaw(raw({ status: 1 }), '1');
    expect(await entries()).toMatchObject([
      { sequenceNumber: 0, fileSequenceNumber: 0, snapshotId: SNAPSHOT_ID },
    ]);
  });

  test('is listed with all that the list says of it', async () => {
    const partitions = [
      { contains_null: true, contains_nan: null, lower_bound: Buffer.of(1), upper_bound: null },
      { contains_null: false, contains_nan: false, lower_bound: null, upper_bound: Buffer.of(2) },
    ];
    const manifests = [
      listed,
      { ...listed, content: 'deletes', partitions, keyMetadata: Buffer.of(3) } as const,
    ];
    const location = io.locationOf(join(root, 'snap.avro'));
    const snapshot = { 'snapshot-id': SNAPSHOT_ID, 'sequence-number': 5 };
    await io.write(location, manifestListToAvro(snapshot, manifests));

    const read = await readManifestList(io, {
      ...snapshot,
      'timestamp-ms': 0,
      'manifest-list': location,
      summary: { operation: 'append' },
    });
    expect(read).toEqual(manifests);
  });
});
