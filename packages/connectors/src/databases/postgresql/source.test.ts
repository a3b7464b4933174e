import { describe, expect, test } from 'vitest';
import { MemorySink } from '../../memory-sink.test-kit.ts';
import { testDatabaseBehaviour } from '../behaviour.test-kit.ts';
import { testColumnTypes } from '../column-types.test-kit.ts';
import { QUOTE } from '../dialect.ts';
import { linesOf } from '../test-database.test-kit.ts';
import { canRunPostgresql, startTestPostgresql } from './test-database.test-kit.ts';

/** As a field is staged, its quotes shown as `"`. */
const quoted = (field: string) => field.replaceAll('"', QUOTE);

describe.skipIf(!canRunPostgresql)('PostgreSQL', () => {
  const database = testDatabaseBehaviour(() => startTestPostgresql(['timezone=America/New_York']), {
    instant: 'timestamptz',
    numbers: (limit) => `generate_series(1, ${limit}) AS numbers (n)`,
    sleep: 'pg_sleep(60)::text',
    analyze: (table) => `ANALYZE ${table}`,
  });

  describe('a column', () => {
    testColumnTypes(
      database,
      [
        ['smallint', `'-7'`, 'integer', '-7'],
        ['integer', `'7'`, 'integer', '7'],
        ['bigint', `'9223372036854775807'`, 'long', '9223372036854775807'],
        ['numeric(12,2)', '12.5', 'decimal', '12.50'],
        ['numeric', `'0.12345678901234567890'`, 'decimal', '0.12345678901234567890'],
        ['real', '0.1', 'number', '0.1'],
        ['double precision', '0.1', 'number', '0.1'],
        ['boolean', 'true', 'boolean', 'true'],
        ['money', `'$1,234.50'`, 'decimal', '1234.50'],
        ['text', `'a "q", \\N'`, 'string', '"a "q", \\N"'],
        ['text', `''`, 'string', ''],
        ['text', `'\\N'`, 'string', '"\\N"'],
        ['text', 'NULL', 'string', '\\N'],
        ['character(5)', `'ab'`, 'string', 'ab'],
        ['uuid', `'00000000-0000-0000-0000-000000000001'`, 'string', '00000000-0000-0000-0000-000000000001'],
        ['date', `'2024-02-29'`, 'date', '2024-02-29'],
        ['date', `'infinity'`, 'date', '\\N'],
        ['time', `'12:34:56.5'`, 'time', '12:34:56.5'],
        ['time with time zone', `'12:00+02'`, 'string', '12:00:00+02'],
        [
          'timestamp with time zone',
          `'2024-03-01 12:00:00.123456+01'`,
          'date-time',
          '2024-03-01 11:00:00.123456+00',
        ],
        ['timestamp with time zone', `'-infinity'`, 'date-time', '\\N'],
        // The server's zone is New York's, five hours behind, and four in summer.
        ['timestamp', `'2024-03-01 12:00:00'`, 'date-time', '2024-03-01 17:00:00+00'],
        ['timestamp', `'2024-07-01 12:00:00'`, 'date-time', '2024-07-01 16:00:00+00'],
        ['timestamp', `'infinity'`, 'date-time', '\\N'],
        ['interval', `'1 day 2 hours'`, 'string', 'P1DT2H'],
        ['jsonb', `'{"a": 1}'`, 'json', '{"a": 1}'],
        ['integer[]', `'{1,NULL,3}'`, { kind: 'array', items: 'integer' }, '"[1,null,3]"'],
        ['text[][]', `'{{a,b},{c,d}}'`, 'json', '"[["a","b"],["c","d"]]"'],
        [
          'timestamp[]',
          `'{2024-03-01 12:00}'`,
          { kind: 'array', items: 'date-time' },
          '["2024-03-01T17:00:00+00:00"]',
        ],
        ['money[]', `'{$1.50,NULL}'`, { kind: 'array', items: 'decimal' }, '"[1.50,null]"'],
        ['price[]', `'{1.5}'`, { kind: 'array', items: 'decimal' }, '[1.50]'],
        [
          'local_time[]',
          `'{2024-03-01 12:00}'`,
          { kind: 'array', items: 'date-time' },
          '["2024-03-01T17:00:00+00:00"]',
        ],
        ['bit(3)', `'101'`, 'string', '101'],
        ['inet', `'10.0.0.1/8'`, 'string', '10.0.0.1/8'],
        ['int4range', `'[1,5)'`, 'string', '"[1,5)"'],
        ['mood', `'ok'`, 'string', 'ok'],
        ['short_text', `'x'`, 'string', 'x'],
        ['pair', `'(1,z)'`, 'json', '"{"a":1,"b":"z"}"'],
      ],
      [
        `CREATE TYPE mood AS ENUM ('sad', 'ok')`,
        'CREATE DOMAIN short_text AS varchar(5)',
        'CREATE DOMAIN price AS numeric(12,2)',
        'CREATE DOMAIN local_time AS timestamp',
        'CREATE TYPE pair AS (a int, b text)',
      ],
    );
  });

  test('lists what the user may read, by paths that lead back to it', async () => {
    await database().run(`
      CREATE SCHEMA "Odd.One"; CREATE TABLE "Odd.One"."a""b" (id int); CREATE VIEW "Odd.One".seen AS SELECT 1 AS one;
      CREATE ROLE narrow LOGIN PASSWORD 'narrow'; CREATE TABLE public.partly (id int PRIMARY KEY, secret text);
      GRANT SELECT (id) ON public.partly TO narrow`);
    const source = database().source();
    const paths = (await source.explore()).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['"Odd.One"."a""b"', '"Odd.One".seen', 'public.partly']));
    expect((await source.describe('"Odd.One"."a""b"')).columns).toHaveLength(1);

    const narrow = database().source({ username: 'narrow', password: 'narrow' });
    expect(await narrow.explore()).toEqual([
      { name: 'partly', path: 'public.partly', canPreview: true, canFetchSchema: true },
    ]);
    expect(await narrow.describe('public.partly')).toMatchObject({
      columns: [{ name: 'id' }],
      keyColumns: ['id'],
      notices: ['secret is left out: the user may not select it'],
    });
    await expect(narrow.describe('"Odd.One".seen')).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('tells a key, the columns that move with changes, and those that are computed', async () => {
    await database().run(`
      CREATE TABLE told (
        code text NOT NULL UNIQUE, region int NOT NULL, n int NOT NULL, photo bytea,
        twice int GENERATED ALWAYS AS (n * 2) STORED, created_at timestamptz NOT NULL,
        modified timestamptz, updated_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX ON told (region, n);
      CREATE UNIQUE INDEX ON told (n) WHERE n > 0`);
    expect(await database().source().describe('public.told')).toMatchObject({
      keyColumns: ['code'],
      deltaColumns: ['updated_at', 'modified'],
      computedColumns: ['twice'],
      notices: ['photo is left out: bytea holds bytes, not text'],
    });
  });

  test('tells the digits of a domain, and of a table that others inherit from no key', async () => {
    await database().run(`
      CREATE DOMAIN amount AS numeric(12,2); CREATE DOMAIN fee AS amount;
      CREATE TABLE parent (id int PRIMARY KEY, fee fee); CREATE TABLE child () INHERITS (parent);
      INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1)`);
    expect(await database().source().describe('parent')).toMatchObject({
      columns: [{ name: 'id' }, { name: 'fee', type: 'decimal', digits: { precision: 12, scale: 2 } }],
      keyColumns: [],
    });
  });

  test('a partitioned table is one, with its key', async () => {
    await database().run(`
      CREATE TABLE parts (id int, region int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
      CREATE TABLE part_one PARTITION OF parts FOR VALUES IN (1); CREATE TABLE part_rest PARTITION OF parts DEFAULT;
      INSERT INTO parts VALUES (1, 1), (2, 2), (3, 3)`);
    const source = database().source();
    const paths = (await source.explore()).map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith('public.part'))).toEqual(
      expect.not.arrayContaining(['public.part_one', 'public.part_rest']),
    );
    expect((await source.describe('parts')).keyColumns).toEqual(['region', 'id']);
    const request = { table: 'parts', columns: ['id'], window: undefined };
    expect(await linesOf(source, request)).toEqual(['1', '2', '3']);
  });

  test('a row whose stamp is infinite is read by the first window, as one without a stamp is', async () => {
    await database().run(`
      CREATE TABLE endless (id int PRIMARY KEY, updated_at timestamptz, local_at timestamp);
      INSERT INTO endless VALUES (1, 'infinity', 'infinity'), (2, '-infinity', '-infinity'), (3, '2026-01-01', '2026-01-01')`);
    const upTo = new Date('2026-06-01T00:00:00Z');
    for (const timeZone of ['America/New_York', 'UTC'])
      for (const column of ['updated_at', 'local_at']) {
        const read = (after: Date | undefined) =>
          linesOf(database().source({ timeZone }), {
            table: 'endless',
            columns: ['id', 'updated_at'],
            window: { column, after, upTo },
          });
        expect((await read(undefined)).map((line) => line.split(',')[0])).toEqual(['1', '2', '3']);
        expect(await read(new Date('2026-05-01T00:00:00Z'))).toEqual([]);
      }
  });

  test('an empty text is a row, though nothing else is read of it', async () => {
    await database().run(`CREATE TABLE lone (a text); INSERT INTO lone VALUES (''), (NULL), ('x')`);
    const request = { table: 'lone', columns: ['a'], window: undefined };
    expect(await linesOf(database().source(), request)).toEqual(['""', '"x"', String.raw`\N`].map(quoted));
  });

  test('names of any letters lead back to their columns, those that differ in case only among them', async () => {
    const names = ['select', 'Id', 'id', 'a,b', 'q"q', 'back\\slash', "it's", 'two\nlines', 'ünï'];
    const columns = names.map((name) => `"${name.replaceAll('"', '""')}" int`);
    await database().run(`CREATE TABLE named (${columns.join(', ')})`);
    await database().run(`INSERT INTO named VALUES (${names.map((_, index) => index).join(', ')})`);
    const source = database().source();
    expect((await source.describe('named')).columns.map(({ name }) => name)).toEqual(names);
    expect(await source.preview('named', 1)).toEqual([
      Object.fromEntries(names.map((name, index) => [name, index])),
    ]);
  });

  test.each([
    ['that is gone', 'DROP TABLE passing', 'invalid', '42P01'],
    ['that has lost a column', 'ALTER TABLE passing DROP COLUMN a', 'invalid', '42703'],
  ])('a table %s between plan and read is told so', async (_, change, kind, code) => {
    await database().run('CREATE TABLE passing (id int, a text)');
    const source = database().source();
    const [partition] = await source.plan({ table: 'passing', columns: ['id', 'a'], window: undefined });
    await database().run(change);
    if (partition === undefined) throw new Error('a partition was expected');
    await expect(source.read(partition, new MemorySink())).rejects.toMatchObject({ kind, code });
    await database().run('DROP TABLE IF EXISTS passing');
  });

  test('a row that cannot be computed, and a view whose owner may not read, fail with their cause', async () => {
    await database().run(`
      CREATE VIEW failing AS SELECT n, 1 / (5000 - n) AS q FROM generate_series(1, 6000) n;
      CREATE TABLE hidden (id int); CREATE ROLE nobody; CREATE VIEW barred AS SELECT id FROM hidden;
      GRANT CREATE ON SCHEMA public TO nobody; ALTER VIEW barred OWNER TO nobody`);
    const read = (table: string, columns: string[]) =>
      linesOf(database().source(), { table, columns, window: undefined });
    await expect(read('failing', ['n', 'q'])).rejects.toMatchObject({ kind: 'invalid', code: '22012' });
    await expect(read('barred', ['id'])).rejects.toMatchObject({ kind: 'refused', code: '42501' });
  });

  test('stamps without a zone are in the zone of the server, or in the one that is given', async () => {
    await database().run(`
      CREATE TABLE local (id int PRIMARY KEY, updated_at timestamp NOT NULL);
      INSERT INTO local VALUES (1, '2026-11-01 00:59:59'), (2, '2026-11-01 01:30:00'), (3, '2026-11-01 02:00:00')`);
    // Clocks go back in New York at 06:00 UTC: 01:30 comes twice, and counts as the later one, 06:30 UTC.
    const read = (source: ReturnType<ReturnType<typeof database>['source']>, after: string, upTo: string) =>
      linesOf(source, {
        table: 'local',
        columns: ['id'],
        window: { column: 'updated_at', after: new Date(after), upTo: new Date(upTo) },
      });
    const source = database().source();
    expect(await read(source, '2026-11-01T04:00:00Z', '2026-11-01T05:45:00Z')).toEqual(['1']);
    expect(await read(source, '2026-11-01T05:45:00Z', '2026-11-01T06:45:00Z')).toEqual(['2']);
    expect(await read(source, '2026-11-01T06:45:00Z', '2026-11-01T07:00:00Z')).toEqual(['3']);
    const eastward = database().source({ timeZone: '+02:00' });
    expect(await read(eastward, '2026-10-31T23:00:00Z', '2026-10-31T23:45:00Z')).toEqual(['2']);
    expect((await source.describe('local')).notices?.join()).toContain('read as America/New_York');
  });

  test('its clock is the server’s own', async () => {
    const [before] = await database().run('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
    const clock = (await database().source().clock()).getTime();
    const [after] = await database().run('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
    expect(clock).toBeGreaterThanOrEqual(Math.floor(Number(before?.now)));
    expect(clock).toBeLessThanOrEqual(Math.ceil(Number(after?.now)));
  });

  test('a time limit of the user does not cut reads off', async () => {
    await database().run(`ALTER ROLE reader SET statement_timeout = '1ms'`);
    const source = database().source();
    const [partition] = await source.plan({ table: 'wide', columns: ['id', 'pad'], window: undefined });
    const sink = new MemorySink();
    if (partition !== undefined) await source.read(partition, sink);
    expect(sink.pages).toHaveLength(1);
    await database().run(`ALTER ROLE reader RESET statement_timeout`);
  });
});
