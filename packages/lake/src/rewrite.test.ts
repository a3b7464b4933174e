import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { icebergRead } from 'icebird';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createTable,
  type DataFile,
  type FileScanTask,
  type LocalFileIO,
  localFileIO,
  parquetDataFile,
  planScan,
  positionDeleteFile,
  RequirementError,
  readTable,
  stageRewrite,
  stageRowDelta,
  type Table,
} from './index.ts';
import { currentSnapshot } from './table-metadata.ts';
import { collect } from './testing/collect.ts';
import { writeParquet, writePositionDeletes } from './testing/duckdb-parquet.ts';
import { fileFetch } from './testing/file-fetch.ts';
import { dataFileLocation, IDS, nameOfDataFile, writeDataFile } from './testing/ids-table.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('a rewrite', () => {
  let root: string;
  let io: LocalFileIO;
  let table: Table;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-rewrite-'));
    await mkdir(join(root, 't/data'), { recursive: true });
    io = localFileIO(root);
    table = await createTable(io, { location: io.locationOf(join(root, 't')), schema: IDS, now: NOW });
  });

  afterEach(async () => {
    vi.unstubAllGlobals();
    await rm(root, { recursive: true });
  });

  const dataFile = (name: string, recordCount = 10) => writeDataFile(io, table, name, recordCount);

  async function deletesOf(name: string, rows: number, first: string, last = first): Promise<DataFile> {
    const location = dataFileLocation(table, name);
    await io.write(location, Buffer.from(name));
    return positionDeleteFile({
      location,
      rows,
      bytes: Buffer.byteLength(name),
      firstDataFile: dataFileLocation(table, first),
      lastDataFile: dataFileLocation(table, last),
    });
  }

  /** Data files a, b and c, of which rows of a and b are deleted by d, and one of c by e. */
  async function tableWithDeletes(): Promise<Table> {
    const dataFiles = [await dataFile('a'), await dataFile('b'), await dataFile('c')];
    const landed = await stageRowDelta(io, table, { dataFiles, now: NOW });
    const deleteFiles = [await deletesOf('d', 3, 'a', 'b'), await deletesOf('e', 1, 'c')];
    return stageRowDelta(io, landed, { deleteFiles, now: NOW });
  }

  async function tasksOf(of: Table, ...names: string[]): Promise<FileScanTask[]> {
    const tasks = await collect(planScan(io, await readTable(io, of.metadataLocation)));
    return tasks.filter(({ dataFile }) => names.length === 0 || names.includes(nameOfDataFile(dataFile)));
  }

  async function scanOf(of: Table): Promise<Record<string, readonly string[]>> {
    const tasks = await tasksOf(of);
    return Object.fromEntries(
      tasks.map((task) => [nameOfDataFile(task.dataFile), task.deleteFiles.map(nameOfDataFile).sort()]),
    );
  }

  test('puts rows into other files, and folds in the deletes that nothing else needs', async () => {
    const before = await tableWithDeletes();
    const after = await stageRewrite(io, before, {
      rewritten: await tasksOf(before, 'a', 'b'),
      dataFiles: [await dataFile('ab', 17)],
      now: NOW,
    });
    expect(await scanOf(after)).toEqual({ ab: [], c: ['e'] });
    expect(await scanOf(before)).toEqual({ a: ['d'], b: ['d'], c: ['e'] });
    expect(currentSnapshot(after.metadata)?.summary).toMatchObject({
      operation: 'replace',
      'added-data-files': '1',
      'deleted-data-files': '2',
      'removed-delete-files': '1',
      'total-data-files': '2',
      'total-records': '27',
      'total-position-deletes': '1',
    });
  });

  test('leaves deletes that another file needs too', async () => {
    const before = await tableWithDeletes();
    const rewritten = await tasksOf(before, 'a');
    const dataFiles = [await dataFile('a2', 9)];
    const after = await stageRewrite(io, before, { rewritten, dataFiles, now: NOW });
    expect(await scanOf(after)).toEqual({ a2: [], b: ['d'], c: ['e'] });
  });

  test('of files without a row that is left takes them from the table', async () => {
    const before = await tableWithDeletes();
    const after = await stageRewrite(io, before, {
      rewritten: await tasksOf(before),
      dataFiles: [],
      now: NOW,
    });
    expect(await scanOf(after)).toEqual({});
    expect(currentSnapshot(after.metadata)?.summary).toMatchObject({ 'total-delete-files': '0' });
  });

  test('holds on a table in which other rows have come and gone', async () => {
    const before = await tableWithDeletes();
    const rewritten = await tasksOf(before, 'a', 'b');
    const meanwhile = await stageRowDelta(io, before, {
      dataFiles: [await dataFile('new')],
      deleteFiles: [await deletesOf('f', 1, 'c')],
      now: NOW,
    });
    const dataFiles = [await dataFile('ab', 17)];
    const after = await stageRewrite(io, meanwhile, { rewritten, dataFiles, now: NOW });
    expect(await scanOf(after)).toEqual({ ab: [], c: ['e', 'f'], new: [] });
  });

  test.each([
    ['rows of a file were deleted', { deletes: true }, /rows of .*a.parquet were deleted/],
    ['a file has gone', { deletes: false }, /no data file .*a.parquet any more/],
  ])('is refused where %s meanwhile, and leaves nothing', async (_, { deletes }, message) => {
    const before = await tableWithDeletes();
    const rewritten = await tasksOf(before, 'a', 'b');
    const meanwhile = await stageRowDelta(io, before, {
      deleteFiles: deletes ? [await deletesOf('f', 1, 'a')] : [],
      removedDataFiles: deletes ? [] : [dataFileLocation(table, 'a')],
      now: NOW,
    });
    const dataFiles = [await dataFile('ab', 17)];
    const files = await collect(io.list(table.metadata.location));
    const rewrite = stageRewrite(io, meanwhile, { rewritten, dataFiles, now: NOW });
    await expect(rewrite).rejects.toThrow(RequirementError);
    await expect(rewrite).rejects.toThrow(message);
    expect(await collect(io.list(table.metadata.location))).toEqual(files);
  });

  test('reads as before, to a reader that is not ours, and takes deletes from then on', async () => {
    vi.stubGlobal('fetch', fileFetch);
    const write = async (name: string, ids: string) => {
      const location = dataFileLocation(table, name);
      const query = `SELECT unnest([${ids}]) AS id`;
      return parquetDataFile(await writeParquet(io, location, IDS, query), IDS);
    };
    const deleting = async (name: string, from: DataFile, pos: number) => {
      const location = dataFileLocation(table, name);
      return positionDeleteFile(await writePositionDeletes(io, location, [[from.filePath, pos]]));
    };
    const rowsOf = async ({ metadata, metadataLocation }: Table) => {
      const metadataFileName = metadataLocation.slice(metadataLocation.lastIndexOf('/') + 1);
      const rows = await icebergRead({ tableUrl: metadata.location, metadataFileName });
      return rows.map((row) => row.id).sort();
    };
    const [a, b] = [await write('a', "'1', '2', '3'"), await write('b', "'4', '5'")];
    const landed = await stageRowDelta(io, table, { dataFiles: [a, b], now: NOW });
    const deleteFiles = [await deleting('d', a, 1)];
    const deleted = await stageRowDelta(io, landed, { deleteFiles, now: NOW });
    const whole = await write('whole', "'1', '3', '4', '5'");
    const rewritten = await tasksOf(deleted);
    const after = await stageRewrite(io, deleted, { rewritten, dataFiles: [whole], now: NOW });
    expect(await rowsOf(after)).toEqual(['1', '3', '4', '5']);
    const later = { deleteFiles: [await deleting('e', whole, 3)], now: NOW };
    expect(await rowsOf(await stageRowDelta(io, after, later))).toEqual(['1', '3', '4']);
    expect(await rowsOf(deleted)).toEqual(['1', '3', '4', '5']);
  });
});
