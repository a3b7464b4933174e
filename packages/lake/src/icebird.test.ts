import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { icebergRead } from 'icebird';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createTable,
  evolveSchema,
  type IcebergSchema,
  type LocalFileIO,
  localFileIO,
  parquetDataFile,
  planScan,
  positionDeleteFile,
  readTable,
  stageAppend,
  stageRowDelta,
  type Table,
} from './index.ts';
import { collect } from './testing/collect.ts';
import { CONTACTS, contactsSql } from './testing/contacts.ts';
import { writeParquet, writePositionDeletes } from './testing/duckdb-parquet.ts';
import { fileFetch } from './testing/file-fetch.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('icebird reads', () => {
  let root: string;
  let io: LocalFileIO;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-icebird-'));
    await mkdir(join(root, 'contacts/data'), { recursive: true });
    io = localFileIO(root);
    vi.stubGlobal('fetch', fileFetch);
  });

  afterEach(async () => {
    vi.unstubAllGlobals();
    await rm(root, { recursive: true });
  });

  const newContacts = (properties = {}) =>
    createTable(io, {
      location: io.locationOf(join(root, 'contacts')),
      schema: CONTACTS,
      properties,
      now: NOW,
    });

  async function append(table: Table, query: string, schema: IcebergSchema = CONTACTS): Promise<Table> {
    const location = `${table.metadata.location}/data/${crypto.randomUUID()}.parquet`;
    const written = await writeParquet(io, location, schema, query);
    return stageAppend(io, table, { files: [parquetDataFile(written, schema)], now: NOW });
  }

  /** Everything comes from disk: icebird is told the name of the metadata file alone. */
  async function rowsOf(table: Table): Promise<Record<string, unknown>[]> {
    const metadataFileName = table.metadataLocation.slice(table.metadataLocation.lastIndexOf('/') + 1);
    return icebergRead({ tableUrl: table.metadata.location, metadataFileName });
  }

  test('nested structs, lists, maps, nulls, dates and timestamps as they were written', async () => {
    const rows = await rowsOf(await append(await newContacts(), contactsSql(0, 8)));

    expect(rows).toHaveLength(8);
    expect(rows[1]).toEqual({
      _id: 'contact-000001',
      person: {
        name: { firstName: 'Élodie 1', lastName: `O'Neill, "1"` },
        birthDate: new Date('1980-01-02'),
      },
      loyaltyPoints: 1,
      visits: 10_000_000_000n,
      score: 0.125,
      active: false,
      modified: new Date('2026-01-01T01:00:00Z'),
      emails: [
        { address: 'c1@example.com', primary: true },
        { address: null, primary: null },
      ],
      tags: [],
      scores: { first: 1, second: null },
    });
    expect(rows[0]).toMatchObject({ score: null, tags: ['a', null, 'b0'] });
    expect(rows[0]?.person ?? null).toBeNull();
    expect(rows[0]?.emails ?? null).toBeNull();
    expect(rows[2]).toMatchObject({ person: { name: { firstName: 'Élodie 2', lastName: null } } });
  });

  test('the rows of every append, and each snapshot as it was', async () => {
    const first = await append(await newContacts(), contactsSql(0, 10));
    const second = await append(first, contactsSql(10, 25));
    const third = await append(await readTable(io, second.metadataLocation), contactsSql(25, 26));

    const numbers = (rows: Record<string, unknown>[]) =>
      rows.map((row) => Number(row.loyaltyPoints)).sort((a, b) => a - b);
    expect(numbers(await rowsOf(third))).toEqual(Array.from({ length: 26 }, (_, index) => index));
    expect(numbers(await rowsOf(second))).toHaveLength(25);
    expect(numbers(await rowsOf(first))).toHaveLength(10);
  });

  test('no row that a position delete takes, in any snapshot from then on', async () => {
    const first = await append(await newContacts(), contactsSql(0, 5));
    const second = await append(first, contactsSql(5, 10));
    const [newer = '', older = ''] = (await collect(planScan(io, second))).map(
      ({ dataFile }) => dataFile.filePath,
    );
    const location = `${second.metadata.location}/data/deletes.parquet`;
    const deletes = await writePositionDeletes(io, location, [
      [older, 0],
      [older, 3],
      [newer, 4],
    ]);
    const third = await stageRowDelta(io, second, { deleteFiles: [positionDeleteFile(deletes)], now: NOW });
    const fourth = await append(third, contactsSql(0, 1));

    const numbers = async (table: Table) => (await rowsOf(table)).map((row) => row.loyaltyPoints).sort();
    expect(await numbers(third)).toEqual([1, 2, 4, 5, 6, 7, 8]);
    expect(await numbers(fourth)).toEqual([0, 1, 2, 4, 5, 6, 7, 8]);
    expect(await numbers(second)).toHaveLength(10);
  });

  test('a table whose manifests were merged', async () => {
    let table = await newContacts({ 'commit.manifest.min-count-to-merge': '2' });
    for (let run = 0; run < 5; run++) table = await append(table, contactsSql(run, run + 1));

    const ids = (await rowsOf(table)).map((row) => row.loyaltyPoints);
    expect(ids.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('old and new rows after a column was added', async () => {
    const title = { id: 21, name: 'title', required: false, type: 'string' };
    const wider: IcebergSchema = { ...CONTACTS, fields: [...CONTACTS.fields, title] };
    const before = await append(await newContacts(), contactsSql(0, 2));
    const evolved = await evolveSchema(io, before, { schema: wider, now: NOW });
    const after = await append(evolved, `SELECT *, 'Dr' AS title FROM (${contactsSql(2, 3)})`, wider);

    const titles = (await rowsOf(after)).map(({ loyaltyPoints, title }) => [loyaltyPoints, title ?? null]);
    expect(titles.sort()).toEqual([
      [0, null],
      [1, null],
      [2, 'Dr'],
    ]);
  });
});
