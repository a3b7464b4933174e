import type { SourceColumn, SourceType } from '@tributary/xdm';
import { beforeAll, expect, test } from 'vitest';
import { QUOTE } from './dialect.ts';
import { linesOf, type TestDatabase } from './test-database.test-kit.ts';

/** A type of the database, SQL for a value of it, the type that it is read as, and the text that is staged. */
export type TypedValue = readonly [type: string, value: string, readAs: SourceType, text: string];

/** Holds a database to how values of its types are read: a table with a column for each, and a row of them. */
export function testColumnTypes(
  database: () => TestDatabase,
  values: readonly TypedValue[],
  prepare: readonly string[] = [],
): void {
  const names = values.map((_, index) => `c${index}`);
  let columns: readonly SourceColumn[];
  let texts: readonly string[];

  beforeAll(async () => {
    for (const sql of prepare) await database().run(sql);
    await database().run(
      `CREATE TABLE typed (${values.map(([type], index) => `${names[index]} ${type}`).join(', ')})`,
    );
    await database().run(`INSERT INTO typed VALUES (${values.map(([, value]) => value).join(', ')})`);
    const source = database().source();
    ({ columns } = await source.describe('typed'));
    const [row = ''] = await linesOf(source, { table: 'typed', columns: names, window: undefined });
    texts = fieldsOf(row);
  });

  test.each(values.map((value, index) => [...value, index] as const))(
    'of type %s that holds %s is read as %j: %s',
    (_type, _value, readAs, text, index) => {
      expect(columns[index]).toMatchObject({ name: names[index], type: readAs });
      expect(texts[index]).toBe(text);
    },
  );
}

/** The fields of a row as they are staged, their quotes among them, shown as `"`. */
function fieldsOf(row: string): readonly string[] {
  const fields = new RegExp(`(?:^|,)(${QUOTE}[^${QUOTE}]*${QUOTE}|[^${QUOTE},]*)`, 'g');
  return Array.from(row.matchAll(fields), ([, field = '']) => field.replaceAll(QUOTE, '"'));
}
