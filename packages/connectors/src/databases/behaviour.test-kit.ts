import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Partition, ReadWindow, Source } from '../source.ts';
import { TcpProxy } from './tcp-proxy.test-kit.ts';
import {
  EventfulSink,
  linesOf,
  linesOfPartition,
  type TestDatabase,
  until,
} from './test-database.test-kit.ts';

/** Statements that the kinds of database write differently. */
export interface DatabaseWords {
  /** A type of time with microseconds that is the same moment for everyone. */
  readonly instant: string;
  /** A table expression `numbers(n)` of the whole numbers from 1 to a limit. */
  numbers(limit: number): string;
  /** An expression that takes a minute. */
  readonly sleep: string;
  /** Refreshes what the server believes of a table's size. */
  analyze(table: string): string;
}

const ROWS = 5_000;
/** Long enough that a page is more than all buffers between the server and a sink hold. */
const PADDING = 1_000;

/** What every kind of database must do, on a server of its own; answers how further tests reach it. */
export function testDatabaseBehaviour(
  start: () => Promise<TestDatabase>,
  words: DatabaseWords,
): () => TestDatabase {
  let database: TestDatabase;
  let table: (name: string) => string;

  beforeAll(async () => {
    database = await start();
    table = (name) => `${database.schema}.${name}`;
    await database.run(
      `CREATE TABLE wide (id INT PRIMARY KEY, code VARCHAR(20) NOT NULL UNIQUE, pad VARCHAR(2000), updated_at ${words.instant} NOT NULL)`,
    );
    await database.run(
      `INSERT INTO wide SELECT n, CONCAT('c', n * 7919 % 10007), REPEAT('x', ${PADDING}), '2026-03-01 12:00:00' FROM ${words.numbers(ROWS)}`,
    );
    await database.run(words.analyze('wide'));
  });
  afterAll(() => database?.dispose());

  const all: ReadWindow = { column: 'updated_at', after: undefined, upTo: new Date('2026-03-01T12:00:00Z') };
  const everything = () => ({ table: table('wide'), columns: ['id', 'pad', 'updated_at'], window: all });
  const onlyPartition = async (source: Source): Promise<Partition> => {
    const [partition, ...others] = await source.plan(everything());
    if (partition === undefined || others.length > 0) throw new Error('one partition was expected');
    return partition;
  };
  const idsIn = (sink: MemorySink) =>
    sink.pages
      .flatMap(({ text }) => text.split('\n').slice(1, -1))
      .map((line) => Number(line.split(',')[0]))
      .sort((one, other) => one - other);
  const allIds = Array.from({ length: ROWS }, (_, index) => index + 1);

  describe('a window', () => {
    const second = (offset: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, offset));

    beforeAll(async () => {
      await database.run(`CREATE TABLE ticks (id INT PRIMARY KEY, updated_at ${words.instant} NULL)`);
      const stamps = ['11:59:59.999999', '12:00:00', '12:00:00.000001', '12:00:00.5', '12:00:00.999999'];
      const more = ['12:00:01', '12:00:01.999999', '12:00:02', '12:00:02.000001'];
      const rows = [...stamps, ...more].map((time, index) => `(${index + 1}, '2026-03-01 ${time}')`);
      await database.run(`INSERT INTO ticks VALUES ${rows.join(', ')}, (100, NULL)`);
    });

    test('holds the rows of whole seconds, to the microsecond; none is in two and none in none', async () => {
      const source = database.source();
      const read = async (after: Date | undefined, upTo: Date) => {
        const request = {
          table: table('ticks'),
          columns: ['id'],
          window: { column: 'updated_at', after, upTo },
        };
        const lines = await linesOf(source, request);
        expect(await source.count(request)).toBe(lines.length);
        return lines.map(Number).sort((one, other) => one - other);
      };
      expect(await read(undefined, second(-1))).toEqual([1, 100]);
      expect(await read(second(-1), second(0))).toEqual([2, 3, 4, 5]);
      expect(await read(second(0), second(1))).toEqual([6, 7]);
      expect(await read(second(1), second(60))).toEqual([8, 9]);
    });
  });

  describe('a read of many rows', () => {
    test.each(['id', 'code'])('is split along %s, and each row is in one part', async (key) => {
      await database.run(`DROP TABLE IF EXISTS split`);
      await database.run(
        `CREATE TABLE split (id INT NOT NULL, code VARCHAR(20) NOT NULL, updated_at ${words.instant} NOT NULL, PRIMARY KEY (${key}))`,
      );
      await database.run('INSERT INTO split SELECT id, code, updated_at FROM wide');
      await database.run(words.analyze('split'));
      const source = database.source({}, { rowsPerPartition: 1_000 });
      const request = { table: table('split'), columns: ['id'], window: all };
      const partitions = await source.plan(request);
      expect(partitions.length).toBeGreaterThan(2);
      const parts = await Promise.all(partitions.map((partition) => linesOfPartition(source, partition)));
      expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(ROWS);
      expect(
        parts
          .flat()
          .map(Number)
          .sort((one, other) => one - other),
      ).toEqual(allIds);
    });

    test('loses no row that is changed while other parts are read, and has none twice', async () => {
      const source = database.source({}, { rowsPerPartition: 1_000 });
      const partitions = await source.plan(everything());
      const first = await Promise.all(partitions.slice(0, 2).map((part) => linesOfPartition(source, part)));
      // One moves from what has been read to what has not, one the other way, one is new, one goes.
      await database.run(`UPDATE wide SET id = 90001, updated_at = '2026-03-01 12:00:30' WHERE id = 1`);
      await database.run(`UPDATE wide SET id = -1, updated_at = '2026-03-01 12:00:30' WHERE id = ${ROWS}`);
      await database.run(`INSERT INTO wide VALUES (90002, 'new', '', '2026-03-01 12:00:30')`);
      const rest = await Promise.all(partitions.slice(2).map((part) => linesOfPartition(source, part)));
      const next = await linesOf(source, {
        ...everything(),
        window: { ...all, after: all.upTo, upTo: new Date('2026-03-01T12:01:00Z') },
      });
      const ids = (lines: readonly string[]) => lines.map((line) => Number(line.split(',')[0]));
      const seen = ids([...first, ...rest].flat());
      expect(new Set(seen).size).toBe(seen.length);
      expect(ids(next).sort((one, other) => one - other)).toEqual([-1, 90001, 90002]);
      expect(new Set([...seen, ...ids(next)]).size).toBe(ROWS + 2);
      await database.run(`DELETE FROM wide WHERE id = 90002`);
      await database.run(`UPDATE wide SET id = 1, updated_at = '2026-03-01 12:00:00' WHERE id = 90001`);
      await database.run(`UPDATE wide SET id = ${ROWS}, updated_at = '2026-03-01 12:00:00' WHERE id = -1`);
    });

    test('without a window is one part, from one snapshot', async () => {
      const source = database.source({}, { rowsPerPartition: 1_000 });
      expect(await source.plan({ ...everything(), window: undefined })).toHaveLength(1);
    });
  });

  describe('a connection', () => {
    test('that the network cuts in mid-read is replaced, and no row comes twice', async () => {
      const proxy = await TcpProxy.start(database.port);
      const source = database.source({ port: proxy.port, sslMode: 'Disable' });
      const partition = await onlyPartition(source);
      proxy.faults.push({ kind: 'cut', afterBytes: 300_000 });
      const sink = new MemorySink();
      await source.read(partition, sink);
      expect(sink.begun).toBe(2);
      expect(sink.pages).toMatchObject([{ rows: ROWS }]);
      expect(idsIn(sink)).toEqual(allIds);
      await proxy.close();
    });

    test('that the server ends in mid-read is replaced likewise', async () => {
      const source = database.source();
      const sink = new EventfulSink();
      sink.happen = () => database.terminate();
      await source.read(await onlyPartition(source), sink);
      expect(sink.begun).toBe(2);
      expect(idsIn(sink)).toEqual(allIds);
    });

    test('that is gone before its page is begun to be read is replaced likewise', async () => {
      const source = database.source();
      const sink = new EventfulSink();
      sink.happenBefore = async () => {
        await database.terminate();
        await until(async () => (await database.connections()) === 0);
      };
      await source.read(await onlyPartition(source), sink);
      expect(sink.begun).toBe(2);
      expect(idsIn(sink)).toEqual(allIds);
    });

    test('that breaks each time is told as busy after all attempts', async () => {
      const proxy = await TcpProxy.start(database.port);
      const source = database.source({ port: proxy.port, sslMode: 'Disable' }, { pageAttempts: 2 });
      const partition = await onlyPartition(source);
      proxy.faults.push(...Array.from({ length: 9 }, () => ({ kind: 'cut', afterBytes: 300_000 }) as const));
      const sink = new MemorySink();
      await expect(source.read(partition, sink)).rejects.toMatchObject({ kind: 'busy' });
      expect(sink.begun).toBe(2);
      await proxy.close();
    });

    test('is closed after use, whatever was asked', async () => {
      const source = database.source();
      await source.check();
      await source.describe(table('wide'));
      await source.preview(table('wide'), 3);
      await linesOf(source, everything());
      await expect(source.describe(table('missing'))).rejects.toThrow();
      await until(async () => (await database.connections()) === 0);
    });
  });

  describe('cancelling', () => {
    test('a read that streams stops it here and at the server', async () => {
      const source = database.source();
      const abort = new AbortController();
      const sink = new EventfulSink();
      sink.happen = () => abort.abort(new Error('enough'));
      await expect(source.read(await onlyPartition(source), sink, abort.signal)).rejects.toThrow('enough');
      await until(async () => (await database.connections()) === 0);
    });

    test('a read whose server has fallen silent stops it', async () => {
      const proxy = await TcpProxy.start(database.port);
      const source = database.source({ port: proxy.port, sslMode: 'Disable' });
      const partition = await onlyPartition(source);
      const abort = new AbortController();
      proxy.faults.push({ kind: 'stall', afterBytes: 300_000 });
      proxy.onStall = () => abort.abort(new Error('enough'));
      await expect(source.read(partition, new MemorySink(), abort.signal)).rejects.toThrow('enough');
      await until(async () => (await database.connections()) === 0);
      await proxy.close();
    });

    test('a query that has not answered yet stops it at the server', async () => {
      await database.run(`CREATE VIEW sleepy AS SELECT ${words.sleep} AS slept`);
      const source = database.source();
      const abort = new AbortController();
      const preview = source.preview(table('sleepy'), 1, abort.signal);
      const outcome = expect(preview).rejects.toThrow('enough');
      await until(async () => (await database.connections()) === 1);
      abort.abort(new Error('enough'));
      await outcome;
      await until(async () => (await database.connections()) === 0);
    });
  });

  describe('encryption', () => {
    const named = () => ({ server: 'localhost', caCertificate: database.caCertificate });

    test.each([
      ['Disable', () => ({})],
      ['Prefer', () => ({})],
      ['Require', () => ({})],
      ['Verify-Ca', () => ({ caCertificate: database.caCertificate })],
      ['Verify-Full', named],
    ])('is as %s asks', async (sslMode, params) => {
      await database.source({ sslMode, ...params() }).check();
    });

    test.each([
      ['of a certificate that nobody known has signed', 'Verify-Ca', () => ({})],
      ['of such a one for the very host', 'Verify-Full', () => ({ server: 'localhost' })],
      ['of a certificate for another host', 'Verify-Full', () => ({ ...named(), server: '127.0.0.1' })],
    ])('is refused for want %s', async (_, sslMode, params) => {
      const check = database.source({ sslMode, ...params() }).check();
      await expect(check).rejects.toMatchObject({ kind: 'refused' });
    });
  });

  describe('what is refused', () => {
    test.each([
      ['a wrong password', { password: 'wr0ng-one' }],
      ['an unknown user', { username: 'nobody' }],
      ['an unknown database', { database: 'nowhere' }],
      ['a metadata address', { server: '169.254.169.254' }],
      ['a host that has no address', { server: 'nowhere.invalid' }],
    ])('is told by its kind, without a secret: %s', async (_, params) => {
      const failure = await database
        .source(params)
        .check()
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: 'refused' });
      for (const secret of [database.reader.password, 'wr0ng-one'])
        expect(String(failure)).not.toContain(secret);
    });

    test('a table that is not there, a column that is not, and a delta column that is no time', async () => {
      const source = database.source();
      await expect(source.describe(table('missing'))).rejects.toMatchObject({ kind: 'invalid' });
      await expect(source.describe('a.b.c')).rejects.toThrow('a path is schema.table');
      const request = { table: table('wide'), columns: ['nope'], window: undefined };
      await expect(source.plan(request)).rejects.toThrow('has no column "nope"');
      const window = { ...all, column: 'id' };
      await expect(source.plan({ ...everything(), window })).rejects.toThrow(
        /deltaColumn: id .* no point in time/,
      );
    });
  });

  describe('a server that is gone', () => {
    test('is busy, and is read again once it is back', async () => {
      const source = database.source();
      const partition = await onlyPartition(source);
      await database.halt();
      await expect(source.read(partition, new MemorySink())).rejects.toMatchObject({ kind: 'busy' });
      await expect(source.check()).rejects.toMatchObject({ kind: 'busy' });
      await database.resume();
      const sink = new MemorySink();
      await source.read(partition, sink);
      expect(idsIn(sink)).toEqual(allIds);
    });
  });

  return () => database;
}
