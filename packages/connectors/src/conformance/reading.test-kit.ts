import { describe, expect, test } from 'vitest';
import { MemorySink, SinkDied } from '../memory-sink.test-kit.ts';
import { asStored, type PartitionRead, type ReadingUnderTest } from './reading-under-test.test-kit.ts';
import { stagedRows } from './staged-rows.test-kit.ts';
import { isCannot } from './subject.test-kit.ts';

/** Tests of planning and reading all rows. */
export function testReading(reading: ReadingUnderTest): void {
  const { subject } = reading;

  function expectAnnounced(read: readonly PartitionRead[], columns: readonly string[]): void {
    for (const { partition, sink } of read) {
      const arrived = sink.pages.map((page) => stagedRows(page, columns).length);
      for (const [index, { rows }] of sink.pages.entries())
        if (rows !== undefined) expect(rows).toBe(arrived[index]);
      if (partition.announcedRows !== undefined)
        expect(arrived.reduce((sum, rows) => sum + rows, 0)).toBe(partition.announcedRows);
    }
  }

  describe('a plan', () => {
    test('is partitions of different ids that are the same after they were stored', async () => {
      const { window } = subject;
      const windows = [undefined, ...(isCannot(window) ? [] : [{ ...SINCE_EVER, column: window.column }])];
      for (const each of windows) {
        const partitions = await reading.open().plan(await reading.request({ window: each }));
        expect(partitions.length).toBeGreaterThan(0);
        expect(new Set(partitions.map(({ id }) => id)).size).toBe(partitions.length);
        expect(partitions.map(asStored)).toEqual(partitions);
      }
    });

    test('tells no secret', async () => {
      const stored = JSON.stringify(await reading.open().plan(await reading.request()));
      for (const secret of subject.secrets())
        expect(stored.includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
    });

    if (!isCannot(subject.items)) {
      test('of a path where nothing is has no partition: something may come there', async () => {
        const { missing } = subject.table;
        const request = await reading.request({ table: missing });
        expect(await reading.open({ table: missing }).plan(request)).toEqual([]);
      });
      return;
    }

    const calls = isCannot(subject.count) ? (['plan'] as const) : (['plan', 'count'] as const);
    test.each(calls)('(%s) refuses a table or a column that is not there, by its name', async (call) => {
      const { missing } = subject.table;
      const request = await reading.request();
      const noTable = await reading.refusalOf(reading.open()[call]({ ...request, table: missing }));
      expect(noTable).toMatchObject({ kind: 'invalid', message: expect.stringContaining(missing) });
      const columns = [...request.columns, 'no_such_column'];
      const noColumn = await reading.refusalOf(reading.open()[call]({ ...request, columns }));
      expect(noColumn).toMatchObject({ kind: 'invalid', message: expect.stringContaining('no_such_column') });
    });
  });

  describe('a read', () => {
    test('gives each row once and as it is, and as many as were announced', async () => {
      const request = await reading.request();
      const read = await reading.readAll(request);
      expectAnnounced(read, request.columns);
      const pages = read.flatMap(({ sink }) => sink.pages);
      expect(read[0]?.sink.pages.length).toBeGreaterThanOrEqual(subject.pages);
      expect(read.map(({ sink }) => sink.resumeFrom)).toEqual(read.map(() => undefined));
      reading.expectEqual(await reading.rowsOf(pages, request.columns), await reading.rowsThere());
    });

    test('of the key alone has all rows too', async () => {
      const read = await reading.rowsRead(await reading.request({ columns: [reading.keyColumn] }));
      expect([...read.keys()].sort()).toEqual([...(await reading.rowsThere()).keys()].sort());
    });

    if (!isCannot(subject.parts))
      test('in several partitions at once has no row in two of them and none in none', async () => {
        const { parts, window } = subject;
        const sinceEver = parts === 'of a window' &&
          !isCannot(window) && { ...SINCE_EVER, column: window.column };
        const request = await reading.request({ window: sinceEver || undefined });
        const read = await reading.readAll(request, reading.open({ inParts: true }));
        expect(read.length).toBeGreaterThan(1);
        expectAnnounced(read, request.columns);
        const pages = read.flatMap(({ sink }) => sink.pages);
        reading.expectEqual(await reading.rowsOf(pages, request.columns), await reading.rowsThere());
      });

    test('that ended at any page goes on there, and stages none twice', async () => {
      const request = await reading.request();
      const partition = await reading.somePartition();
      const whole = new MemorySink();
      await reading.open().read(partition, whole);
      for (let diesAt = 0; diesAt < whole.pages.length; diesAt++) {
        const sink = new MemorySink();
        sink.diesAt = diesAt;
        const source = reading.open();
        await expect(source.read(partition, sink)).rejects.toBeInstanceOf(SinkDied);
        expect(sink.pages).toHaveLength(diesAt);
        sink.diesAt = undefined;
        await reading.open().read(partition, sink);
        expect(sink.begun).toBe(sink.pages.length + 1);
        reading.expectEqual(
          await reading.rowsOf(sink.pages, request.columns),
          await reading.rowsOf(whole.pages, request.columns),
        );
      }
    });

    test('refuses a partition that it does not understand as one to plan anew', async () => {
      const strange = { ...(await reading.somePartition()), state: { of: 'another version' } };
      const refusal = await reading.refusalOf(reading.open().read(strange, new MemorySink()));
      expect(refusal.kind).toBe('expired');
    });
  });

  test('a count is of the rows that are read', async () => {
    const request = await reading.request();
    const counted = await reading.open().count(request);
    expect(counted).toBe(isCannot(subject.count) ? undefined : (await reading.rowsThere()).size);
  });
}

/** A window that has all rows. */
const SINCE_EVER = { after: undefined, upTo: new Date('2100-01-01T00:00:00Z') };
