import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../testing/evaluate.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

describe('quoting', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom("'", '"', ';', '--', '\\', '/*', '*/', '\n', '$$', ' OR 1=1', ')'))
      .map((parts) => parts.join('')),
  );

  it('brings any text through SQL unchanged, NUL characters too', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, fc.boolean(), async (text, withNul) => {
        const value = withNul ? `${text}\0${text}` : text;
        const outcome = await evaluator.run({ value: quoteLiteral(value), fails: undefined });
        expect(outcome.value).toBe(value);
      }),
    );
  });

  it('reads a column of any name', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostile.filter((name) => name !== ''),
        async (name) => {
          const outcome = await evaluator.run(
            { value: quoteIdentifier(name), fails: undefined },
            `(SELECT 42 AS ${quoteIdentifier(name)})`,
          );
          expect(outcome.value).toBe(42);
        },
      ),
    );
  });

  it('refuses a name with a NUL character', () => {
    expect(() => quoteIdentifier('a\0b')).toThrow(RangeError);
  });
});
