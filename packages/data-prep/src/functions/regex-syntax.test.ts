import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoteLiteral } from '../sql/quote.ts';
import { Evaluator } from '../testing/evaluate.ts';
import { countGroups, regexProblem } from './regex-syntax.ts';

describe('regular expressions', () => {
  it.each([
    ['(?=a)', 'look-ahead and look-behind are not supported'],
    ['(?<!a)b', 'look-ahead and look-behind are not supported'],
    ['(a)\\1', 'back-references are not supported'],
    ['a++', 'possessive repetition such as "*+" is not supported'],
    ['(?>a)', 'atomic groups are not supported'],
    ['(a', 'a "(" is never closed'],
    ['a)', 'a ")" closes no group'],
    ['[a', 'a "[" is never closed'],
    ['*a', '"*" has nothing to repeat'],
    ['a{2,1}', '"{2,1}" ends before it starts'],
    ['(a{500}){3}', 'a part is repeated more than 1000 times in all'],
    ['[z-a]', 'a range within a class ends before it starts'],
    ['[a&&b]', 'intersections of classes ("&&") are not supported'],
    ['a\\', 'it ends in a lone backslash'],
  ])('%s: %s', (pattern, problem) => {
    expect(regexProblem(pattern)).toBe(problem);
  });

  it.each([
    '([^,]+),[^,]*,([^,]+)',
    '\\d{5}(?:-\\d{4})?',
    '(?i)^a.*?z$',
    '[-a-z_\\-.]+@\\w+',
    '\\p{Lu}+',
    'a|b|',
    '\\|',
  ])('accepts %s', (pattern) => expect(regexProblem(pattern)).toBeUndefined());

  it('counts only the groups that capture', () => {
    expect(countGroups('(a)(?:b)((c)|d)\\((?i:e)')).toBe(3);
  });

  it('accepts nothing that DuckDB would refuse', async () => {
    const pieces = fc.constantFrom(
      ...[
        'a',
        '.',
        '\\d',
        '\\w+',
        '[a-c]',
        '[^x]',
        '(',
        ')',
        '(?:',
        '|',
        '*',
        '+',
        '?',
        '{2}',
        '{1,3}',
        '{999}',
        '^',
        '$',
      ],
      ...[
        '\\.',
        '\\b',
        '\\p{L}',
        '[\\d-]',
        '[a',
        ']',
        '-',
        '{',
        '}',
        '\\',
        'é',
        '\\x41',
        '(?i)',
        '[]',
        '\\Q',
        '\\_',
        '\\é',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (parts) => {
        const pattern = parts.join('');
        fc.pre(regexProblem(pattern) === undefined);
        const value = `regexp_matches('abc', ${quoteLiteral(pattern)})`;
        expect((await evaluator.run({ value, fails: undefined })).value).toBeTypeOf('boolean');
      }),
      { numRuns: 500 },
    );
  });

  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());
});
