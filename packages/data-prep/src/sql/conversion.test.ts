import type { ColumnType, XdmScalarType } from '@tributary/xdm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../testing/evaluate.ts';

describe('conversion to a target type', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  async function convert(value: string | number | boolean | null, type: ColumnType, target: XdmScalarType) {
    const outcome = await evaluator.evaluate({ text: 'v', row: { v: value }, types: { v: type }, target });
    return outcome.fails ? 'fails' : outcome.value;
  }

  it.each<[string | number | boolean, ColumnType, XdmScalarType, unknown]>([
    ['Yes', 'string', 'boolean', 'fails'],
    ['on', 'string', 'boolean', true],
    [' 12.00 ', 'string', 'int', 12],
    ['12.5', 'string', 'int', 'fails'],
    ['0x1F', 'string', 'int', 'fails'],
    ['2147483648', 'string', 'int', 'fails'],
    ['-32768', 'string', 'short', -32768],
    ['32768', 'string', 'short', 'fails'],
    ['-129', 'string', 'byte', 'fails'],
    ['9007199254740991.0', 'string', 'long', Number.MAX_SAFE_INTEGER],
    ['9223372036854775808', 'string', 'long', 'fails'],
    ['1.5E3', 'string', 'number', 1500],
    ['nan', 'string', 'number', 'fails'],
    ['1e999', 'string', 'number', 'fails'],
    ['', 'string', 'number', 'fails'],
    ['2020-02-30', 'string', 'date', 'fails'],
    ['31.1.2020', 'string', 'date', '2020-01-31'],
    ['2020-01-31 23:30:00-02', 'string', 'date', '2020-02-01'],
    ['12-11-20', 'string', 'date', 'fails'],
    ['2016-11-09T11:44:44.797', 'string', 'date-time', '2016-11-09T11:44:44.797Z'],
    ['epoch', 'string', 'date-time', 'fails'],
    ['2016-11-09 11:44:44+19:00', 'string', 'date-time', 'fails'],
    [12.5, 'number', 'int', 'fails'],
    [12, 'number', 'int', 12],
    [128, 'number', 'byte', 'fails'],
    [12, 'number', 'string', '12'],
    [12.5, 'decimal', 'string', '12.5'],
    [100, 'decimal', 'string', '100'],
    [3000000000, 'long', 'int', 'fails'],
    [0, 'long', 'date-time', '1970-01-01T00:00:00.000Z'],
    [true, 'boolean', 'string', 'true'],
    ['2020-01-31', 'date', 'date-time', '2020-01-31T00:00:00.000Z'],
    ['2020-01-31', 'date', 'string', '2020-01-31'],
    ['2020-01-31 10:00:00+00', 'date-time', 'string', '2020-01-31T10:00:00Z'],
    ['2020-01-31 10:00:00.5+00', 'date-time', 'string', '2020-01-31T10:00:00.500Z'],
    ['2020-01-31 10:00:00.120034+00', 'date-time', 'string', '2020-01-31T10:00:00.120034Z'],
    ['2020-01-31 10:00:00+00', 'date-time', 'date', '2020-01-31'],
    ['0.3333333333333333', 'decimal', 'number', 0.3333333333333333],
  ])('of %j, a %s, makes for %s: %j', async (value, type, target, expected) => {
    expect(await convert(value, type, target)).toEqual(expected);
  });

  it('never raises, keeps null null, and never calls null a failure', async () => {
    const targets: XdmScalarType[] = [
      'string',
      'number',
      'long',
      'int',
      'short',
      'byte',
      'boolean',
      'date',
      'date-time',
    ];
    const odd = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('1e400', '-0', '٣', 'infinity', '99999-01-01', '2020-13-01', '0000-00-00', '24:61'),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    await fc.assert(
      fc.asyncProperty(odd, fc.constantFrom(...targets), async (text, target) => {
        const outcome = await evaluator.evaluate({ text: 'v', row: { v: text }, target });
        expect(outcome.fails).toBe(outcome.value === null);
        expect(await convert(null, 'string', target)).toBeNull();
      }),
    );
  });
});
