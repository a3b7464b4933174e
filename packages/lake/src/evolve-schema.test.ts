import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createTable,
  evolveSchema,
  type IcebergField,
  type IcebergSchema,
  type LocalFileIO,
  localFileIO,
  readTable,
  type Table,
} from './index.ts';

const schemaOf = (...fields: IcebergField[]): IcebergSchema => ({ type: 'struct', 'schema-id': 0, fields });
const column = (id: number, name: string, type = 'string') => ({ id, name, required: false, type });
const NOW = new Date('2026-03-01T12:00:00Z');

describe('a table’s schema', () => {
  let root: string;
  let io: LocalFileIO;
  let table: Table;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-evolve-'));
    io = localFileIO(root);
    const schema = schemaOf(column(1, 'id'), column(2, 'b'));
    table = await createTable(io, { location: io.locationOf(join(root, 't')), schema, now: NOW });
  });

  afterEach(() => rm(root, { recursive: true }));

  test('changes to one with a new id, the former one is kept', async () => {
    const schema = schemaOf(column(1, 'id'), column(2, 'b'), column(7, 'c'));
    const evolved = await evolveSchema(io, table, { schema, now: NOW });
    const { metadata } = await readTable(io, evolved.metadataLocation);
    expect(metadata).toMatchObject({ 'current-schema-id': 1, 'last-column-id': 7 });
    expect(metadata.schemas).toEqual([table.metadata.schemas[0], { ...schema, 'schema-id': 1 }]);
    expect(metadata['metadata-log']).toMatchObject([{ 'metadata-file': table.metadataLocation }]);
  });

  test('does not change where the columns are the same', async () => {
    const schema = { ...schemaOf(column(1, 'id'), column(2, 'b')), 'schema-id': 9 };
    expect(await evolveSchema(io, table, { schema, now: NOW })).toEqual({ ...table, written: [] });
  });

  test('never gives the id of a dropped column to another', async () => {
    const dropped = await evolveSchema(io, table, { schema: schemaOf(column(1, 'id')), now: NOW });
    expect(dropped.metadata['last-column-id']).toBe(2);
    const reused = schemaOf(column(1, 'id'), column(2, 'other', 'int'));
    await expect(evolveSchema(io, dropped, { schema: reused, now: NOW })).rejects.toThrow(
      '"other" takes the id 2 of a column that was dropped',
    );
  });

  test('does not change in a way that old rows contradict; every such column is named', async () => {
    const schema = schemaOf({ ...column(1, 'id'), required: true }, column(2, 'b', 'int'));
    await expect(evolveSchema(io, table, { schema, now: NOW })).rejects.toThrow(
      'the schema can not change so: "id" is optional and can not become required; "b" is of type string and can not become int',
    );
  });

  test('does not change where it is no longer the one that the caller knows', async () => {
    const requirements = [{ type: 'assert-current-schema-id', 'current-schema-id': 3 }] as const;
    await expect(
      evolveSchema(io, table, { schema: schemaOf(column(1, 'id')), requirements, now: NOW }),
    ).rejects.toThrow("the table's current schema id must be 3, but is 0");
  });
});
