import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import type { StagedFileFormat } from './transform.ts';

const bench = engineBench();
const COMMA: StagedFileFormat = {
  kind: 'delimited',
  delimiter: ',',
  quote: '"',
  escape: '"',
  hasHeader: true,
  nullText: '',
};

const inspect = (format: StagedFileFormat, text: string, rows = 5) =>
  bench.engine.inspectFile({ file: bench.folder.file('some.txt', format, text), rows });

/** The type that a column of such texts is found to have. */
async function typeOf(...texts: readonly string[]) {
  const { columns } = await inspect(COMMA, `column,key\n${texts.map((text) => `${text},x\n`).join('')}`, 0);
  return columns[0]?.type;
}

describe('the type of a delimited column', () => {
  test.each([
    ['boolean', 'true', 'FALSE', ''],
    ['long', '1', '-20', '0', '123456789012345678'],
    ['number', '1', '2.50', '1e6'],
    ['date', '2024-02-29', ''],
    ['date-time', '2024-02-29T10:00:00Z', '2024-02-29 10:00:00.5+02:00'],
    ['time', '10:00', '23:59:59.25'],
    ['string', '', ''],
    ['string', '1', 'two'],
    ['string', '2024-02-30', '2024-02-29'],
    ['string', '29.02.2024'],
  ])('is %s for such as %s', async (type, ...texts) => {
    expect(await typeOf(...texts)).toBe(type);
  });

  test.each([
    ['a leading zero, as postal codes have', '01234', '12345'],
    ['a plus, as telephone numbers have', '+491234', '491234'],
    ['more digits than a whole number holds', '12345678901234567890'],
    ['more digits than a fraction holds', '1.12345678901234567890'],
  ])('is text where a number has %s', async (_what, ...texts) => {
    expect(await typeOf(...texts)).toBe('string');
  });
});

describe('inspecting a file', () => {
  test('tells objects apart down to a depth, and gives what lies deeper as JSON', async () => {
    const deep = `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`;
    const { columns, rows } = await inspect({ kind: 'json-lines' }, deep);
    expect(columns).toMatchObject([{ name: 'a', type: { kind: 'object' } }]);
    expect(JSON.stringify(columns)).toContain('"type":"json"');
    expect(rows).toHaveLength(1);
  });

  test('refuses more columns than are looked into, before it looks into them', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `c${index}`);
    await expect(inspect(COMMA, `${names.join(',')}\n`)).rejects.toThrow(
      'has 20000 columns; 2000 are allowed',
    );
  });

  test('shows the rows as a run would read them, without those that cannot be read', async () => {
    const text = 'id,since,active\n1,2024-02-29,true\n2\n3,,false\n4,2024-03-01,\n';
    const { columns, rows } = await inspect(COMMA, text, 2);
    expect(columns).toEqual([
      { name: 'id', type: 'long' },
      { name: 'since', type: 'date' },
      { name: 'active', type: 'boolean' },
    ]);
    expect(rows).toEqual([
      { id: 1, since: '2024-02-29', active: true },
      { id: 3, active: false },
    ]);
  });

  test('leaves out columns whose name others have, too', async () => {
    const { columns } = await inspect(COMMA, 'a,b,a,,\n1,2,3,4,5\n');
    expect(columns.map(({ name }) => name)).toEqual(['b', 'column_4', 'column_5']);
  });

  test.each([
    ['json-lines', '{"a":1,"b":{"c":[true]},"d":"2024-02-29"}\nnone\n{"a":2.5,"e":null,"d":"2024-03-01"}\n'],
    ['json-array', '[{"a":1,"b":{"c":[true]},"d":"2024-02-29"},7,{"a":2.5,"e":null,"d":"2024-03-01"}]'],
  ] as const)('finds the common structure of %s', async (kind, text) => {
    const { columns, rows } = await inspect({ kind }, text);
    expect(columns).toEqual([
      { name: 'a', type: 'number' },
      {
        name: 'b',
        type: { kind: 'object', fields: [{ name: 'c', type: { kind: 'array', items: 'boolean' } }] },
      },
      { name: 'd', type: 'date' },
      { name: 'e', type: 'string' },
    ]);
    expect(rows).toEqual([
      { a: 1, b: { c: [true] }, d: '2024-02-29' },
      { a: 2.5, d: '2024-03-01' },
    ]);
  });

  test('takes members that differ in kind, or are too many, for JSON', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key-${index}`, index]));
    const lines = [
      { a: 1, b: many, c: {} },
      { a: 'x', b: {}, c: {} },
    ].map((line) => JSON.stringify(line));
    const { columns } = await inspect({ kind: 'json-lines' }, lines.join('\n'), 0);
    expect(columns).toEqual(['a', 'b', 'c'].map((name) => ({ name, type: 'json' })));
  });

  test('finds nothing in an empty file', async () => {
    expect(await inspect(COMMA, '')).toEqual({ columns: [], rows: [] });
    expect(await inspect({ kind: 'json-lines' }, '')).toEqual({ columns: [], rows: [] });
  });

  test('refuses JSON without an object, by its name', async () => {
    await expect(inspect({ kind: 'json-array' }, '[1, 2]')).rejects.toMatchObject({
      kind: 'unreadable',
      message: 'some.txt holds no JSON objects.',
    });
  });
});
