import { DuckDBInstance } from '@duckdb/node-api';
import { scalarFunctions } from '@tributary/data-prep';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { JobFolder } from './testing/job-folder.ts';

describe('vectorised functions', () => {
  const folder = new JobFolder();
  let database: Database;
  beforeAll(async () => {
    const bounds = {
      memoryLimitMb: 200,
      threads: 2,
      spillDirectory: folder.temp,
      files: [],
      directories: [],
      keepOrder: true,
    };
    database = await openDatabase(bounds, new AbortController().signal);
  });
  afterAll(() => {
    database.close();
    folder.remove();
  });

  const column = async (sql: string) => (await database.read(sql)).getRowsJson().map(([value]) => value);

  it('answer for every row of many chunks, from several threads at once, in a locked-down database', async () => {
    const sql = `SELECT count(DISTINCT dp_sha512(text)), count(*) - count(dp_upper(text))
      FROM (SELECT CASE WHEN i % 10 > 0 THEN 'ü' || i % 30000 END AS text FROM range(300000) t(i))`;
    expect((await database.read(sql)).getRowsJson()).toEqual([['27000', '30000']]);
  });

  it('pass nulls over, constant or in a column', async () => {
    expect(await column("SELECT dp_position(text, NULL, 0, 1) FROM (VALUES (NULL), ('a')) t(text)")).toEqual([
      null,
      null,
    ]);
    expect(await column("SELECT dp_position(text, 'a', 0, 1) FROM (VALUES (NULL), ('ba')) t(text)")).toEqual([
      null,
      '1',
    ]);
  });

  it('work within lambdas and on what a condition leaves', async () => {
    const sql = `SELECT list_transform([text, NULL], lambda item: CASE WHEN item <> 'b' THEN dp_upper(item) ELSE '-' END)
      FROM (VALUES ('a'), ('b')) t(text)`;
    expect(await column(sql)).toEqual([
      ['A', '-'],
      ['-', '-'],
    ]);
  });

  it('have names that DuckDB has not, and each its own', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const builtIn = (
      await connection.runAndReadAll('SELECT DISTINCT function_name FROM duckdb_functions()')
    ).getRowsJson();
    connection.closeSync();
    const names = scalarFunctions.map(({ name }) => name);
    expect(new Set([...names, ...builtIn.map(([name]) => name)]).size).toBe(names.length + builtIn.length);
  });
});
