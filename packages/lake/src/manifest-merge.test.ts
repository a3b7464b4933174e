import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createTable,
  currentDataFiles,
  type IcebergSchema,
  localFileIO,
  stageAppend,
  type Table,
} from './index.ts';
import { type ManifestFile, readManifestList } from './manifest-list.ts';
import { mergeLimits, planMerge } from './manifest-merge.ts';
import { asSnapshotId } from './snapshots.ts';
import { currentSnapshot } from './table-metadata.ts';
import { collect } from './testing/collect.ts';

const manifest = (manifestLength: number, part: Partial<ManifestFile> = {}): ManifestFile => ({
  manifestPath: 'file:///m.avro',
  manifestLength,
  partitionSpecId: 0,
  content: 'data',
  sequenceNumber: 1,
  minSequenceNumber: 1,
  addedSnapshotId: asSnapshotId(1n),
  addedFilesCount: 1,
  existingFilesCount: 0,
  deletedFilesCount: 0,
  addedRowsCount: 1,
  existingRowsCount: 0,
  deletedRowsCount: 0,
  ...part,
});

const LIMITS = { minCountToMerge: 3, targetBytes: 100 };
const sizes = (bins: readonly (readonly ManifestFile[])[]) =>
  bins.map((bin) => bin.map((one) => one.manifestLength));

describe('manifests to merge', () => {
  test.each([
    ['none while there are few', [10, 10], []],
    ['all of the small ones once there are many', [10, 10, 10], [[10, 10, 10]]],
    ['none of the right size', [60, 10, 90, 10, 50, 10], [[10, 10, 10]]],
    [
      'as many as make a manifest of the target size',
      [40, 40, 40, 40, 40],
      [
        [40, 40],
        [40, 40],
      ],
    ],
  ])('are %s', (_, lengths, bins) => {
    const manifests = lengths.map((length) => manifest(length));
    expect(sizes(planMerge(manifests, 0, LIMITS))).toEqual(bins);
  });

  test('are never those of another partition spec', () => {
    const others = [manifest(2, { partitionSpecId: 1 }), manifest(2, { partitionSpecId: 1 })];
    const manifests = [...others, ...others, manifest(3), manifest(3), manifest(3)];
    expect(sizes(planMerge(manifests, 0, LIMITS))).toEqual([[3, 3, 3]]);
  });

  test('of data and of deletes are counted and kept apart', () => {
    const deletes = (length: number) => manifest(length, { content: 'deletes' });
    const manifests = [deletes(1), manifest(3), deletes(2), manifest(4), manifest(5)];
    expect(sizes(planMerge(manifests, 0, LIMITS))).toEqual([[3, 4, 5]]);
    expect(sizes(planMerge([...manifests, deletes(6)], 0, LIMITS))).toEqual([
      [1, 2, 6],
      [3, 4, 5],
    ]);
  });

  test('leave no more small ones than start a merge, and never make one above the target', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 200 }), (lengths) => {
        const bins = sizes(
          planMerge(
            lengths.map((length) => manifest(length)),
            0,
            LIMITS,
          ),
        );
        for (const bin of bins) expect(bin.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(100);
        const small = lengths.filter((length) => length < 50).length;
        const merged = bins.flat().length;
        expect(small - merged).toBeLessThanOrEqual(small < LIMITS.minCountToMerge ? 2 : 1);
      }),
    );
  });

  test('follow the limits that a table sets, where they make sense', () => {
    expect(mergeLimits({ 'commit.manifest.min-count-to-merge': '5' })).toMatchObject({ minCountToMerge: 5 });
    expect(mergeLimits({ 'commit.manifest.min-count-to-merge': 'five' })).toEqual(mergeLimits({}));
  });
});

test('after three hundred appends the manifest list is short, and every file has kept its age', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lake-merge-'));
  try {
    const io = localFileIO(root);
    const schema: IcebergSchema = {
      type: 'struct',
      'schema-id': 0,
      fields: [{ id: 1, name: 'id', required: false, type: 'string' }],
    };
    const now = new Date('2026-03-01T12:00:00Z');
    let table: Table = await createTable(io, { location: io.locationOf(join(root, 't')), schema, now });
    for (let run = 1; run <= 300; run++) {
      const filePath = `${table.metadata.location}/data/${run}.parquet`;
      await io.write(filePath, Buffer.alloc(1));
      const file = {
        content: 'data',
        filePath,
        fileFormat: 'PARQUET',
        recordCount: run,
        fileSizeInBytes: 1,
      } as const;
      table = await stageAppend(io, table, { files: [file], now });
    }

    const manifests = await readManifestList(io, currentSnapshot(table.metadata));
    const files = await collect(currentDataFiles(io, table));

    expect(manifests.length).toBeLessThanOrEqual(101);
    expect(new Set(files.map((file) => file.recordCount)).size).toBe(300);
    const rows = (300 * 301) / 2;
    expect(
      manifests.reduce(
        (sum, { addedRowsCount, existingRowsCount }) => sum + addedRowsCount + existingRowsCount,
        0,
      ),
    ).toBe(rows);
    expect(manifests.filter((one) => one.existingFilesCount > 0)).toMatchObject([
      { addedFilesCount: 0, minSequenceNumber: 1 },
    ]);
  } finally {
    await rm(root, { recursive: true });
  }
});
