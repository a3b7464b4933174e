import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../testing/evaluate.ts';
import cases from './date-writer.cases.json' with { type: 'json' };
import { compileDateWriter } from './date-writer.ts';
import { quoteLiteral } from './quote.ts';

function writerOf(pattern: string) {
  const writer = compileDateWriter(pattern);
  if (!writer.ok) throw new Error(writer.problem);
  return writer;
}

describe('writing dates', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  const evaluate = async (value: string, relation?: string) =>
    (await evaluator.run({ value, fails: undefined }, relation)).value;

  // What Java writes, for Locale.US: its newer formatter, and the older one for "F", "u", "S" and "SS".
  for (const { instant, zone, written } of cases) {
    const patterns = Object.keys(written);
    const at = `TIMESTAMPTZ ${quoteLiteral(instant)}`;

    it(`follows every pattern as Java does, at ${instant} in ${zone}`, async () => {
      const texts = patterns.map((pattern) => writerOf(pattern).write(at, quoteLiteral(zone)));
      const result = await evaluate(`[${texts.join(', ')}]`);
      expect(
        Object.fromEntries(patterns.map((pattern, index) => [pattern, (result as string[])[index]])),
      ).toEqual(written);
    });

    it(`follows every pattern where the zone ${zone} stands in the data`, async () => {
      const texts = patterns.map((pattern) => writerOf(pattern).write('instant', 'zone'));
      const result = await evaluate(
        `[${texts.join(', ')}]`,
        `(SELECT ${at} AS instant, ${quoteLiteral(zone)} AS zone)`,
      );
      expect(result).toEqual(Object.values(written));
    });
  }

  it('takes a date without a zone to be in UTC', async () => {
    const { instant, written } = cases.find(({ zone }) => zone === 'UTC') ??
      cases[0] ?? { instant: '', written: {} };
    const texts = Object.keys(written).map((pattern) =>
      writerOf(pattern).write(`TIMESTAMPTZ ${quoteLiteral(instant)}`),
    );
    expect(await evaluate(`[${texts.join(', ')}]`)).toEqual(Object.values(written));
  });

  it.each([
    ['uuuu', '"uuuu" cannot be used to write a date'],
    ['yyyyy', '"yyyyy" cannot be used to write a date'],
    ['n', '"n" stands for no part of a date'],
    ['yyyy-mm-ddTHH', '"T" stands for no part of a date'],
    ["yyyy 'open", 'an apostrophe in the pattern is never closed'],
    ['yyyy[', 'the brackets in the pattern do not pair'],
    [']yyyy[', 'the brackets in the pattern do not pair'],
    [' ', 'the pattern is empty'],
  ])('refuses %s', (pattern, problem) => {
    expect(compileDateWriter(pattern)).toEqual({ ok: false, problem });
  });
});
