import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createTable,
  currentDataFiles,
  discardStaged,
  evolveSchema,
  type FileIO,
  type LocalFileIO,
  localFileIO,
  readTable,
  removeOldMetadata,
  stageAppend,
  type Table,
} from './index.ts';
import { currentSnapshot } from './table-metadata.ts';
import { collect } from './testing/collect.ts';
import { IDS, nameOfDataFile, writeDataFile } from './testing/ids-table.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const LATER = new Date('2026-03-01T12:15:00Z');

describe('an append', () => {
  let root: string;
  let io: LocalFileIO;
  let table: Table;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-append-'));
    io = localFileIO(root);
    table = await createTable(io, { location: io.locationOf(join(root, 't')), schema: IDS, now: NOW });
  });

  afterEach(() => rm(root, { recursive: true }));

  const dataFile = (name: string, recordCount = 1) => writeDataFile(io, table, name, recordCount);
  const append = async (onto: Table, name: string, now = NOW) =>
    stageAppend(io, onto, { files: [await dataFile(name)], now });

  async function filesOf(of: Table): Promise<string[]> {
    const files = await collect(currentDataFiles(io, await readTable(io, of.metadataLocation)));
    return files.map(nameOfDataFile).sort();
  }

  const filesOnDisk = async () => (await readdir(root, { recursive: true })).sort();

  test('gives a table that reads back as what was staged', async () => {
    const staged = await append(table, 'a');
    expect((await readTable(io, staged.metadataLocation)).metadata).toEqual(staged.metadata);
    expect(staged.metadata['current-snapshot-id']).toBe(staged.snapshotId);
    expect(staged.metadata.refs.main?.['snapshot-id']).toBe(staged.snapshotId);
    expect(await filesOf(staged)).toEqual(['a']);
    expect(await filesOf(table)).toEqual([]);
  });

  test('touches no file that exists', async () => {
    const first = await append(table, 'a');
    const before = await Promise.all((await filesOnDisk()).map((path) => stat(join(root, path))));
    const paths = await filesOnDisk();
    await append(first, 'b');
    const after = await Promise.all(paths.map((path) => stat(join(root, path))));
    const files = (stats: typeof before) =>
      stats.filter((one) => one.isFile()).map((one) => [one.ino, one.mtimeMs, one.size]);
    expect(files(after)).toEqual(files(before));
  });

  test('that lost the pointer is staged again on the newer table, with the same data file', async () => {
    const winner = await append(table, 'winner');
    const files = [await dataFile('loser')];
    const lost = await stageAppend(io, table, { files, now: NOW });
    const again = await stageAppend(io, winner, { files, now: NOW });
    await discardStaged(io, lost);

    expect(await filesOf(again)).toEqual(['loser', 'winner']);
    expect(await filesOf(winner)).toEqual(['winner']);
    expect(again.metadata['last-sequence-number']).toBe(2);
    await expect(readTable(io, lost.metadataLocation)).rejects.toThrow('no file at');
  });

  test('that is discarded leaves only its data files', async () => {
    const before = await filesOnDisk();
    const staged = await append(table, 'a');
    await discardStaged(io, staged);
    await discardStaged(io, staged);
    expect(await filesOnDisk()).toEqual([...before, 't/data', 't/data/a.parquet'].sort());
  });

  test('that fails half-way leaves nothing', async () => {
    const files = [await dataFile('a')];
    const before = await filesOnDisk();
    const full: FileIO = {
      ...io,
      write: (location, content) =>
        location.endsWith('.metadata.json')
          ? Promise.reject(new Error('disk full'))
          : io.write(location, content),
    };
    await expect(stageAppend(full, table, { files, now: NOW })).rejects.toThrow('disk full');
    expect(await filesOnDisk()).toEqual(before);
  });

  test('without files is a snapshot of its own', async () => {
    const first = await append(table, 'a');
    const second = await stageAppend(io, first, { files: [], summary: { run: '7' }, now: LATER });
    expect(await filesOf(second)).toEqual(['a']);
    expect(currentSnapshot(second.metadata)?.summary).toMatchObject({
      run: '7',
      'added-records': '0',
      'total-records': '1',
    });
  });

  test('counts what it adds and what is there then', async () => {
    const first = await stageAppend(io, table, { files: [await dataFile('a', 3)], now: NOW });
    const files = [await dataFile('bb', 4), await dataFile('ccc', 5)];
    const second = await stageAppend(io, first, {
      files,
      summary: { operation: 'delete', 'added-records': '0' },
      now: NOW,
    });
    expect(currentSnapshot(second.metadata)?.summary).toEqual({
      operation: 'append',
      'added-data-files': '2',
      'added-records': '9',
      'added-files-size': '5',
      'total-data-files': '3',
      'total-records': '12',
      'total-files-size': '6',
      'total-delete-files': '0',
      'total-position-deletes': '0',
      'total-equality-deletes': '0',
    });
  });

  test('never goes back in time, even where a clock does', async () => {
    const first = await append(table, 'a', LATER);
    const second = await append(first, 'b', NOW);
    expect(second.metadata['last-updated-ms']).toBe(LATER.getTime());
    expect(currentSnapshot(second.metadata)?.['timestamp-ms']).toBe(LATER.getTime());
  });

  const propertied = async (properties: Record<string, string>) =>
    createTable(io, { location: table.metadata.location, schema: IDS, properties, now: NOW });

  test('remembers former metadata files, as many as the table asks for', async () => {
    let current: Table = await propertied({ 'write.metadata.previous-versions-max': '2' });
    const locations = [];
    for (const name of ['a', 'b', 'c']) {
      locations.push(current.metadataLocation);
      current = await append(current, name);
    }
    expect(current.metadata['metadata-log'].map((entry) => entry['metadata-file'])).toEqual(
      locations.slice(1),
    );
    expect(current.metadataLocation).toMatch(/\/00003-[^/]+\.metadata\.json$/);
  });

  test.each([
    ['removed where the table asks for it', 'true', 3],
    ['kept otherwise', 'false', 6],
  ])('drops metadata files from the log, which are %s', async (_, enabled, left) => {
    let current: Table = await propertied({
      'write.metadata.previous-versions-max': '2',
      'write.metadata.delete-after-commit.enabled': enabled,
    });
    await io.remove(table.metadataLocation);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const next = await append(current, name);
      await removeOldMetadata(io, current, next);
      current = next;
    }
    const files = (await filesOnDisk()).filter((path) => path.endsWith('.metadata.json'));
    expect(files).toHaveLength(left);
    expect(await filesOf(current)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test.each([
    [
      'another table',
      () => [{ type: 'assert-table-uuid', uuid: 'other' }] as const,
      "the table's UUID must be other",
    ],
    [
      'another state',
      () => [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 7n }] as const,
      'snapshot of main must be 7, but is unset',
    ],
  ])('is refused on %s than it requires', async (_, requirements, message) => {
    // A snapshot id that no table gave is what this is about.
    const required = requirements() as Parameters<typeof stageAppend>[2]['requirements'] & object;
    await expect(stageAppend(io, table, { files: [], requirements: required, now: NOW })).rejects.toThrow(
      message,
    );
  });

  test('is refused where a data file is missing, cut short, or named twice', async () => {
    const file = await dataFile('a');
    const missing = { ...file, filePath: `${table.metadata.location}/data/missing.parquet` };
    await expect(stageAppend(io, table, { files: [missing], now: NOW })).rejects.toThrow('no file at');
    await expect(
      stageAppend(io, table, { files: [{ ...file, fileSizeInBytes: 2 }], now: NOW }),
    ).rejects.toThrow('has 1 bytes instead of 2');
    await expect(stageAppend(io, table, { files: [file, file], now: NOW })).rejects.toThrow('is added twice');
  });

  test('is refused on a partitioned table', async () => {
    const spec = {
      'spec-id': 0,
      fields: [{ 'source-id': 1, 'field-id': 1000, name: 'id', transform: 'identity' }],
    };
    const partitioned = { ...table, metadata: { ...table.metadata, 'partition-specs': [spec] } };
    await expect(append(partitioned, 'a')).rejects.toThrow('only unpartitioned tables are written');
  });

  test('goes on after the schema has evolved', async () => {
    const first = await append(table, 'a');
    const wider = {
      ...IDS,
      fields: [...IDS.fields, { id: 2, name: 'b', required: false, type: 'int' }],
    };
    const evolved = await evolveSchema(io, first, { schema: wider, now: NOW });
    const second = await append(evolved, 'b');
    expect(second.metadata).toMatchObject({ 'current-schema-id': 1, 'last-column-id': 2 });
    expect(second.metadata.snapshots.map((snapshot) => snapshot['schema-id'])).toEqual([0, 1]);
    expect(await filesOf(second)).toEqual(['a', 'b']);
  });
});
