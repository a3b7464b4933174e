import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundToBytes } from './conversions.ts';
import { type LocalFileIO, localFileIO } from './local-file-io.ts';
import type { IcebergSchema } from './schema.ts';
import { writeParquet } from './testing/duckdb-parquet.ts';

const hex = (type: string, text: string) => boundToBytes(type, text, 'lower')?.toString('hex');

describe('a bound', () => {
  test.each([
    ['boolean', '0', '00'],
    ['boolean', 'true', '01'],
    ['int', '34', '22000000'],
    ['int', '-1', 'ffffffff'],
    ['long', '9223372036854775807', 'ffffffffffffff7f'],
    ['float', '1.5', '0000c03f'],
    ['double', '1e-05', 'f168e388b5f8e43e'],
    ['double', '-inf', '000000000000f0ff'],
    ['date', '1970-01-01', '00000000'],
    ['date', '2017-11-16', '4e440000'],
    ['date', '1969-12-31', 'ffffffff'],
    ['date', '0001-01-01', 'c606f5ff'],
    ['date', '10000-01-01', 'a1c02c00'],
    ['time', '22:31:08.5', '20240fe012000000'],
    ['timestamp', '1970-01-01 00:00:01', '40420f0000000000'],
    ['timestamptz', '1969-12-31 23:59:59.999999+00', 'ffffffffffffffff'],
    ['timestamptz', '1970-01-01 05:30:00+05:30', '0000000000000000'],
    ['timestamptz', '1969-12-31 19:00:00-05', '0000000000000000'],
    ['decimal(9,2)', '14.20', '058c'],
    ['decimal(9, 2)', '-1.28', '80'],
    ['decimal(9,2)', '1.28', '0080'],
    ['decimal(38,0)', '99999999999999999999999999999999999999', '4b3b4ca85a86c47a098a223fffffffff'],
    ['string', 'iceberg', Buffer.from('iceberg').toString('hex')],
  ])('of %s %s is serialised by appendix D', (type, text, expected) => {
    expect(hex(type, text)).toBe(expected);
  });

  test.each([
    ['boolean', 'yes'],
    ['int', '2147483648'],
    ['int', '1.0'],
    ['int', ''],
    ['long', '9223372036854775808'],
    ['long', '1e5'],
    ['double', 'nan'],
    ['double', ''],
    ['double', '0x10'],
    ['date', '2024-02-30'],
    ['date', '0044-03-15 (BC)'],
    ['date', 'infinity'],
    ['date', '2024-01-01 00:00:00'],
    ['time', '24:00:00'],
    ['timestamp', '2024-01-01 00:00:00+00'],
    ['timestamp', '2024-01-01 00:00:00.1234567'],
    ['timestamptz', '2024-01-01 00:00:00'],
    ['timestamptz', '-infinity'],
    ['timestamptz', '0044-03-15 (BC) 00:00:00+00'],
    ['decimal(4,2)', '100.00'],
    ['decimal(4,2)', '1.234'],
    ['uuid', '56baf524-719b-40fc-9d79-3fdfd7c2f314'],
    ['binary', '00FF'],
    ['fixed[2]', '00FF'],
    ['geometry', 'POINT (1 1)'],
  ])('of %s "%s" is left out', (type, text) => {
    expect(hex(type, text)).toBeUndefined();
  });

  test('of zero takes in both zeros', () => {
    expect(boundToBytes('double', '0.0', 'lower')).toEqual(boundToBytes('double', '-0.0', 'lower'));
    expect(boundToBytes('double', '-0.0', 'lower')?.readDoubleLE()).toBe(-0);
    expect(boundToBytes('float', '-0.0', 'upper')?.readFloatLE()).toBe(0);
  });
});

const ORDERED: readonly {
  readonly type: string;
  readonly value: fc.Arbitrary<number | bigint>;
  readonly text: (value: number | bigint) => string;
  readonly read: (bytes: Buffer) => number | bigint;
}[] = [
  { type: 'int', value: fc.integer(), text: String, read: (bytes) => bytes.readInt32LE() },
  {
    type: 'long',
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    text: String,
    read: (bytes) => bytes.readBigInt64LE(),
  },
  {
    type: 'double',
    value: fc.double({ noNaN: true }),
    text: duckdbDouble,
    read: (bytes) => bytes.readDoubleLE(),
  },
  {
    type: 'date',
    value: fc.integer({ min: -719_162, max: 2_932_896 }),
    text: dateText,
    read: (bytes) => bytes.readInt32LE(),
  },
  {
    type: 'timestamptz',
    value: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
    text: (ms) => `${new Date(Number(ms)).toISOString().slice(0, -1).replace('T', ' ')}+00`,
    read: (bytes) => bytes.readBigInt64LE() / 1000n,
  },
  {
    type: 'decimal(20,3)',
    value: fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }),
    text: (unscaled) =>
      String(unscaled).replace(
        /^(-?)(\d+)$/,
        (_, sign, digits) => `${sign}${digits.padStart(4, '0').replace(/(\d{3})$/, '.$1')}`,
      ),
    read: (bytes) => BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`)),
  },
];

function duckdbDouble(value: number | bigint): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function dateText(days: number | bigint): string {
  return new Date(Number(days) * 86_400_000).toISOString().slice(0, 10);
}

describe.each(ORDERED)('bounds of $type', ({ type, value, text, read }) => {
  test('are the value itself, and so keep the order of values', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [first, second] = [a, b].map((one) => boundToBytes(type, text(one), 'lower'));
        if (!first || !second) throw new Error('every value of the type has a bound');
        expect(Number(read(first)) + 0).toBe(Number(a) + 0);
        expect(read(first) < read(second)).toBe(a < b);
      }),
    );
  });
});

describe('bounds of what DuckDB wrote', () => {
  let root: string;
  let io: LocalFileIO;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'lake-bounds-'));
    io = localFileIO(root);
  });

  afterAll(() => rm(root, { recursive: true }));

  test('enclose every double and text, over several row groups', async () => {
    const schema: IcebergSchema = {
      type: 'struct',
      'schema-id': 0,
      fields: [
        { id: 1, name: 'd', required: false, type: 'double' },
        { id: 2, name: 'f', required: false, type: 'float' },
        { id: 3, name: 's', required: false, type: 'string' },
      ],
    };
    const samples = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 40, seed: 7 });
    const rows = samples.map((double, index) => {
      const text = 'é'.repeat(index % 20) + String.fromCodePoint(0x61 + index) + 'z'.repeat(index * 4);
      return { double, float: Math.fround((index + 1) / 7), text };
    });
    const values = rows.map(
      ({ double, float, text }) => `('${double}'::DOUBLE, '${float}'::FLOAT, '${text}')`,
    );
    const query = `SELECT v.* FROM (VALUES ${values.join(', ')}) AS v(d, f, s), range(100)`;

    const { columns } = await writeParquet(
      io,
      io.locationOf(join(root, 'a.parquet')),
      schema,
      query,
      'ROW_GROUP_SIZE 2048',
    );

    const bound = (id: number, side: 'lower' | 'upper') => {
      const column = columns.find((candidate) => candidate.fieldId === id);
      const text = side === 'lower' ? column?.min : column?.max;
      return column && text !== undefined ? boundToBytes(column.icebergType, text, side) : undefined;
    };
    expect(bound(1, 'lower')?.readDoubleLE()).toBe(Math.min(...samples));
    expect(bound(1, 'upper')?.readDoubleLE()).toBe(Math.max(...samples));
    expect(bound(2, 'lower')?.readFloatLE()).toBe(Math.min(...rows.map(({ float }) => float)));
    expect(bound(2, 'upper')?.readFloatLE()).toBe(Math.max(...rows.map(({ float }) => float)));
    const texts = rows.map(({ text }) => Buffer.from(text)).sort(Buffer.compare);
    const [lower, upper] = [bound(3, 'lower'), bound(3, 'upper')];
    expect(Buffer.compare(lower ?? Buffer.alloc(0), texts[0] ?? Buffer.alloc(0))).toBeLessThanOrEqual(0);
    expect(Buffer.compare(upper ?? Buffer.of(0xff), texts.at(-1) ?? Buffer.alloc(0))).toBeGreaterThanOrEqual(
      0,
    );
    expect([lower, upper]).not.toContain(undefined);
  });
});
