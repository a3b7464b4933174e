import type { SourceColumn, SourceType } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines } from './testing/job-folder.ts';
import { list, mapOf, mapped, object, scalar } from './testing/mapped.ts';

const bench = engineBench();
const { engine } = bench;

const line: SourceType = {
  kind: 'object',
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'count', type: 'integer' },
    { name: 'sold', type: 'date-time' },
  ],
};
const order: SourceColumn = {
  name: 'Order',
  type: {
    kind: 'object',
    fields: [
      { name: 'lines', type: { kind: 'array', items: line } },
      { name: 'rates', type: { kind: 'map', values: 'number' } },
      { name: 'day', type: 'date' },
      { name: 'note', type: 'string' },
    ],
  },
};
const columns: readonly SourceColumn[] = [{ name: 'Id', type: 'string' }, order];
const target = object({
  _id: scalar('string'),
  order: object({
    lines: list(object({ sku: scalar('string'), count: scalar('int'), sold: scalar('date-time') })),
    rates: mapOf(scalar('number')),
    day: scalar('date'),
    note: scalar('string'),
  }),
});
const mapping = mapped(
  [
    ['Id', '_id'],
    ['Order', 'order'],
  ],
  columns,
  target,
);

async function previewed(value: unknown) {
  const [row] = await engine.preview({ ...mapping, rows: [{ Id: '1', Order: value }] });
  return row;
}

describe('a nested source column', () => {
  test('is read by the rules for flat columns, at every depth', async () => {
    const value = {
      lines: [{ sku: 'a', count: '2.0', sold: '2024-03-01T12:00:00+05:30' }, null, { count: 3, other: [1] }],
      rates: { EUR: 1, 'a/b~': '1.25' },
      day: '2024-02-29',
      note: { free: true },
    };
    expect(await previewed(value)).toEqual({
      data: {
        _id: '1',
        order: {
          lines: [{ sku: 'a', count: 2, sold: '2024-03-01T06:30:00Z' }, null, { count: 3 }],
          rates: { EUR: 1, 'a/b~': 1.25 },
          day: '2024-02-29',
          note: '{"free":true}',
        },
      },
      errors: [],
    });
  });

  test.each<[string, unknown, string, string, string]>([
    ['a number', { lines: [{ count: 1 }, { count: 1.5 }] }, 'Order.lines[*].count', 'integer', '1.5'],
    ['a date', { day: '2024-02-30' }, 'Order.day', 'date', '2024-02-30'],
    ['a date-time', { lines: [{ sold: 'now' }] }, 'Order.lines[*].sold', 'date-time', 'now'],
    ['a value of a map', { rates: { EUR: 'x' } }, 'Order.rates.*', 'number', 'x'],
    ['an object', { lines: ['a'] }, 'Order.lines[*]', 'object', '"a"'],
    ['an array', { lines: {} }, 'Order.lines', 'array', '{}'],
    ['a map', { rates: [1] }, 'Order.rates', 'map', '[1]'],
    ['the whole', [1], 'Order', 'object', '[1]'],
  ])('fails its row where %s is none', async (_part, value, column, type, text) => {
    expect((await previewed(value))?.errors).toEqual([
      {
        code: 'INGEST-1554-400',
        message: `The source value can't be read as ${type}.`,
        column,
        value: text,
      },
    ]);
  });

  test('tells each part that is wrong once, with its first value', async () => {
    const row = await previewed({ lines: [{ count: 'x' }, { count: 'y' }, { sold: 'z' }], day: 1 });
    expect(row?.errors.map(({ column, value }) => [column, value])).toEqual([
      ['Order.lines[*].count', 'x'],
      ['Order.lines[*].sold', 'z'],
      ['Order.day', '1'],
    ]);
  });

  test('of a CSV may be no JSON, or name a key twice, and its row is told with JSON in it', async () => {
    const csv =
      'Id,Order\n1,"{""day"":""2024-01-01""}"\n2,"{""day"""\n3,"{""rates"":{""a"":1,""a"":2}}"\n4,\n5,null\n6,"{""day"":5,""lines"":[]}"\n';
    const result = await engine.transform(
      bench.folder.request(mapping, columns, [bench.folder.csv('1.csv', csv)]),
    );
    expect(await bench.landedRows(result)).toEqual([
      { _id: '1', order: { day: '2024-01-01' } },
      { _id: '4' },
      { _id: '5' },
    ]);
    const lines = result.diagnosticsFiles.flatMap(readJsonLines);
    expect(lines.map(({ Order, _errors }) => [Order, _errors])).toMatchObject([
      ['{"day"', [{ column: 'Order', message: "The source value can't be read as object." }]],
      [{ rates: { a: 2 } }, [{ column: 'Order.rates', message: 'The source value names a key twice.' }]],
      [{ day: 5, lines: [] }, [{ column: 'Order.day', value: '5' }]],
    ]);
  });

  test('of a JSON page keeps texts apart from what they spell', async () => {
    const json: SourceColumn = { name: 'Any', type: 'json' };
    const any = mapped([['Any', 'any']], [json], object({ any: list(scalar('string')) }));
    const rows = [{ Any: '1' }, { Any: ['[1]', 2] }, { Any: null }, {}, { Any: 'not json' }];
    const staged = bench.folder.jsonPage('1.json', 'rows', { rows });
    const result = await engine.transform(bench.folder.request(any, [json], [staged]));
    expect(result.errors).toEqual([]);
    const landed = await engine.readRows(result.files, { limit: 9 });
    expect(landed).toEqual([{ any: ['1'] }, { any: ['[1]', '2'] }, {}, {}, { any: ['not json'] }]);
    expect((await engine.preview({ ...any, rows })).map(({ data }) => data)).toEqual(landed);
  });

  test('whose fields differ in case only is kept as JSON', async () => {
    const odd: SourceColumn = {
      name: 'Odd',
      type: {
        kind: 'array',
        items: {
          kind: 'object',
          fields: [
            { name: 'a', type: 'string' },
            { name: 'A', type: 'string' },
          ],
        },
      },
    };
    const mapping = mapped([['Odd', 'odd']], [odd], object({ odd: list(object({ A: scalar('string') })) }));
    const [row] = await engine.preview({ ...mapping, rows: [{ Odd: [{ a: '1', A: '2' }] }] });
    expect(row).toEqual({ data: { odd: [{ A: '2' }] }, errors: [] });
  });
});
