import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import type { LiveFile, PositionDeletesRequest } from './index.ts';
import { dataFiles } from './testing/data-files.ts';
import { engineBench } from './testing/engine-bench.ts';

const bench = engineBench();

const KEY = { name: 'id', id: 2, type: { kind: 'scalar', icebergType: 'string' } } as const;

/** Runs SQL in which `#x` is the path of x.parquet in the test's folder. */
async function sql(text: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const statement = text.replaceAll(/#(\w+)/g, (_, name: string) => `'${pathOf(name)}'`);
    return (await connection.runAndReadAll(statement)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const { pathOf, locationOf } = dataFiles(bench);

/** A data file with the ids in an object, as tables have them. */
async function dataFile(name: string, ids: readonly (string | null)[]): Promise<LiveFile> {
  const rows = ids.map((id) => `(${id === null ? 'NULL' : `'${id}'`})`).join(', ');
  await sql(
    `COPY (SELECT {id: i, other: 1} AS _acme FROM (VALUES ${rows}) t(i)) TO #${name} ` +
      '(FORMAT parquet, FIELD_IDS {_acme: {__duckdb_field_id: 1, id: 2, other: 3}})',
  );
  return { path: pathOf(name), location: locationOf(name) };
}

async function deletes(name: string, rows: readonly (readonly [string, number])[]): Promise<string> {
  const values = rows.map(([file, pos]) => `('${locationOf(file)}', ${pos}::BIGINT)`).join(', ');
  await sql(`COPY (SELECT * FROM (VALUES ${values}) t(file_path, pos)) TO #${name} (FORMAT parquet)`);
  return pathOf(name);
}

async function keys(name: string, rows: readonly (readonly [string, boolean])[]): Promise<string> {
  const values = rows.map(([id, gone]) => `('${id}', ${gone})`).join(', ');
  await sql(`COPY (SELECT * FROM (VALUES ${values}) t(k0, gone)) TO #${name} (FORMAT parquet)`);
  return pathOf(name);
}

async function run(request: Omit<PositionDeletesRequest, 'key' | 'directory'>) {
  const result = await bench.engine.positionDeletes({
    key: [KEY],
    directory: bench.folder.data,
    ...request,
  });
  const { deleteFile } = result;
  const rows =
    deleteFile &&
    (await sql(
      `SELECT replace(file_path, 'file:///lake/', '') AS f, pos::INT AS p FROM '${deleteFile.path}'`,
    ));
  return { ...result, positions: rows?.map(({ f, p }) => [f, p]) ?? [] };
}

describe('position deletes', () => {
  test('name the rows with the keys of new rows, by file and position', async () => {
    const table = [await dataFile('b', ['x', 'y', 'z']), await dataFile('a', ['u', 'y', 'v'])];
    const replacing = [await dataFile('n', ['y', 'z', 'new'])];
    const result = await run({ table, replacing });
    expect(result.positions).toEqual([
      ['a', 1],
      ['b', 1],
      ['b', 2],
    ]);
    expect(result).toMatchObject({ replacedRows: 3, removedRows: 0, emptiedFiles: [] });
    expect(result.deleteFile).toMatchObject({
      rows: 3,
      firstDataFile: 'file:///lake/a',
      lastDataFile: 'file:///lake/b',
    });
  });

  test('carry the field ids that Iceberg reserves for them', async () => {
    const { deleteFile } = await run({
      table: [await dataFile('a', ['x', 'y'])],
      replacing: [await dataFile('n', ['x'])],
    });
    const schema = await sql(
      `SELECT name, field_id FROM parquet_schema('${deleteFile?.path}') WHERE field_id IS NOT NULL`,
    );
    expect(schema.map(({ name, field_id }) => [name, Number(field_id)])).toEqual([
      ['file_path', 2147483546],
      ['pos', 2147483545],
    ]);
  });

  test('name no row again that is deleted already', async () => {
    const deleted = await deletes('d', [
      ['a', 1],
      ['elsewhere', 0],
    ]);
    const table = [{ ...(await dataFile('a', ['x', 'y', 'x', 'z'])), deleteFiles: [deleted] }];
    const { positions } = await run({ table, replacing: [await dataFile('n', ['x', 'y'])] });
    expect(positions).toEqual([
      ['a', 0],
      ['a', 2],
    ]);
  });

  test('name the rows whose keys are gone, and count them apart', async () => {
    const table = [await dataFile('a', ['x', 'y', 'z', 'w'])];
    const path = await keys('k', [
      ['y', true],
      ['z', false],
      ['unknown', true],
    ]);
    const result = await run({
      table,
      replacing: [await dataFile('n', ['z'])],
      keys: { path, removes: 'gone' },
    });
    expect(result.positions).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
    expect(result).toMatchObject({ replacedRows: 1, removedRows: 1 });
  });

  test('name all rows whose keys did not come, those without a key among them', async () => {
    const table = [await dataFile('a', ['x', null, 'z', 'seen'])];
    const path = await keys('k', [
      ['x', true],
      ['z', false],
      ['seen', false],
    ]);
    const result = await run({
      table,
      replacing: [await dataFile('n', ['z'])],
      keys: { path, removes: 'absent' },
    });
    expect(result.positions).toEqual([
      ['a', 0],
      ['a', 1],
      ['a', 2],
    ]);
    expect(result).toMatchObject({ replacedRows: 1, removedRows: 2 });
  });

  test('leave rows without a key alone where nothing is removed', async () => {
    const table = [await dataFile('a', [null, 'x'])];
    const result = await run({ table, replacing: [await dataFile('n', [null, 'y'])] });
    expect(result).toMatchObject({ deleteFile: undefined, replacedRows: 0 });
  });

  test('give way to the removal of files of which nothing is left, unless those share deletes with others', async () => {
    const own = await deletes('own', [['a', 0]]);
    const shared = await deletes('shared', [
      ['b', 0],
      ['elsewhere', 0],
    ]);
    const table = [
      { ...(await dataFile('a', ['x', 'y'])), deleteFiles: [own], sharesDeletes: false },
      { ...(await dataFile('b', ['x', 'y'])), deleteFiles: [shared], sharesDeletes: true },
      await dataFile('c', ['y', 'z']),
      await dataFile('e', ['y']),
    ];
    const result = await run({ table, replacing: [await dataFile('n', ['y'])] });
    expect(result.emptiedFiles).toEqual(['file:///lake/a', 'file:///lake/e']);
    expect(result.positions).toEqual([
      ['b', 1],
      ['c', 0],
    ]);
    expect(result.replacedRows).toBe(4);
  });

  test('know a key by its field id, whatever a file calls it, and pass over files that have none', async () => {
    await sql('COPY (SELECT 7 AS number) TO #without (FORMAT parquet, FIELD_IDS {number: 9})');
    await sql(`COPY (SELECT 'x' AS called) TO #renamed (FORMAT parquet, FIELD_IDS {called: 2})`);
    const table = [
      { path: pathOf('without'), location: 'file:///lake/without' },
      { path: pathOf('renamed'), location: 'file:///lake/renamed' },
      await dataFile('a', ['x', 'y']),
    ];
    const result = await run({ table, replacing: [await dataFile('n', ['x'])] });
    expect(result.emptiedFiles).toEqual(['file:///lake/renamed']);
    expect(result.positions).toEqual([['a', 0]]);
  });

  test('are none where the table is empty, and where no row has such a key', async () => {
    const replacing = [await dataFile('n', ['x'])];
    expect(await run({ table: [], replacing })).toMatchObject({ deleteFile: undefined });
    expect(await run({ table: [await dataFile('a', ['y'])], replacing })).toMatchObject({
      deleteFile: undefined,
      emptiedFiles: [],
    });
  });

  test('compare keys of several fields field by field', async () => {
    const composite = (name: string, rows: string) =>
      sql(
        `COPY (SELECT * FROM (VALUES ${rows}) t(country, nr)) TO #${name} (FORMAT parquet, FIELD_IDS {country: 2, nr: 3})`,
      );
    await composite('a', `('de', 1), ('de', 2), ('at', 1)`);
    await composite('n', `('de', 1)`);
    const result = await bench.engine.positionDeletes({
      key: [KEY, { name: 'nr', id: 3, type: { kind: 'scalar', icebergType: 'long' } }],
      table: [{ path: pathOf('a'), location: 'file:///lake/a' }],
      replacing: [{ path: pathOf('n') }],
      directory: bench.folder.data,
    });
    expect(result).toMatchObject({ replacedRows: 1, deleteFile: { rows: 1 } });
  });
});

test('rows that are deleted are not read, whatever else a file of deletes speaks of', async () => {
  const file = await dataFile('a', ['x', 'y', 'z']);
  const deleteFiles = [
    await deletes('d', [
      ['a', 1],
      ['b', 0],
    ]),
    await deletes('e', [['b', 2]]),
  ];
  const rows = await bench.engine.readRows([{ ...file, deleteFiles }], { limit: 10 });
  expect(rows).toEqual([{ _acme: { id: 'x', other: 1 } }, { _acme: { id: 'z', other: 1 } }]);
  expect(await bench.engine.readRows([{ ...file, deleteFiles }], { limit: 1 })).toHaveLength(1);
});
