import { describe, expect, test } from 'vitest';
import { testDatabaseBehaviour } from '../behaviour.test-kit.ts';
import { testColumnTypes } from '../column-types.test-kit.ts';
import { QUOTE } from '../dialect.ts';
import { linesOf } from '../test-database.test-kit.ts';
import { canRunMariadb, startTestMariadb } from './test-database.test-kit.ts';

describe.skipIf(!canRunMariadb)('MariaDB', () => {
  const database = testDatabaseBehaviour(() => startTestMariadb(['--default-time-zone=+03:00']), {
    instant: 'TIMESTAMP(6)',
    numbers: (limit) => `(SELECT seq AS n FROM seq_1_to_${limit}) AS numbers`,
    sleep: 'SLEEP(60)',
    analyze: (table) => `ANALYZE TABLE ${table}`,
  });

  describe('a column', () => {
    testColumnTypes(
      database,
      [
        ['TINYINT', '-7', 'integer', '-7'],
        ['TINYINT(1)', '2', 'boolean', '1'],
        ['INT UNSIGNED', '4294967295', 'long', '4294967295'],
        ['INT ZEROFILL', '42', 'long', '0000000042'],
        ['BIGINT', '9223372036854775807', 'long', '9223372036854775807'],
        ['BIGINT UNSIGNED', '18446744073709551615', 'decimal', '18446744073709551615'],
        ['DECIMAL(12,2)', '12.5', 'decimal', '12.50'],
        ['FLOAT', '0.1', 'number', '0.10000000149011612'],
        ['DOUBLE', '0.1', 'number', '0.1'],
        ['BIT(1)', `b'1'`, 'boolean', '1'],
        ['BIT(5)', `b'10101'`, 'long', '21'],
        ['BIT(64)', '~0', 'decimal', '18446744073709551615'],
        ['YEAR', '2024', 'integer', '2024'],
        ['VARCHAR(20) CHARACTER SET latin1', `'é "q", \\\\N'`, 'string', '"é "q", \\N"'],
        ['TEXT', `'😀'`, 'string', '"😀"'],
        ['TEXT', `''`, 'string', '""'],
        ['TEXT', `'\\\\N'`, 'string', '"\\N"'],
        ['TEXT', 'NULL', 'string', '\\N'],
        ['TEXT', `CONCAT('a', CHAR(0), CHAR(13), 'b')`, 'string', '"a\0\rb"'],
        [`ENUM('a','b')`, `'b'`, 'string', '"b"'],
        [`SET('a','b')`, `'a,b'`, 'string', '"a,b"'],
        ['JSON', `'{"a": 1}'`, 'json', '"{"a": 1}"'],
        [
          'UUID',
          `'00000000-0000-0000-0000-000000000001'`,
          'string',
          '"00000000-0000-0000-0000-000000000001"',
        ],
        ['POINT', 'POINT(1, 2)', 'string', '"POINT(1 2)"'],
        ['DATE', `'2024-02-29'`, 'date', '2024-02-29'],
        ['DATE', `'0000-00-00'`, 'date', '\\N'],
        ['TIME(3)', `'-100:34:56.5'`, 'string', '-100:34:56.500'],
        // The server's zone is three hours ahead.
        ['DATETIME(6)', `'2024-03-01 12:00:00.123456'`, 'date-time', '2024-03-01 09:00:00.123456'],
        ['DATETIME', `'0000-00-00 00:00:00'`, 'date-time', '\\N'],
        ['TIMESTAMP(6) NULL', `'2024-03-01 12:00:00.123456'`, 'date-time', '2024-03-01 12:00:00.123456'],
      ],
      [`SET sql_mode = ''`],
    );
  });

  test('lists what the user may read, by paths that lead back to it', async () => {
    await database().run('CREATE DATABASE `odd.one`');
    await database().run('CREATE TABLE `odd.one`.`a"b` (id INT)');
    await database().run('CREATE TABLE partly (id INT PRIMARY KEY, secret TEXT)');
    await database().run(`CREATE USER narrow@'%' IDENTIFIED BY 'narrow'`);
    await database().run(`GRANT SELECT (id) ON shop.partly TO narrow@'%'`);
    const source = database().source();
    const paths = (await source.explore()).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['"odd.one"."a""b"', 'shop.partly', 'shop.wide']));
    expect((await source.describe('"odd.one"."a""b"')).columns).toHaveLength(1);

    const narrow = database().source({ username: 'narrow', password: 'narrow' });
    expect(await narrow.explore()).toEqual([
      { name: 'partly', path: 'shop.partly', canPreview: true, canFetchSchema: true },
    ]);
    expect((await narrow.describe('shop.partly')).columns).toMatchObject([{ name: 'id' }]);
    await expect(narrow.describe('shop.wide')).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('tells a key, the columns that move with changes, and those that are computed', async () => {
    await database().run(`
      CREATE TABLE told (
        code VARCHAR(20) NOT NULL, region INT NOT NULL, n INT NOT NULL, photo BLOB,
        twice INT AS (n * 2) VIRTUAL, created_at DATETIME NOT NULL, modified DATETIME,
        stamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        UNIQUE KEY head (code(5)), UNIQUE KEY pair (region, n), UNIQUE KEY loose (modified)
      )`);
    expect(await database().source().describe('shop.told')).toMatchObject({
      keyColumns: ['region', 'n'],
      deltaColumns: ['stamp', 'modified'],
      computedColumns: ['twice'],
      notices: ['photo is left out: blob holds bytes, not text'],
    });
  });

  test('a zone that comes with summer time passes over no row when clocks go back', async () => {
    await database().run('CREATE TABLE local (id INT PRIMARY KEY, updated_at DATETIME NOT NULL)');
    await database().run(
      `INSERT INTO local VALUES (1, '2026-10-25 01:59:59'), (2, '2026-10-25 02:30:00'), (3, '2026-10-25 03:00:00')`,
    );
    await database().run(`INSERT INTO mysql.time_zone (Time_zone_id, Use_leap_seconds) VALUES (1, 'N')`);
    await database().run(`INSERT INTO mysql.time_zone_name VALUES ('Europe/Berlin', 1)`);
    await database().run(
      `INSERT INTO mysql.time_zone_transition_type VALUES (1, 0, 7200, 1, 'CEST'), (1, 1, 3600, 0, 'CET')`,
    );
    await database().run(
      `INSERT INTO mysql.time_zone_transition VALUES (1, 1774746000, 0), (1, 1792890000, 1)`,
    );
    const source = database().source({ timeZone: 'Europe/Berlin' });
    const read = (after: string, upTo: string) =>
      linesOf(source, {
        table: 'local',
        columns: ['id'],
        window: { column: 'updated_at', after: new Date(after), upTo: new Date(upTo) },
      });
    // At 01:00 UTC: 02:30 comes twice, and counts as the later one, 01:30 UTC.
    expect(await read('2026-10-24T23:00:00Z', '2026-10-25T00:45:00Z')).toEqual(['1']);
    expect(await read('2026-10-25T00:45:00Z', '2026-10-25T01:45:00Z')).toEqual(['2']);
    expect(await read('2026-10-25T01:45:00Z', '2026-10-25T02:00:00Z')).toEqual(['3']);
  });

  test('a zone that the server does not know is refused with the mend', async () => {
    const source = database().source({ timeZone: 'Mars/Olympus' });
    await expect(source.check()).rejects.toThrow(
      'auth.params.timeZone: the server does not know Mars/Olympus',
    );
  });

  test('a row that is longer than the server may send is told, not dropped', async () => {
    await database().run('CREATE TABLE longest (a LONGTEXT, b LONGTEXT)');
    await database().run('SET GLOBAL max_allowed_packet = 1048576');
    await database().run(`INSERT INTO longest VALUES (REPEAT('x', 600000), REPEAT('y', 600000))`);
    const request = { table: 'longest', columns: ['a', 'b'], window: undefined };
    await expect(linesOf(database().source(), request)).rejects.toThrow('larger than max_allowed_packet');
    await database().run('SET GLOBAL max_allowed_packet = 16777216');
  });

  test('a time limit of the server does not cut reads off', async () => {
    await database().run('SET GLOBAL max_statement_time = 0.001');
    const request = { table: 'wide', columns: ['id', 'pad'], window: undefined };
    expect(await database().source().count(request)).toBeGreaterThan(0);
    await database().run('SET GLOBAL max_statement_time = 0');
  });

  test('a value that the server cannot send quoted is told, not taken for null', async () => {
    await database().run('CREATE TABLE quoted (id INT PRIMARY KEY, a LONGTEXT)');
    await database().run('SET GLOBAL max_allowed_packet = 1048576');
    const request = { table: 'quoted', columns: ['id', 'a'], window: undefined };
    const source = database().source();
    // The value alone fits, with quotes around it no more.
    await database().run(`INSERT INTO quoted VALUES (1, REPEAT('x', 1048575))`);
    await expect(linesOf(source, request)).rejects.toThrow('larger than max_allowed_packet');
    await database().run('SET GLOBAL max_allowed_packet = 16777216');
  });

  test('a text of many quotes is read as it is, and soon', async () => {
    await database().run(`CREATE TABLE marks AS SELECT 1 AS id, REPEAT('"key",', 200000) AS a`);
    const [row] = await linesOf(database().source(), { table: 'marks', columns: ['a'], window: undefined });
    expect(row === `${QUOTE}${'"key",'.repeat(200_000)}${QUOTE}`).toBe(true);
  });

  test.each([
    ['of rows', 'sql_select_limit = 2', 'sql_select_limit = DEFAULT'],
    ['of rows to look at', 'max_join_size = 2', 'max_join_size = DEFAULT'],
  ])('a limit %s that the server sets cuts nothing off', async (_, limit, none) => {
    await database().run(`SET GLOBAL ${limit}`);
    const request = { table: 'wide', columns: ['id'], window: undefined };
    const source = database().source();
    const lines = await linesOf(source, request);
    expect(lines.length).toBe(await source.count(request));
    await database().run(`SET GLOBAL ${none}`);
  });

  test('what is not committed is not read, whatever the server lets others see', async () => {
    await database().run('CREATE TABLE unsure (id INT PRIMARY KEY)');
    await database().run(`SET GLOBAL tx_isolation = 'READ-UNCOMMITTED'`);
    const open = await database().transaction();
    await open.run('INSERT INTO unsure VALUES (1)');
    const request = { table: 'unsure', columns: ['id'], window: undefined };
    expect(await linesOf(database().source(), request)).toEqual([]);
    await open.commit();
    expect(await linesOf(database().source(), request)).toEqual(['1']);
    await database().run(`SET GLOBAL tx_isolation = 'REPEATABLE-READ'`);
  });

  test('times at the end of the calendar are read, and what is no date stays to be told', async () => {
    await database().run(`SET sql_mode = ''`);
    await database().run('CREATE TABLE ends (id INT PRIMARY KEY, until_at DATETIME, day DATE)');
    await database().run(
      `INSERT INTO ends VALUES (1, '9999-12-31 23:59:59', '9999-12-31'), (2, '2024-00-15', '2024-00-15')`,
    );
    const request = { table: 'ends', columns: ['id', 'until_at', 'day'], window: undefined };
    const lines = ['1,9999-12-31 23:59:59,9999-12-31', '2,2024-00-15 00:00:00,2024-00-15'];
    expect(await linesOf(database().source(), request)).toEqual(lines);
    // A server knows UTC by itself, though its tables of zones are empty.
    expect(await linesOf(database().source({ timeZone: 'UTC' }), request)).toEqual(lines);
  });

  test('a password that has expired is refused', async () => {
    await database().run(`CREATE USER former@'%' IDENTIFIED BY 'former' PASSWORD EXPIRE`);
    await database().run(`GRANT SELECT ON shop.* TO former@'%'`);
    const source = database().source({ username: 'former', password: 'former' });
    await expect(source.check()).rejects.toMatchObject({ kind: 'refused', code: 'ER_MUST_CHANGE_PASSWORD' });
    await database().run('SET GLOBAL disconnect_on_expired_password = ON');
    await expect(source.check()).rejects.toMatchObject({ kind: 'refused' });
    await database().run('SET GLOBAL disconnect_on_expired_password = OFF');
  });

  test('schemas whose names differ in case only are two', async () => {
    await database().run('CREATE DATABASE Shop');
    await database().run('CREATE TABLE Shop.wide (other INT)');
    expect((await database().source().describe('Shop.wide')).columns).toMatchObject([{ name: 'other' }]);
    expect((await database().source().describe('shop.wide')).columns).toHaveLength(4);
    await database().run('DROP DATABASE Shop');
  });

  test('names of any letters lead back to their columns', async () => {
    const names = ['select', 'a,b', 'q"q', 'back\\slash', 'tick`s', "it's", 'two\nlines', 'ünï'];
    const columns = names.map((name) => `\`${name.replaceAll('`', '``')}\` INT`);
    await database().run(`CREATE TABLE named (${columns.join(', ')})`);
    await database().run(`INSERT INTO named VALUES (${names.map((_, index) => index).join(', ')})`);
    const source = database().source();
    expect((await source.describe('named')).columns.map(({ name }) => name)).toEqual(names);
    expect(await source.preview('named', 1)).toEqual([
      Object.fromEntries(names.map((name, index) => [name, index])),
    ]);
  });
});
