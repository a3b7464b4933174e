import { createHash } from 'node:crypto';
import type { ColumnType } from '@tributary/xdm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator, NOW, type Row } from './testing/evaluate.ts';
import { planExpression } from './validate.ts';

describe('evaluation', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  describe('of failures', () => {
    it.each<[string, unknown]>([
      ['iif(s == "x", to_integer(s), 0)', 'fails'],
      ['iif(s == "y", to_integer(s), 0)', 0],
      ['s == "y" ? 1 / 0 : 2', 2],
      ['coalesce("a", to_integer(s))', 'a'],
      ['coalesce(to_integer(s), 1)', 'fails'],
      ['coalesce(none, to_integer(s))', 'fails'],
      ['none ?? 1', 1],
      ['1 ?: 1 / 0', 1],
      ['0 ?: 7', 7],
      ['"" ?: "x"', 'x'],
      ['decode(s, "y", to_integer(s), "none")', 'none'],
      ['decode(s, "x", to_integer(s), "none")', 'fails'],
      ['s == "x" || to_integer(s) > 0', true],
      ['s == "y" && to_integer(s) > 0', false],
      ['s == "x" && to_integer(s) > 0', 'fails'],
      ['is_empty([date(s)])', 'fails'],
      ['concat("a", to_integer(s))', 'fails'],
      ['to_array(true, to_integer(s))', 'fails'],
      ['1 / 0', 'fails'],
      ['1.5 % 0', 'fails'],
      ['9223372036854775807 + 1', 'fails'],
      ['date(none, "yyyy", date(s))', 'fails'],
      ['date("2020", "yyyy", date(s))', '2020-01-01T00:00:00.000Z'],
      ['dformat(9223372036854775807, "yyyy")', 'fails'],
    ])('%s gives %j', async (text, expected) => {
      const { value, fails } = await evaluator.evaluate({ text, row: { s: 'x', none: null } });
      expect(fails ? 'fails' : value).toEqual(expected);
      if (fails) expect(value).toBeNull();
    });
  });

  describe('of comparisons', () => {
    it.each<[string, unknown]>([
      ['"10" < "9"', true],
      ['10 < 9', false],
      ['"10" > 9', true],
      ['"1" == 1', true],
      ['"1.0" == 1', true],
      ['"abc" == 1', false],
      ['"abc" != 1', true],
      ['none == null', true],
      ['none != null', false],
      ['none == ""', false],
      ['noNumber == "abc"', false],
      ['none < 1', false],
      ['!(none < 1)', true],
      ['"yes" == true', true],
      ['date("2020-01-01") < "2020-01-02"', true],
      ['"abc" =^ "ab"', true],
      ['"abc" !$ "bc"', false],
      ['"abc" =~ "[a-c]+"', true],
      ['none !~ "a"', true],
      ['"a" =~ list', true],
      ['1 =~ list', true],
      ['"b" !~ list', true],
      ['none.equals("a")', false],
      ['!none.equals("a")', true],
      ['min("b", none, "a")', 'a'],
    ])('%s gives %j', async (text, expected) => {
      const row: Row = { none: null, noNumber: null, list: ['a', 1, null] };
      const types = { noNumber: 'long' as const, list: 'json' as const };
      expect(await evaluator.evaluate({ text, row, types })).toEqual({ value: expected, fails: false });
    });
  });

  describe('of what is nested deeply', () => {
    it.each<[string, string, string, number, unknown]>([
      ['json_to_object(', '"{}"', ')', 15, {}],
      ['transformArray([1], x -> ', 'to_integer("7")', ')', 8, [[[[[[[[7]]]]]]]]],
      ['filterArray([1], x -> size_of(', '[x]', ') > 0)', 4, [1]],
      ['(', 'n > 0', ' && n > 1)', 90, true],
      ['!(', 'n > 0', ' || n > 1)', 45, false],
    ])('%s%s%s %d times takes no longer with each level', async (before, core, after, times, expected) => {
      const text = `${before.repeat(times)}${core}${after.repeat(times)}`;
      const { value, fails } = await evaluator.evaluate({ text, row: { n: 2 } });
      expect(fails ? 'fails' : value).toEqual(expected);
    });
  });

  describe('of edges', () => {
    it.each<[string, unknown]>([
      ['7 / 2', 3],
      ['-7 / 2', -3],
      ['7 / 2.0', 3.5],
      ['"a" + 1', 'a1'],
      ['1 + 2 + "a"', '3a'],
      ['"3" * "4"', 12],
      ['substr("abc", 1)', 'bc'],
      ['substr(date("2020-01-05"), 11)', '00:00:00Z'],
      ['substr("abc", 5, 2)', ''],
      ['left("abc", -1)', ''],
      ['right("abc", 9)', 'abc'],
      ['upper("straße")', 'STRASSE'],
      ['instr("abc", "x")', -1],
      ['instr("abcabc", "c", 3)', 5],
      ['instr("a", "a", 0, 2)', -1],
      ['split("a", "")', ['a']],
      ['explode("a,,b,")', ['a', '', 'b', '']],
      ['join("-", [])', ''],
      ['join(sep, [1, null, 2.5])', '1;;2.5'],
      ['extract_regex("xyz", "(a)")', []],
      ['explode("a,b")[1]', 'b'],
      ['explode("a,b")[2]', null],
      ['explode("a,b")[-1]', null],
      ['last([1, null])', null],
      ['coalesce([null, 2])', 2],
      ['first()', undefined],
      ['to_array(sep == ";", 1, null)', [1, null]],
      ['add_to_array([1], "a")', [1, 'a']],
      ['md5("", "UTF-16")', 'd41d8cd98f00b204e9800998ecf8427e'],
      ['sha1("😀", "UTF-16")', createHash('sha1').update('feffd83dde00', 'hex').digest('hex')],
      ['md5("aé😀", "US-ASCII") == md5("a??")', true],
      ['date_part("weekday", date("2026-11-24"))', 2],
      ['date_part("hh12", date("2026-11-24"))', 12],
      ['format(date("2020-01-05T03:04:05+02:00"), "HH:mm EEE")', '03:04 Sun'],
      ['date("2020-01-05 03:04 Z", "yyyy-MM-dd HH:mm X")', '2020-01-05T03:04:00.000Z'],
      ['now()', NOW.toISOString()],
      ['timestamp()', NOW.getTime()],
      ['5 & 3 | 8 ^ 1', 9],
      ['0.1b', 0.1],
    ])('%s gives %j', async (text, expected) => {
      if (expected === undefined) {
        expect(planExpression(text, [])).toMatchObject({ ok: false, errors: [{ code: 'argument-count' }] });
      } else {
        expect(await evaluator.evaluate({ text, row: { sep: ';' } })).toEqual({
          value: expected,
          fails: false,
        });
      }
    });
  });

  it('never raises, whatever valid expression meets whatever row', async () => {
    const types: Record<string, ColumnType> = {
      s: 'string',
      t: 'string',
      n: 'long',
      x: 'number',
      b: 'boolean',
      d: 'date-time',
    };
    const leaf = fc.constantFrom(
      's',
      't',
      'n',
      'x',
      'b',
      'd',
      'null',
      '"12"',
      '"2020-01-05"',
      '""',
      '0',
      '-1',
      '2.5',
      'true',
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => {
      const inner = tie('expression');
      const two = fc.tuple(inner, inner);
      const shape = (text: string) =>
        two.map(([one, other]) => text.replaceAll('A', () => one).replaceAll('B', () => other));
      return {
        expression: fc.oneof(
          { maxDepth: 4, depthSize: 'small' },
          leaf,
          ...[
            '(A + B)',
            '(A - B)',
            '(A / B)',
            '(A % B)',
            '(A == B)',
            '(A < B)',
            '(A ?: B)',
            '(A ?? B)',
            '(A && B)',
            '!(A)',
          ].map(shape),
          ...[
            'iif(A, B, null)',
            'coalesce(A, B)',
            'decode(A, B, A, B)',
            'concat(A, B)',
            'upper(A)',
            'substr(A, B)',
          ].map(shape),
          ...[
            'lpad(A, 8, B)',
            'instr(A, B, 1, 2)',
            'split(A, B)[0]',
            'join(A, [B, A])',
            'to_integer(A)',
            'to_float(A)',
          ].map(shape),
          ...[
            'date(A)',
            'date(A, "yyyy-MM-dd", B)',
            'format(A, "yyyy")',
            'date_part("dw", A)',
            'md5(A, "UTF-16")',
          ].map(shape),
          ...[
            'min(A, B)',
            'size_of([A, B])',
            'first([A], [B])',
            'is_empty(A)',
            'to_array(A, B)',
            'to_array(false, A)[0]',
          ].map(shape),
          ...[
            'extract_regex(A, "(.)(.)")[1]',
            'A.equalsIgnoreCase(B)',
            'dformat(A, "HH")',
            '-(A)',
            '~(A)',
            '(A =^ B)',
          ].map(shape),
        ),
      };
    });
    const row = fc.record({
      s: fc.option(fc.string({ unit: 'grapheme' })),
      t: fc.option(fc.constantFrom('yes', '12', '-3.5', '2020-01-05', '1/05/2020', ' ')),
      n: fc.option(fc.constantFrom(0, 1, -1, 3, 100)),
      x: fc.option(fc.constantFrom(0.5, -2.25, 1e300)),
      b: fc.option(fc.boolean()),
      d: fc.option(fc.constantFrom('2020-01-05T03:04:05Z', '1969-12-31T23:59:59Z')),
    });
    let evaluated = 0;
    await fc.assert(
      fc.asyncProperty(expression, row, async (text, values) => {
        const columns = Object.entries(types).map(([name, type]) => ({ name, type }));
        const planned = planExpression(text, columns);
        if (!planned.ok) return;
        evaluated++;
        const { value, fails } = await evaluator.evaluatePlan(planned.expression, values, columns, undefined);
        if (fails) expect(value).toBeNull();
      }),
      { numRuns: 600 },
    );
    expect(evaluated).toBeGreaterThan(100);
  });
});
