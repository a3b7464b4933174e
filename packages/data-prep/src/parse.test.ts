import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAXIMUM_EXPRESSION_LENGTH, parseExpression } from './parse.ts';
import { printExpression } from './syntax/print.ts';
import { anyExpression } from './testing/expressions.ts';

function errorsOf(text: string) {
  const result = parseExpression(text);
  return result.ok ? [] : result.errors;
}

describe('parseExpression', () => {
  it.each([
    ['a || b && c == d + e * -f', 'a || (b && (c == (d + (e * (-f)))))'],
    ['a - b - c', '(a - b) - c'],
    ['a ?? b ?? c', 'a ?? (b ?? c)'],
    ['!a == b', '(!a) == b'],
    ['a | b ^ c & d', 'a | (b ^ (c & d))'],
    ['a < b == c > d', '(a < b) == (c > d)'],
  ])('groups %s as %s', (text, grouped) => {
    const [plain, explicit] = [parseExpression(text), parseExpression(grouped)];
    if (!plain.ok || !explicit.ok) throw new Error('both must parse');
    expect(printExpression(plain.expression)).toBe(printExpression(explicit.expression));
  });

  it('gives every node its place in the text', () => {
    const result = parseExpression('concat(a, upper(b))');
    if (!result.ok || result.expression.kind !== 'call') throw new Error('must parse to a call');
    expect(result.expression.span).toEqual({ start: 0, end: 19 });
    expect(result.expression.nameSpan).toEqual({ start: 0, end: 6 });
    expect(result.expression.arguments.map(({ span }) => span)).toEqual([
      { start: 7, end: 8 },
      { start: 10, end: 18 },
    ]);
  });

  it('keeps the backslash of an escape that means nothing, as regular expressions need it', () => {
    const result = parseExpression(String.raw`"\d\\|\"\n\u0041"`);
    expect(result).toMatchObject({ ok: true, expression: { kind: 'string', value: '\\d\\|"\nA' } });
  });

  it('finds all errors of an expression at once', () => {
    const errors = errorsOf('cancat(a, ) +\n uper(b, upper(b, c)) * "open');
    expect(errors.map(({ code, position }) => [code, position.line, position.column])).toEqual([
      ['unknown-function', 1, 1],
      ['syntax', 1, 11],
      ['unknown-function', 2, 2],
      ['argument-count', 2, 10],
      ['syntax', 2, 25],
    ]);
  });

  it.each<[string, readonly number[]]>([
    ['concat(a, b', [11]],
    ['((a + b)', [8]],
    ['a + b)', [5]],
    ['concat(a)) + nope(b)', [9, 13]],
    ['a + * b -', [4, 9]],
    ['iif(a == , b, )', [9, 14]],
    ['concat(a b uper(c) d, e)', [9, 11]],
    ['concat(a, [1, 2) + nope(1)', [15, 19]],
    ['cancat(a) + uper(b) + lowr(c)', [0, 12, 22]],
    ['{"a" 1, "b": uper(c), "d": }', [5, 13, 27]],
    ["concat('it's', a)", [11, 12]],
    ['a ; b @ c', [2, 6]],
    ['concat("abc, a', [7]],
    ['filterArray([1], x -> ) + 1 -> 2', [22, 0]],
    ['upper(x -> x) + fpid_to_ecid(a)', [6, 16]],
    ['first( ', [7]],
    ['substr(upper(a)', [15]],
    ['first() + ', [0, 10]],
    ['xs[*].a + xs[*].b', [2, 12]],
  ])('finds each mistake of %s once, where it is', (text, offsets) => {
    const found = errorsOf(text).map(({ position }) => position.offset);
    expect(found).toEqual(offsets.toSorted((a, b) => a - b));
  });

  it.each([
    ['{"a": 1, b: [x]}', '{"a": 1, b: [x]}'],
    ['{:}', '{:}'],
    ['{}', '{:}'],
    ['filterArray(xs, (x) -> x > 1)', 'filterArray(xs, x -> x > 1)'],
    ['transformArray(xs, x -> x ? 1 : 2)', 'transformArray(xs, x -> x ? 1 : 2)'],
    ['{(a ? b : c): 1}', '{(a ? b : c): 1}'],
  ])('reads %s', (text, printed) => {
    const result = parseExpression(text);
    expect(result.ok ? printExpression(result.expression) : result.errors).toBe(printed);
  });

  it('says what it expected and what was found', () => {
    const [error] = errorsOf('concat(a b)');
    expect(error).toMatchObject({
      code: 'syntax',
      message: 'Expected an operator, "," or ")", but "b" stands here.',
      expected: ['an operator', ',', ')'],
      position: { offset: 9, line: 1, column: 10, length: 1 },
    });
  });

  it('suggests the functions that were probably meant', () => {
    const [error] = errorsOf('toInteger(a)');
    expect(error).toMatchObject({ code: 'unknown-function', suggestions: ['to_integer'] });
    expect(error?.message).toBe('There is no function "toInteger". Did you mean "to_integer"?');
  });

  it.each([
    ['nvl(a, b)', 'There is no function "nvl". Did you mean coalesce(value, more…)?'],
    ['a.toUpperCase()', 'There is no method "toUpperCase". Did you mean upper(text)?'],
    ['if(a, b, c)', 'There is no function "if". Did you mean iif(condition, then, else)?'],
  ])('knows what other languages call the function in %s', (text, message) => {
    expect(errorsOf(text).map((error) => error.message)).toEqual([message]);
  });

  it.each([
    ['concat(', 'Expected an argument or ")", but the expression ends here.'],
    ['[', 'Expected an element or "]", but the expression ends here.'],
    ['{', 'Expected a key or "}", but the expression ends here.'],
    [
      'xs[*].a',
      'An expression has no "[*]": leave it out to read a field of each element, or call transformArray(); in a mapping of sourceType ATTRIBUTE it goes over the elements.',
    ],
    ['substr(a)', 'substr() takes 2 to 3 arguments, not 1: substr(text, start, [length]).'],
    ['concat', undefined],
    ['a.equals()', 'equals() takes 1 argument, not 0: text.equals(other).'],
    ['equals(a, b)', '"equals" is a method; write it as text.equals(other).'],
    ['a.upper()', '"upper" is a function; write it as upper(text).'],
    ['date.equals("x")', undefined],
    ['size', `"size" is a reserved word; if a field is meant, write \${size}.`],
    ['', 'Expected a value, a field or a function, but the expression ends here.'],
    ['a = b', 'There is no assignment in expressions; compare with "==".'],
    ['xs => 1', 'There is no "=>"; "at least" is ">=", and before the body of a lambda stands "->".'],
    ['1st', `A name cannot start with a digit; wrap the field name as "\${…}".`],
    ['${a', 'This wrapped name is never closed; end it with "}".'],
    ['1 -> 2', 'Before "->" stands the name of an element, as in "x -> x > 0".'],
    ['089', 'A number that starts with 0 is octal and has no digits 8 and 9; leave the 0 out.'],
  ])('answers %s with %s', (text, message) => {
    expect(errorsOf(text)[0]?.message).toBe(message);
  });

  it('counts a lambda as ten levels of nesting', () => {
    const nested = (levels: number) => `${'transformArray([1], x -> '.repeat(levels)}1${')'.repeat(levels)}`;
    expect(errorsOf(nested(9))).toEqual([]);
    expect(errorsOf(nested(10)).map(({ code }) => code)).toEqual(['expression-too-deep']);
  });

  it('refuses what is too long', () => {
    expect(errorsOf('a'.repeat(MAXIMUM_EXPRESSION_LENGTH))).toEqual([]);
    expect(errorsOf('a'.repeat(MAXIMUM_EXPRESSION_LENGTH + 1))).toMatchObject([
      { code: 'expression-too-long' },
    ]);
  });

  it.each(['(', '[', '-', 'upper(', 'a?', 'a??', '1-', 'a.b(', '!'])(
    'refuses endless nesting of %s',
    (piece) => {
      const errors = errorsOf(
        piece.repeat(MAXIMUM_EXPRESSION_LENGTH / piece.length).slice(0, MAXIMUM_EXPRESSION_LENGTH),
      );
      expect(errors.length).toBeGreaterThan(0);
    },
  );

  it('takes a long list of alternatives, which is not deep', () => {
    expect(errorsOf(Array.from({ length: 300 }, (_, n) => `a==${n}`).join(' || '))).toEqual([]);
  });

  it('never throws, and points into the text, whatever it is given', () => {
    const scraps = fc.constantFrom(
      'concat(',
      '"',
      "'",
      '${',
      '}',
      ')',
      '[',
      ']',
      ',',
      ' and ',
      '??',
      '?',
      ':',
      '.',
      '\\',
      '1.',
      '0x',
    );
    const broken = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(fc.oneof(scraps, fc.string({ maxLength: 3 })), { maxLength: 60 })
        .map((parts) => parts.join('')),
      fc.tuple(anyExpression, fc.nat()).map(([expression, cut]) => {
        const text = printExpression(expression);
        return text.slice(0, cut % (text.length + 1));
      }),
    );
    fc.assert(
      fc.property(broken, (text) => {
        for (const { message, position } of errorsOf(text)) {
          expect(message).toMatch(/[.?]$/);
          expect(position.offset).toBeGreaterThanOrEqual(0);
          expect(position.offset + position.length).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
