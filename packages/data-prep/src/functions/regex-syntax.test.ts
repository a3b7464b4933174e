import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoteLiteral } from '../sql/quote.ts';
import { Evaluator } from '../testing/evaluate.ts';
import { regexProblem, translatedRegex, translateRegex } from './regex-syntax.ts';

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
    ['(?<n>a)\\k<n>', 'back-references are not supported'],
    ['\\p{javaLowerCase}', 'the class "\\p{javaLowerCase}" is not supported'],
    ['\\X', 'the escape "\\X" is not supported'],
    ['\\b{g}', 'the escape "\\b" is not supported'],
    ['(?U)a', 'the flag "U" is not supported'],
    ['[a[^b]]', 'a negated class within a class is not supported'],
    ['a{,3}', '"{" has nothing to repeat'],
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
    expect(translatedRegex('(a)(?:b)((c)|d)\\((?i:e)(?<name>f)').groups).toBe(4);
  });

  // Answers of java.util.regex: whether the pattern matches the whole text, and whether it is found in it.
  it.each<[pattern: string, text: string, matches: boolean, isFound: boolean]>([
    ['a\\hb', 'a\tb', true, true],
    ['a\\Rb', 'a\r\nb', true, true],
    ['\\p{Alpha}+', 'abcé', false, true],
    ['\\P{Alpha}', '1', true, true],
    ['\\p{Punct}', '$', true, true],
    ['\\p{IsLatin}+', 'abcé', true, true],
    ['\\p{IsAlphabetic}', 'é', true, true],
    ['\\pL\\p{Lu}', 'éÉ', true, true],
    ['\\w', 'é', false, false],
    ['\\d', '٣', false, false],
    ['\\s', '\u00a0', false, false],
    ['\\s', '\v', true, true],
    ['\\S', '\v', false, false],
    ['[\\s,]+', ' \v,', true, true],
    ['\\v', '\n', true, true],
    ['\\V\\H', 'aa', true, true],
    ['(?<n>a)b', 'ab', true, true],
    ['[[a-c]x]', 'b', true, true],
    ['\\Qa.b\\E', 'a.b', true, true],
    ['\\Qa.b\\E', 'axb', false, false],
    ['\\Qa*', 'a*', true, true],
    ['.', '\r', false, false],
    ['.', '\u0085', false, false],
    ['.', '\u2028', false, false],
    ['(?s).', '\r', true, true],
    ['(?s:a.)b.', 'a\nbc', true, true],
    ['(?s:a.)b.', 'a\nb\n', false, false],
    ['(?-s).', '\n', false, false],
    ['(?x)a b # c', 'ab', true, true],
    ['a(?i)b', 'aB', true, true],
    ['(?i:a)b', 'AB', false, false],
    ['(?m)^b$', 'a\nb', false, true],
    ['\\u0041\\x42\\x{1F600}', 'AB😀', true, true],
    ['\\0101\\cA\\e\\a', 'A\u0001\u001b\u0007', true, true],
    ['a\\Z', 'a', true, true],
    ['}', '}', true, true],
    [']', ']', true, true],
    ['[]a]', ']', true, true],
    ['[\\w-.]', '-', true, true],
    ['[a-]', '-', true, true],
    ['[^a]', '\n', true, true],
    ['(a*)*', 'aa', true, true],
    ['()', '', true, true],
    ['(?:a|b)+?', 'ab', true, true],
    [
      '\\p{Digit}\\p{Upper}\\p{Lower}\\p{Alnum}\\p{XDigit}\\p{Space}\\p{Blank}\\p{Cntrl}\\p{Graph}\\p{Print}\\p{ASCII}',
      '1AaaF  \u0001!! ',
      true,
      true,
    ],
  ])('%s over %j is answered as Java does', async (pattern, text, ...expected) => {
    const regex = quoteLiteral(translatedRegex(pattern).regex);
    const functions = ['regexp_full_match', 'regexp_matches'];
    const value = `[${functions.map((name) => `${name}(${quoteLiteral(text)}, ${regex})`).join(', ')}]`;
    expect((await evaluator.run({ value, fails: undefined })).value).toEqual(expected);
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
        '\\h',
        '\\S',
        '[^\\s]',
        '\\p{Punct}',
        '\\P{L}',
        '[[b]',
        '(?<n>',
        '(?s-i:',
        '(?x)',
        '#',
        ' ',
        '\\R',
        '\\Z',
        '\\E',
        '\\u00e9',
        '\\0',
        '\\cA',
        '[a-\\d]',
        '[\\Q-',
        '&&',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (parts) => {
        const pattern = parts.join('');
        const translation = translateRegex(pattern);
        if (!translation.ok) return;
        const value = `regexp_matches('abc', ${quoteLiteral(translation.regex)})`;
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
