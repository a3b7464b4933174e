import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { expect, test } from 'vitest';
import { renewStatistics } from './table-statistics.ts';
import type { Tables } from './tables.ts';

test('a table that has grown much gets new statistics, one that has not keeps its own', async () => {
  const database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) });
  try {
    const rowsOf = async (table: string) => {
      const { rows } = await sql<{ reltuples: number }>`
        select reltuples from pg_class where relname = ${table}`.execute(database);
      return rows[0]?.reltuples;
    };
    await sql`create table much (n integer)`.execute(database);
    await sql`create table little (n integer)`.execute(database);
    await sql`insert into much select generate_series(1, 10000)`.execute(database);
    await sql`insert into little select generate_series(1, 10)`.execute(database);
    await renewStatistics(database);
    expect([await rowsOf('much'), await rowsOf('little')]).toEqual([10_000, -1]);
  } finally {
    await database.destroy();
  }
});
