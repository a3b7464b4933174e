import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createTable,
  currentDataFiles,
  evolveSchema,
  type IcebergSchema,
  type LocalFileIO,
  localFileIO,
  parquetDataFile,
  positionDeleteFile,
  readTable,
  stageAppend,
  stageRowDelta,
  type Table,
  writeVersionHint,
} from './index.ts';
import { CONTACTS, contactsSql } from './testing/contacts.ts';
import { writeParquet, writePositionDeletes } from './testing/duckdb-parquet.ts';
import { requirePython, runPython } from './testing/python.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

/** What testing/read-table.py prints. */
interface Reading {
  readonly schema: string;
  readonly schemaJson: { readonly fields: unknown };
  readonly snapshotId: string;
  readonly summary: Record<string, string>;
  readonly manifests: number;
  readonly rows: readonly Record<string, unknown>[];
  readonly metrics: Record<
    string,
    Record<'nullCounts' | 'valueCounts' | 'lower' | 'upper', Record<string, unknown>> & {
      recordCount: number;
    }
  >;
  readonly scans: Record<string, { files: string[]; rows: number; read: number }>;
  readonly history: readonly string[];
  readonly previousMetadata: readonly string[];
}

describe('PyIceberg', () => {
  let root: string;
  let io: LocalFileIO;

  beforeEach(async (context) => {
    await requirePython(context);
    root = await mkdtemp(join(tmpdir(), 'lake-pyiceberg-'));
    await mkdir(join(root, 'contacts/data'), { recursive: true });
    io = localFileIO(root);
  });

  afterEach(async () => {
    if (root) await rm(root, { recursive: true, force: true });
  });

  const newContacts = (properties = {}) =>
    createTable(io, {
      location: io.locationOf(join(root, 'contacts')),
      schema: CONTACTS,
      properties,
      now: NOW,
    });

  async function append(
    table: Table,
    name: string,
    query: string,
    schema: IcebergSchema = CONTACTS,
  ): Promise<Table> {
    const written = await writeParquet(io, `${table.metadata.location}/data/${name}.parquet`, schema, query);
    const files = [parquetDataFile(written, schema)];
    return stageAppend(io, table, { files, summary: { 'tributary.run-id': name }, now: NOW });
  }

  async function read(location: string, ...filters: string[]): Promise<Reading> {
    // The script's own shape, typed above.
    return JSON.parse(await runPython('read-table.py', location, ...filters)) as Reading;
  }

  test('reads schema, values, snapshots and column metrics', async () => {
    const first = await append(await newContacts(), 'first', contactsSql(0, 10));
    const table = await append(first, 'second', contactsSql(10, 30));

    const reading = await read(table.metadataLocation);

    expect(reading.schemaJson.fields).toEqual(CONTACTS.fields);
    expect(reading.rows).toHaveLength(30);
    expect(reading.rows[11]).toMatchObject({
      _id: 'contact-000011',
      person: { name: { firstName: 'Élodie 11', lastName: `O'Neill, "11"` }, birthDate: '1980-01-12' },
      visits: 110_000_000_000,
      score: 1.375,
      active: false,
      modified: '2026-01-01 11:00:00.000001+00:00',
      emails: [
        { address: 'c11@example.com', primary: true },
        { address: null, primary: null },
      ],
      tags: ['a', null, 'b11'],
    });
    expect(reading.history).toEqual(
      table.metadata.snapshots.map((snapshot) => String(snapshot['snapshot-id'])),
    );
    expect(reading.previousMetadata.at(-1)).toBe(first.metadataLocation);
    expect(reading.summary).toMatchObject({
      operation: 'append',
      'tributary.run-id': 'second',
      'added-records': '20',
      'total-records': '30',
      'total-data-files': '2',
    });
    expect(reading.metrics[`${table.metadata.location}/data/second.parquet`]).toMatchObject({
      recordCount: 20,
      valueCounts: { _id: 20, 'person.name.lastName': 20 },
      nullCounts: { _id: 0, 'person.birthDate': 6, score: 4 },
      lower: {
        _id: 'contact-000010',
        'person.birthDate': String(Date.UTC(1980, 0, 11) / 86_400_000),
        loyaltyPoints: '10',
        visits: '100000000000',
        score: '1.375',
        active: 'False',
        modified: `${Date.UTC(2026, 0, 1, 10)}001`,
      },
      upper: { _id: 'contact-000029', loyaltyPoints: '29', score: '3.625', active: 'True' },
    });
  });

  test('plans only the files that can hold what a filter asks for, and loses no row by it', async () => {
    let table = await newContacts();
    for (const from of [0, 10, 20]) table = await append(table, `from-${from}`, contactsSql(from, from + 10));
    const filters = {
      'loyaltyPoints > 24': { files: ['from-20'], rows: 5 },
      'visits < 100000000000': { files: ['from-0'], rows: 10 },
      'score >= 1.0 and score < 2.0': { files: ['from-0', 'from-10'], rows: 6 },
      "_id = 'contact-000015'": { files: ['from-10'], rows: 1 },
      "person.birthDate < '1980-01-05'": { files: ['from-0'], rows: 2 },
      "modified >= '2026-01-01T20:00:00.000001+00:00'": { files: ['from-20'], rows: 10 },
      "person.name.firstName = 'Élodie 90'": { files: [], rows: 0 },
      'loyaltyPoints is null': { files: [], rows: 0 },
      'score is null': { files: ['from-0', 'from-10', 'from-20'], rows: 6 },
      "_id > 'contact-9'": { files: [], rows: 0 },
    };

    const { scans } = await read(table.metadataLocation, ...Object.keys(filters));

    const found = Object.fromEntries(
      Object.entries(scans).map(([filter, { files, rows }]) => [
        filter,
        { files: files.map((file) => file.replace(/^.*\/(.*)\.parquet$/, '$1')), rows },
      ]),
    );
    expect(found).toEqual(filters);
  });

  test('reads a table that has evolved, whose manifests were merged, by its folder alone', async () => {
    const title = { id: 21, name: 'title', required: false, type: 'string' };
    const wider: IcebergSchema = {
      ...CONTACTS,
      fields: CONTACTS.fields
        .map((field) => (field.name === 'loyaltyPoints' ? { ...field, name: 'points', type: 'long' } : field))
        .concat(title),
    };
    let table = await newContacts({ 'commit.manifest.min-count-to-merge': '2' });
    for (const name of ['a', 'b', 'c', 'd']) table = await append(table, name, contactsSql(0, 5));
    table = await evolveSchema(io, table, { schema: wider, now: NOW });
    const query = `SELECT * EXCLUDE (loyaltyPoints), loyaltyPoints + 3000000000 AS points, 'Dr' AS title FROM (${contactsSql(5, 6)})`;
    table = await append(table, 'e', query, wider);
    await writeVersionHint(io, table);

    const reading = await read(table.metadata.location, 'points > 2000000000', 'points = 4');

    expect(reading.rows).toHaveLength(21);
    expect(new Set(reading.rows.map((row) => row.title))).toEqual(new Set([null, 'Dr']));
    expect(reading.manifests).toBeLessThanOrEqual(3);
    expect(reading.scans['points > 2000000000']).toMatchObject({
      rows: 1,
      files: [expect.stringContaining('/e.')],
    });
    expect(reading.scans['points = 4']).toMatchObject({ rows: 4 });
  });

  test('reads no row that position deletes take, and rewrites what is left', async () => {
    let table = await newContacts({ 'commit.manifest.min-count-to-merge': '2' });
    for (const from of [0, 10, 20]) table = await append(table, `from-${from}`, contactsSql(from, from + 10));
    const dataFile = (from: number) => `${table.metadata.location}/data/from-${from}.parquet`;
    const deletesOf = async (name: string, rows: readonly (readonly [string, number])[]) =>
      positionDeleteFile(
        await writePositionDeletes(io, `${table.metadata.location}/data/${name}.parquet`, rows),
      );
    const written = await writeParquet(io, dataFile(30), CONTACTS, contactsSql(0, 1));
    const replaced = await stageRowDelta(io, table, {
      dataFiles: [parquetDataFile(written, CONTACTS)],
      deleteFiles: [
        await deletesOf('d1', [
          [dataFile(0), 0],
          [dataFile(20), 9],
        ]),
        await deletesOf('d2', [[dataFile(20), 5]]),
      ],
      removedDataFiles: [dataFile(10)],
      now: NOW,
    });

    const reading = await read(replaced.metadataLocation, 'loyaltyPoints >= 25', 'loyaltyPoints = 0');
    const theirs = await readTable(
      io,
      await runPython('change-table.py', replaced.metadataLocation, 'delete', 'loyaltyPoints = 21'),
    );
    const again = await append(theirs, 'again', contactsSql(21, 22));

    const expected = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22, 23, 24, 26, 27, 28];
    expect(reading.rows.map(({ loyaltyPoints }) => loyaltyPoints)).toEqual(expected);
    expect(reading.scans['loyaltyPoints >= 25']).toMatchObject({ read: 3 });
    expect(reading.scans['loyaltyPoints = 0']).toMatchObject({ read: 1 });
    expect(reading.summary).toMatchObject({ operation: 'overwrite', 'total-position-deletes': '3' });
    expect((await read(again.metadataLocation)).rows.map(({ loyaltyPoints }) => loyaltyPoints)).toEqual(
      expected,
    );
  });

  test('changes a table that Tributary then reads and appends to', async () => {
    const ours = await append(
      await newContacts({ 'commit.manifest.min-count-to-merge': '2' }),
      'ours',
      contactsSql(0, 10),
    );
    const appended = await runPython('change-table.py', ours.metadataLocation, 'append-first-row');
    const deleted = await runPython('change-table.py', appended, 'delete', 'loyaltyPoints >= 8');

    const theirs = await readTable(io, deleted);
    const rowCounts = [];
    for await (const file of currentDataFiles(io, theirs)) rowCounts.push(file.recordCount);
    const table = await append(theirs, 'again', contactsSql(20, 22));
    const reading = await read(table.metadataLocation, 'loyaltyPoints = 0');

    expect(rowCounts.sort()).toEqual([1, 8]);
    expect(reading.rows).toHaveLength(8 + 1 + 2);
    expect(reading.scans['loyaltyPoints = 0']).toMatchObject({ rows: 2 });
    expect(reading.summary['total-records']).toBe('11');
    expect(table.metadata.snapshots.length).toBeGreaterThanOrEqual(4);
  });
});
