import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createTable,
  type DataFile,
  type LocalFileIO,
  localFileIO,
  planScan,
  positionDeleteFile,
  type RowDelta,
  readTable,
  stageRowDelta,
  type Table,
} from './index.ts';
import { ManifestWriter } from './manifest.ts';
import { readManifestList } from './manifest-list.ts';
import { currentSnapshot } from './table-metadata.ts';
import { collect } from './testing/collect.ts';
import { dataFileLocation, IDS, nameOfDataFile, writeDataFile } from './testing/ids-table.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('a row delta', () => {
  let root: string;
  let io: LocalFileIO;
  let table: Table;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-row-delta-'));
    io = localFileIO(root);
    table = await createTable(io, { location: io.locationOf(join(root, 't')), schema: IDS, now: NOW });
  });

  afterEach(() => rm(root, { recursive: true }));

  const locationOf = (name: string) => dataFileLocation(table, name);
  const dataFile = (name: string, recordCount = 10) => writeDataFile(io, table, name, recordCount);

  async function deletesOf(name: string, rows: number, first: string, last = first): Promise<DataFile> {
    await io.write(locationOf(name), Buffer.from(name));
    return positionDeleteFile({
      location: locationOf(name),
      rows,
      bytes: Buffer.byteLength(name),
      firstDataFile: locationOf(first),
      lastDataFile: locationOf(last),
    });
  }

  const stage = (onto: Table, delta: Omit<RowDelta, 'now'>) =>
    stageRowDelta(io, onto, { ...delta, now: NOW });
  const summaryOf = ({ metadata }: Table) => currentSnapshot(metadata)?.summary;
  const manifestsOf = ({ metadata }: Table) => readManifestList(io, currentSnapshot(metadata));

  /** What is to be read, as the files on disk tell: each data file with its delete files. */
  async function scanOf(of: Table): Promise<Record<string, readonly string[]>> {
    const tasks = await collect(planScan(io, await readTable(io, of.metadataLocation)));
    return Object.fromEntries(
      tasks.map((task) => [nameOfDataFile(task.dataFile), task.deleteFiles.map(nameOfDataFile).sort()]),
    );
  }

  test('of new rows and deletes is one snapshot, in which deletes apply to older files alone', async () => {
    const first = await stage(table, { dataFiles: [await dataFile('a'), await dataFile('b')] });
    const second = await stage(first, {
      dataFiles: [await dataFile('c')],
      deleteFiles: [await deletesOf('d', 3, 'a', 'b')],
    });
    expect(await scanOf(second)).toEqual({ a: ['d'], b: ['d'], c: [] });
    expect(await scanOf(first)).toEqual({ a: [], b: [] });
    expect(second.metadata.snapshots).toHaveLength(2);
    expect(summaryOf(second)).toEqual({
      operation: 'overwrite',
      'added-data-files': '1',
      'added-delete-files': '1',
      'added-position-delete-files': '1',
      'added-records': '10',
      'added-files-size': '2',
      'added-position-deletes': '3',
      'total-data-files': '3',
      'total-delete-files': '1',
      'total-records': '30',
      'total-files-size': '4',
      'total-position-deletes': '3',
      'total-equality-deletes': '0',
    });
  });

  test.each([
    ['append', { adds: true, deletes: false }],
    ['delete', { adds: false, deletes: true }],
    ['overwrite', { adds: true, deletes: true }],
  ])('is called %s where it has %o', async (operation, { adds, deletes }) => {
    const first = await stage(table, { dataFiles: [await dataFile('a')] });
    const second = await stage(first, {
      dataFiles: adds ? [await dataFile('b')] : [],
      deleteFiles: deletes ? [await deletesOf('d', 1, 'a')] : [],
    });
    expect(summaryOf(second)?.operation).toBe(operation);
  });

  test('says of a file of deletes which data files it is about', async () => {
    const deletes = await deletesOf('d', 1, 'a');
    expect(deletes.referencedDataFile).toBe(locationOf('a'));
    expect((await deletesOf('e', 2, 'a', 'b')).referencedDataFile).toBeUndefined();
    const first = await stage(table, { dataFiles: [await dataFile('a'), await dataFile('b')] });
    expect(await scanOf(await stage(first, { deleteFiles: [deletes] }))).toEqual({ a: ['d'], b: [] });
  });

  test('lists deletes in a manifest of their own, which later snapshots carry on', async () => {
    const first = await stage(table, { dataFiles: [await dataFile('a')] });
    const second = await stage(first, { deleteFiles: [await deletesOf('d', 4, 'a')] });
    const third = await stage(second, { dataFiles: [await dataFile('b')] });
    expect(await manifestsOf(third)).toMatchObject([
      { content: 'data', sequenceNumber: 3, addedRowsCount: 10 },
      { content: 'deletes', sequenceNumber: 2, minSequenceNumber: 2, addedFilesCount: 1, addedRowsCount: 4 },
      { content: 'data', sequenceNumber: 1 },
    ]);
    expect(await scanOf(third)).toEqual({ a: ['d'], b: [] });
  });

  test('keeps to it which deletes apply when manifests are merged', async () => {
    const properties = { 'commit.manifest.min-count-to-merge': '3' };
    let current: Table = await createTable(io, {
      location: table.metadata.location,
      schema: IDS,
      properties,
      now: NOW,
    });
    current = await stage(current, { dataFiles: [await dataFile('a0')] });
    for (let run = 1; run <= 4; run++) {
      current = await stage(current, {
        dataFiles: [await dataFile(`a${run}`)],
        deleteFiles: [await deletesOf(`d${run}`, 1, `a${run - 1}`)],
      });
    }
    const contents = (await manifestsOf(current)).map(({ content }) => content);
    expect(contents.length).toBeLessThanOrEqual(5);
    expect(new Set(contents)).toEqual(new Set(['data', 'deletes']));
    expect(await scanOf(current)).toEqual({ a0: ['d1'], a1: ['d2'], a2: ['d3'], a3: ['d4'], a4: [] });
  });

  test('takes a data file from the table, and the deletes that were about it alone', async () => {
    const first = await stage(table, { dataFiles: [await dataFile('a'), await dataFile('b')] });
    const second = await stage(first, {
      deleteFiles: [await deletesOf('d', 3, 'a'), await deletesOf('e', 4, 'a', 'b')],
    });
    const third = await stage(second, {
      dataFiles: [await dataFile('c', 7)],
      removedDataFiles: [locationOf('a')],
    });
    expect(await scanOf(third)).toEqual({ b: ['e'], c: [] });
    expect(await scanOf(second)).toEqual({ a: ['d', 'e'], b: ['e'] });
    expect(summaryOf(third)).toMatchObject({
      operation: 'overwrite',
      'deleted-data-files': '1',
      'deleted-records': '10',
      'removed-delete-files': '1',
      'removed-position-deletes': '3',
      'total-data-files': '2',
      'total-records': '17',
      'total-delete-files': '1',
      'total-position-deletes': '4',
    });
    const fourth = await stage(third, { dataFiles: [await dataFile('f')] });
    expect(await scanOf(fourth)).toEqual({ b: ['e'], c: [], f: [] });
    const deletedCounts = (await manifestsOf(third)).map(({ deletedFilesCount }) => deletedFilesCount);
    expect(deletedCounts.sort()).toEqual([0, 1, 1]);
  });

  test('may leave nothing, after which the table goes on', async () => {
    const first = await stage(table, { dataFiles: [await dataFile('a')] });
    const second = await stage(first, { removedDataFiles: [locationOf('a')] });
    expect(await scanOf(second)).toEqual({});
    expect(summaryOf(second)).toMatchObject({ operation: 'delete', 'total-records': '0' });
    const third = await stage(second, { dataFiles: [await dataFile('b')] });
    expect(await scanOf(third)).toEqual({ b: [] });
    expect(await manifestsOf(third)).toHaveLength(1);
  });

  test('is refused where a file to remove is none of the table’s, and leaves nothing', async () => {
    const first = await stage(table, { dataFiles: [await dataFile('a')] });
    const before = await collect(io.list(table.metadata.location));
    await expect(stage(first, { removedDataFiles: [locationOf('a'), locationOf('gone')] })).rejects.toThrow(
      /no data file .*gone/,
    );
    expect(await collect(io.list(table.metadata.location))).toEqual(before);
  });

  test('is refused where data and deletes stand in each other’s place', async () => {
    const [data, deletes] = [await dataFile('a'), await deletesOf('d', 1, 'a')];
    await expect(stage(table, { dataFiles: [deletes] })).rejects.toThrow('holds position-deletes');
    await expect(stage(table, { deleteFiles: [data] })).rejects.toThrow('where position-deletes belongs');
  });

  test('of another engine that deletes by value is refused rather than read as if nothing were deleted', async () => {
    const first = await stage(table, { dataFiles: [await dataFile('a')] });
    const position = await deletesOf('d', 1, 'a');
    const second = await stage(first, { deleteFiles: [position] });
    const manifest = (await manifestsOf(second)).find(({ content }) => content === 'deletes');
    const context = { schema: IDS, partitionSpec: { 'spec-id': 0, fields: [] } };
    const writer = new ManifestWriter(context, 'deletes');
    writer.added(second.snapshotId, { ...position, content: 'equality-deletes', equalityIds: [1] });
    await io.replace(manifest?.manifestPath ?? '', writer.finish());
    await expect(scanOf(second)).rejects.toThrow('holds equality deletes');
  });
});
