import { mkdir } from 'node:fs/promises';
import type { ColumnType, XdmScalarType } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import type { TransformResult } from './index.ts';
import { leafField } from './parquet-fields.ts';
import { engineBench } from './testing/engine-bench.ts';
import { column, tableOf } from './testing/table.ts';

const bench = engineBench();

/** A key of texts or of values of one other type, each part in a column of its own. */
interface Key {
  readonly from: ColumnType;
  readonly to: XdmScalarType;
}

const text: Key = { from: 'string', to: 'string' };
const whole: Key = { from: 'integer', to: 'int' };
const number: Key = { from: 'number', to: 'number' };
const time: Key = { from: 'date-time', to: 'date-time' };

/** A table of rows that are told apart by a key, with what it takes to land in it. */
function keyedTable({ from, to }: Key, parts: number) {
  const names = Array.from({ length: parts }, (_, index) => `K${index}`);
  const table = tableOf(
    names.map((name) => ({ path: `_acme.${name}`, xdmType: to, from: column(name, from) })),
  );
  const key = names.map((name) => ['_acme', name]);
  return { table, key, columns: names.map((name) => ({ name, type: from })) };
}

type Keys = readonly (readonly string[])[];

async function land(kind: Key, name: string, keys: Keys): Promise<TransformResult> {
  const { table, key, columns } = keyedTable(kind, keys[0]?.length ?? 1);
  const directory = `${bench.folder.root}/keys`;
  await mkdir(directory, { recursive: true });
  const lines = [columns.map((part) => part.name), ...keys].map((cells) => cells.map(quoted).join(','));
  const staged = bench.folder.csv(name, `${lines.join('\n')}\n`);
  return bench.engine.transform({
    ...bench.folder.request(table, columns, [staged]),
    keyed: { key, directory },
  });
}

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

/**
 * How many rows of the table, which has one of the key `one`, a row with the key `other` takes the place of.
 */
async function replacedBy(kind: Key, one: readonly string[], other: readonly string[]): Promise<number> {
  const { table, key } = keyedTable(kind, one.length);
  const stood = await land(kind, 'stood.csv', [one]);
  const came = await land(kind, 'came.csv', [other]);
  const { replacedRows } = await bench.engine.positionDeletes({
    key: key.map((path) => leafField(table.fields, path)),
    table: stood.files.map(({ path }) => ({ path, location: `file://${path}` })),
    replacing: came.files,
    directory: bench.folder.data,
  });
  return replacedRows;
}

const long = 'x'.repeat(100_000);

const different: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['in case, as Salesforce’s ids of 15 characters do', ['0035g00000AbCdE'], ['0035g00000AbCde']],
  ['in a space at the end', ['a'], ['a ']],
  ['in the normal form of a letter', ['caf\u00e9'], ['cafe\u0301']],
  ['in a character that is not seen', ['a'], ['a\u200b']],
  ['at the end of 100,000 characters', [`${long}a`], [`${long}b`]],
  ['in where their parts begin', ['a|b', 'c'], ['a', 'b|c']],
  ['in the order of their parts', ['a', 'b'], ['b', 'a']],
  ['in zeros before a number', ['7'], ['007']],
];

describe('texts are different keys that differ', () => {
  test.each(different)('%s', async (_difference, one, other) => {
    expect(await replacedBy(text, one, other)).toBe(0);
    expect(await land(text, 'both.csv', [one, other])).toMatchObject({ outputRows: 2, supersededRows: 0 });
  });
});

const same: readonly (readonly [string, Key, string, string])[] = [
  ['a text of any characters', text, '😀\u0001\n"\u00a0', '😀\u0001\n"\u00a0'],
  ['a text of any length', text, long, long],
  ['whole numbers with and without zeros and signs', whole, '7', '+007'],
  ['numbers that are spelt in another way', number, '100', '1e2'],
  ['numbers with and without a fraction', number, '1', '1.0'],
  ['zero and what is less than it by nothing', number, '0', '-0.0'],
  ['times in two zones', time, '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00'],
];

describe('of one key are', () => {
  test.each(same)('%s', async (_case, kind, one, other) => {
    expect(await replacedBy(kind, [one], [other])).toBe(1);
    expect(await land(kind, 'both.csv', [[one], [other]])).toMatchObject({
      outputRows: 1,
      supersededRows: 1,
    });
  });
});

test.each([
  ['an empty part', text, ['a', '']],
  ['a number that is none', whole, ['1', 'x']],
])('a key with %s is none, and takes no row with it', async (_case, kind, key) => {
  const result = await land(kind, 'keys.csv', [key, ['1', '1']]);
  expect(result).toMatchObject({ outputRows: 1, failedRows: 1, keys: { isComplete: false } });
});
