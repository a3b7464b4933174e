import type { SourceColumn } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import { list, type Mapped, mapped, object, scalar } from './testing/mapped.ts';
import type { TransformResult } from './transform.ts';

const bench = engineBench();

const CUT_OFF =
  'The value has more than 2 decimal places. In the mapping, to_bigint(x) - to_bigint(x) % 0.01b cuts off the others of x.';

const amount = scalar('number', { multipleOf: 0.01, exclusiveMinimum: -1e17, exclusiveMaximum: 1e17 });
const target = object({
  _id: scalar('string'),
  amount,
  small: scalar('number', { multipleOf: 0.01, minimum: 0, maximum: 999.99 }),
  free: scalar('number', { multipleOf: 1e-18 }),
  parts: list(object({ amount })),
});
const columns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'Amount', type: 'decimal' },
  { name: 'Double', type: 'number' },
  { name: 'Text', type: 'string' },
  { name: 'Any', type: 'json' },
];

async function preview(mappings: Mapped, row: Readonly<Record<string, unknown>>, schema = target) {
  const mapping = mapped([['Id', '_id'], ...mappings], columns, schema);
  const [previewed] = await bench.engine.preview({ ...mapping, rows: [{ Id: '1', ...row }] });
  const errors = previewed?.errors.map(({ column, value }) => `${column}: ${value}`) ?? [];
  return errors.length > 0 ? errors : previewed?.data;
}

const amountOf = async (source: string, row: Readonly<Record<string, unknown>>) => {
  const data = await preview([[source, 'amount']], row);
  return Array.isArray(data) ? data : data?.amount;
};

describe('a value for an exact decimal', () => {
  test.each<[string, Readonly<Record<string, unknown>>, unknown]>([
    ['Amount', { Amount: '12345678901234.56' }, 12345678901234.56],
    ['Amount', { Amount: '99999999999999999.99' }, '99999999999999999.99'],
    ['Amount', { Amount: '-1.23456789012345670E16' }, '-12345678901234567'],
    ['Text', { Text: '99999999999999999.99' }, '99999999999999999.99'],
    ['Double', { Double: 12345.67 }, 12345.67],
    ['Double', { Double: 0.07 }, 0.07],
    ['Any', { Any: 12345.67 }, 12345.67],
    ['Any', { Any: '99999999999999999.99' }, '99999999999999999.99'],
    ['=0.1b + 0.2b', {}, 0.3],
    ['=Amount + 0.2b', { Amount: '0.1' }, 0.3],
    ['=iif(Id == "1", Amount, 0)', { Amount: '99999999999999999.99' }, '99999999999999999.99'],
    ['=coalesce(Amount, 0)', { Amount: '12345678901234567.89' }, '12345678901234567.89'],
    ['=to_bigint(Double) - to_bigint(Double) % 0.01b', { Double: 0.30000000000000004 }, 0.3],
    ['=to_bigint(Amount) - to_bigint(Amount) % 0.01b', { Amount: '-1.239' }, -1.23],
    ['=to_bigint(Double) + 0.005b - (to_bigint(Double) + 0.005b) % 0.01b', { Double: 1.005 }, 1.01],
    ['Amount', {}, undefined],
  ])('by %s of %j is %j', async (source, row, expected) => {
    expect(await amountOf(source, row)).toEqual(expected);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['Amount', { Amount: '0.001' }, 'amount: 0.001'],
    ['Double', { Double: 0.30000000000000004 }, 'amount: 0.30000000000000004'],
    ['=0.1 + 0.2', {}, 'amount: 0.30000000000000004'],
    ['Amount', { Amount: '100000000000000000' }, 'amount: 100000000000000000'],
    ['Text', { Text: 'twelve' }, 'amount: twelve'],
  ])('by %s of %j fails and is told: %s', async (source, row, expected) => {
    expect(await amountOf(source, row)).toEqual([expected]);
  });

  test('fails within lists, too', async () => {
    const any = [{ amount: 0.5 }, { amount: 0.125 }];
    expect(await preview([['Any', 'parts']], { Any: any })).toEqual(['parts[*].amount: 0.125']);
    expect(await preview([['Any', 'parts']], { Any: any.slice(0, 1) })).toMatchObject({
      parts: [{ amount: 0.5 }],
    });
  });

  test('may have all the places that there are, and any size that a mapping makes', async () => {
    expect(
      await preview([['Amount', 'free']], { Amount: '99999999999999999999.123456789012345678' }),
    ).toMatchObject({
      free: '99999999999999999999.123456789012345678',
    });
  });

  test('is checked for a column of doubles, too, which an older table may have', async () => {
    const mapping = mapped(
      [
        ['Amount', 'amount'],
        ['Double', 'free'],
      ],
      columns,
      target,
    );
    const fields = mapping.fields.map((field) => ({
      ...field,
      type:
        field.type.kind === 'scalar' && field.name !== '_id'
          ? { ...field.type, icebergType: 'double' }
          : field.type,
    }));
    const rows = [{ Amount: '0.07' }, { Amount: '0.071' }, { Amount: '0.29', Double: 1.1 }];
    const previewed = await bench.engine.preview({ ...mapping, fields, rows });
    expect(previewed.map(({ data, errors }) => [data.amount, errors.length])).toEqual([
      [0.07, 0],
      [0.071, 1],
      [0.29, 0],
    ]);
  });
});

describe('decimals that are written', () => {
  const asTable = ({ files }: TransformResult) =>
    files.map(({ path }) => ({ path, location: `file://${path}` }));
  const staged = (...lines: readonly string[]) =>
    bench.folder.csv('page.csv', `Id,Amount,Double\n${lines.join('\n')}\n`);
  const mapping = mapped(
    [
      ['Id', '_id'],
      ['Amount', 'amount'],
      ['Double', 'small'],
    ],
    columns.slice(0, 3),
    target,
  );
  const request = (...lines: readonly string[]) => ({
    ...mapping,
    ...bench.folder.request({ ...mapping, plan: mapping.plan }, mapping.columns, [staged(...lines)]),
  });

  test('have their type and exact figures in the file, and what does not fit is told', async () => {
    const result = await bench.engine.transform(
      request('a,99999999999999999.99,12.5', 'b,-0.01,999.99', 'c,0.015,1', 'd,1,100000', 'e,1e17,1'),
    );
    expect(await bench.landedRows(result)).toEqual([
      { _id: 'a', amount: '99999999999999999.99', small: 12.5 },
      { _id: 'b', amount: -0.01, small: 999.99 },
    ]);
    const figures = result.files[0]?.columns.filter(({ icebergType }) => icebergType !== 'string');
    expect(figures).toMatchObject([
      { icebergType: 'decimal(19, 2)', min: '-0.01', max: '99999999999999999.99' },
      { icebergType: 'decimal(5, 2)', min: '12.50', max: '999.99' },
    ]);
    const told = result.errors.map(({ message }) => message);
    expect(told).toContain(CUT_OFF);
    expect(result.failedRows).toBe(3);
  });

  test('have their type within lists and objects, too', async () => {
    const nested = mapped(
      [
        ['Id', '_id'],
        ['Any', 'parts'],
      ],
      columns,
      target,
    );
    const records = [
      { Id: 'a', Any: [{ amount: '99999999999999999.99' }, {}] },
      { Id: 'b', Any: [{ amount: 1e-3 }] },
    ];
    const page = bench.folder.jsonPage('page.json', 'records', { records });
    const result = await bench.engine.transform({
      ...nested,
      ...bench.folder.request(nested, nested.columns, [page]),
    });
    expect(result).toMatchObject({ outputRows: 1, failedRows: 1 });
    expect(await bench.landedRows(result)).toMatchObject([
      { parts: [{ amount: '99999999999999999.99' }, null] },
    ]);
    const types = result.files[0]?.columns.map(({ icebergType }) => icebergType);
    expect(types).toContain('decimal(19, 2)');
  });

  test('stand as they are where they come again, also as keys', async () => {
    const keyed = { directory: bench.folder.temp };
    const first = await bench.engine.transform(request('a,99999999999999999.99,1', 'b,2.50,2'));
    const again = await bench.engine.transform({
      ...request('a,99999999999999999.99,1', 'b,2.5,3', 'c,100000000000000000000.001,4'),
      keyed: { ...keyed, key: [['amount']], table: asTable(first) },
    });
    expect(again).toMatchObject({ unchangedRows: 1, outputRows: 1, failedRows: 1 });
  });
});
