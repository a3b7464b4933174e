import { describe, expect, test } from 'vitest';
import { comparableRow } from './comparable-value.test-kit.ts';
import type { ReadingUnderTest } from './reading-under-test.test-kit.ts';
import { isCannot } from './subject.test-kit.ts';

/** Tests of what a source tells before rows are read. */
export function testDescribing(reading: ReadingUnderTest): void {
  const { subject } = reading;
  const { table, clock } = subject;

  describe('tells', () => {
    test('that its credentials work', () => reading.open().check());

    test('its tables, each once, the known one among them', async () => {
      const { folder, path } = table.listing ?? { path: table.path };
      const listed = await reading.open().explore(folder);
      const paths = listed.map((entry) => entry.path);
      expect(new Set(paths).size).toBe(paths.length);
      expect(listed.find((entry) => entry.path === path)).toMatchObject({
        name: expect.any(String),
        canPreview: true,
        canFetchSchema: true,
      });
    });

    test('a table by its columns with their types, the key and what moves with changes', async () => {
      const description = await reading.describe();
      const types = new Map(description.columns.map(({ name, type }) => [name, type]));
      expect(description.table).toBe(table.path);
      expect(types.size, 'names of columns').toBe(description.columns.length);
      expect(Object.fromEntries(Object.keys(table.types).map((name) => [name, types.get(name)]))).toEqual(
        table.types,
      );
      expect(description.keyColumns).toEqual(table.key.isTold ? [table.key.column] : []);
      for (const column of [...description.deltaColumns, ...(description.computedColumns ?? [])])
        expect(types.has(column), column).toBe(true);
    });

    test('nothing it cannot do', async () => {
      const { deltaColumns, deletions, tracksChanges = false, isItemwise = false } = await reading.describe();
      const told = {
        window: deltaColumns.length > 0,
        deletions: deletions !== undefined && !tracksChanges,
        changeTokens: tracksChanges,
        items: isItemwise,
      };
      expect(told).toEqual({
        window: !isCannot(subject.window),
        deletions: !isCannot(subject.deletions),
        changeTokens: !isCannot(subject.changeTokens),
        items: !isCannot(subject.items),
      });
    });

    test.each([1, 3])('the first rows in a preview, at most %i, as they are read', async (limit) => {
      const rows = await reading.open().preview(table.path, limit);
      expect(rows).toHaveLength(limit);
      expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
      const { columns } = await reading.describe();
      const names = new Set(columns.map(({ name }) => name));
      const read = await reading.rowsRead(await reading.request());
      for (const row of rows) {
        expect(Object.keys(row).filter((name) => !names.has(name))).toEqual([]);
        const shown = comparableRow(columns, row);
        const landed = read.get(shown[reading.keyColumn] ?? '') ?? {};
        const both = Object.keys(shown).filter((name) => name in landed);
        expect(both).toContain(reading.keyColumn);
        for (const name of both) expect(shown[name], name).toBe(landed[name]);
      }
    });

    test.each(['describe', 'preview'] as const)(
      'in %s that there is no such table, by its name',
      async (call) => {
        const source = reading.open({ table: table.missing });
        const asked = call === 'describe' ? source.describe(table.missing) : source.preview(table.missing, 1);
        const { kind, message } = await reading.refusalOf(asked);
        expect(kind).toBe('invalid');
        expect(message).toContain(table.missing);
      },
    );

    if (isCannot(clock)) {
      test(`no time: ${clock.cannot}`, async () => {
        expect((await reading.refusalOf(reading.open().clock())).kind).toBe('invalid');
      });
      return;
    }

    test('its own time', async () => {
      const before = (await clock.now()).getTime();
      const told = (await reading.open().clock()).getTime();
      const after = (await clock.now()).getTime();
      expect(told).toBeGreaterThanOrEqual(before - clock.withinMs);
      expect(told).toBeLessThanOrEqual(after + clock.withinMs);
    });

    const { set } = clock;
    if (set !== undefined)
      test('its own time, where that is not the time of this machine', async () => {
        const now = new Date('2031-05-06T07:08:09Z');
        await set(now);
        try {
          expect(await reading.open().clock()).toEqual(now);
        } finally {
          await set(undefined);
        }
      });
  });
}
