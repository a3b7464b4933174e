import { describe, expect, test } from 'vitest';
import type { Partition, ReadWindow } from '../source.ts';
import { comparableInstant } from './comparable-value.test-kit.ts';
import type { ComparableRow, ReadingUnderTest } from './reading-under-test.test-kit.ts';
import { isCannot, type KnownItems, type KnownTokens, type KnownWindow } from './subject.test-kit.ts';

/** Tests of reading what has changed, in each way that the subject can. */
export function testChanging(reading: ReadingUnderTest): void {
  const { window, deletions, changeTokens, items } = reading.subject;
  if (!isCannot(window)) {
    testWindow(reading, window);
    if (!isCannot(deletions)) testDeletions(reading, window, deletions.keptDays);
  }
  if (!isCannot(changeTokens)) testTokens(reading, changeTokens);
  if (!isCannot(items)) testItems(reading, items);
  const notDone = { 'a window': window, deletions, 'change tokens': changeTokens, items };
  for (const [name, ability] of Object.entries(notDone)) {
    if (!isCannot(ability)) continue;
    test(`${name}: not claimed, for ${ability.cannot}`, async () => {
      const {
        deltaColumns,
        deletions: told,
        tracksChanges = false,
        isItemwise = false,
      } = await reading.describe();
      const claims: Readonly<Record<string, boolean>> = {
        'a window': deltaColumns.length > 0,
        // Where changes are tracked, deletions come among them.
        deletions: told !== undefined && !tracksChanges,
        'change tokens': tracksChanges,
        items: isItemwise,
      };
      expect(claims[name]).toBe(false);
    });
  }
}

/** A day of its own for stamps that nothing else has. */
const NOON = Date.parse('2031-08-09T12:00:00Z');
const second = (offset: number) => new Date(NOON + offset * 1000);

function testWindow(reading: ReadingUnderTest, { column, stamp, notATime }: KnownWindow): void {
  const within = (after: Date | undefined, upTo: Date): ReadWindow => ({ column, after, upTo });

  /** Of rows that are there, those whose stamp lies in a window; rows without a stamp lie before all time. */
  function inWindow(rows: ReadonlyMap<string, ComparableRow>, { after, upTo }: ReadWindow) {
    const bounds = {
      after: after && comparableInstant(after.toISOString()),
      upTo: comparableInstant(upTo.toISOString()),
    };
    return new Map(
      [...rows].filter(([, row]) => {
        const at = row[column];
        if (at === null || at === undefined) return bounds.after === undefined;
        return (bounds.after === undefined || at > bounds.after) && at <= bounds.upTo;
      }),
    );
  }

  async function expectWindow(window: ReadWindow): Promise<ReadonlyMap<string, ComparableRow>> {
    const request = await reading.request({ window });
    const read = await reading.rowsRead(request);
    reading.expectEqual(read, inWindow(await reading.rowsThere(), window));
    const counted = await reading.open().count(request);
    expect(counted).toBe(isCannot(reading.subject.count) ? undefined : read.size);
    return read;
  }

  describe('a window', () => {
    test('has what its upper bound is the stamp of, and not what its lower bound is', async () => {
      for (const [offset, rows] of [9, 4, 9, 2].entries()) await stamp(second(offset), rows);
      expect((await expectWindow(within(second(0), second(2)))).size).toBeGreaterThan(0);
    });

    test('shares no row with the next, and between them is none', async () => {
      for (let offset = 10; offset < 16; offset++) await stamp(second(offset), 5);
      const whole = await expectWindow(within(second(9), second(16)));
      const keys: string[] = [];
      for (const [after, upTo] of [
        [9, 11],
        [11, 12],
        [12, 16],
      ] as const) {
        const read = await reading.rowsRead(
          await reading.request({ window: within(second(after), second(upTo)) }),
        );
        keys.push(...read.keys());
      }
      expect(keys.sort()).toEqual([...whole.keys()].sort());
    });

    test('without a lower bound begins with the oldest row, and one without a stamp', async () => {
      await expectWindow(within(undefined, second(100)));
    });

    test('in which nothing has changed has no row', async () => {
      const request = await reading.request({ window: within(second(1000), second(2000)) });
      expect((await reading.rowsRead(request)).size).toBe(0);
      const empty = await reading.request({ window: within(second(2), second(2)) });
      expect((await reading.rowsRead(empty)).size).toBe(0);
    });

    test('that is read again has a row too that was committed late, with a stamp from within it', async () => {
      const request = await reading.request({ window: within(second(19), second(30)) });
      await stamp(second(20), 3);
      const before = await reading.rowsRead(request);
      await stamp(second(21), 40);
      const after = await reading.rowsRead(request);
      reading.expectEqual(after, inWindow(await reading.rowsThere(), within(second(19), second(30))));
      expect(after.size).toBeGreaterThan(before.size);
    });

    test.each([
      ['a column that is not there', 'no_such_column'],
      ...(notATime ? [['one that is no time', notATime]] : []),
    ])('on %s is refused by its name', async (_what, name = '') => {
      const window = { ...within(undefined, second(0)), column: name };
      const refusal = await reading.refusalOf(reading.open().plan(await reading.request({ window })));
      expect(refusal).toMatchObject({ kind: 'invalid', message: expect.stringContaining(name) });
    });
  });
}

function testDeletions(
  reading: ReadingUnderTest,
  { column }: KnownWindow,
  keptDays: number | undefined,
): void {
  test('a window tells of rows that are gone where it is asked to, and not where it is not', async () => {
    const { deletions } = await reading.describe();
    expect(deletions?.keptDays).toBe(keptDays);
    const mark = deletions?.column ?? '';
    const before = await reading.rowsThere();
    await reading.subject.table.mutate();
    const there = await reading.rowsThere();
    const gone = [...before.keys()].filter((key) => !there.has(key));
    expect(gone.length).toBeGreaterThan(0);
    const columns = [...new Set([reading.keyColumn, column, mark])];
    const window: ReadWindow = { column, after: undefined, upTo: new Date('2100-01-01T00:00:00Z') };
    const read = await reading.rowsRead({ table: reading.path, columns, window, includeDeleted: true });
    const marked = [...read].filter(([, row]) => row[mark] === 'true').map(([key]) => key);
    expect(marked).toEqual(expect.arrayContaining(gone));
    expect(marked.filter((key) => there.has(key))).toEqual([]);
    expect([...read.keys()].filter((key) => read.get(key)?.[mark] === 'false').sort()).toEqual(
      [...there.keys()].sort(),
    );
    const asked = await reading.rowsRead({ table: reading.path, columns, window });
    expect([...asked.keys()].sort()).toEqual([...there.keys()].sort());
  });
}

function testTokens(reading: ReadingUnderTest, { expire }: KnownTokens): void {
  /** Reads changes to their end. */
  async function changes(since: string | undefined) {
    const { deletions } = await reading.describe();
    const mark = deletions?.column ?? '';
    const columns = [...new Set([...(await reading.columns()), mark])];
    const read = await reading.readAll({
      table: reading.path,
      columns,
      window: undefined,
      changes: { since },
    });
    expect(read.length).toBe(1);
    const rows = await reading.rowsOf(
      read.flatMap(({ sink }) => sink.pages),
      columns,
    );
    const token = read[0]?.sink.changeToken;
    if (token === undefined) throw new Error('no token was told');
    return {
      token,
      there: new Map([...rows].filter(([, row]) => row[mark] !== 'true')),
      gone: [...rows].filter(([, row]) => row[mark] === 'true').map(([key]) => key),
    };
  }

  describe('changes since a token', () => {
    test('are all rows where there is none, then what has changed, come and gone, and then nothing', async () => {
      const before = await reading.rowsThere();
      const first = await changes(undefined);
      reading.expectEqual(first.there, before);
      await reading.subject.table.mutate();
      const after = await reading.rowsThere();
      const second = await changes(first.token);
      const changed = [...after].filter(
        ([key, row]) => JSON.stringify(row) !== JSON.stringify(before.get(key)),
      );
      expect([...second.there.keys()]).toEqual(expect.arrayContaining(changed.map(([key]) => key)));
      reading.expectEqual(second.there, new Map([...after].filter(([key]) => second.there.has(key))));
      expect(second.gone.sort()).toEqual([...before.keys()].filter((key) => !after.has(key)).sort());
      const third = await changes(second.token);
      expect([third.there.size, third.gone]).toEqual([0, []]);
    });

    test('are refused as expired where the token is too old, or none of the source', async () => {
      const { token } = await changes(undefined);
      const columns = await reading.columns();
      const since = (told: string) => ({
        table: reading.path,
        columns,
        window: undefined,
        changes: { since: told },
      });
      expect((await reading.refusalOf(reading.open().plan(since('no such token')))).kind).toBe('expired');
      await expire();
      expect((await reading.refusalOf(reading.open().plan(since(token)))).kind).toBe('expired');
    });
  });
}

function testItems(reading: ReadingUnderTest, { changeOne, addOne }: KnownItems): void {
  const versions = (partitions: readonly Partition[]) =>
    new Map(partitions.map(({ item }) => [item?.name ?? '', item?.version]));

  test('each partition is an item whose version changes with its content, and no other’s with it', async () => {
    const plan = async () => reading.open().plan(await reading.request());
    const first = versions(await plan());
    expect(first.has('')).toBe(false);
    expect(versions(await plan())).toEqual(first);
    await changeOne();
    const second = versions(await plan());
    expect([...second.keys()].sort()).toEqual([...first.keys()].sort());
    expect([...second].filter(([name, version]) => first.get(name) !== version)).toHaveLength(1);
    await addOne();
    const third = versions(await plan());
    expect([...third].filter(([name, version]) => second.get(name) !== version)).toHaveLength(1);
    expect(third.size).toBe(second.size + 1);
    reading.expectEqual(await reading.rowsRead(await reading.request()), await reading.rowsThere());
  });
}
