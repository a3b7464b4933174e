import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyExpression, withoutSpans } from '../testing/expressions.ts';
import { ErrorCollector } from './error.ts';
import { parseSyntax } from './parser.ts';
import { printExpression } from './print.ts';

describe('printExpression', () => {
  it('writes text that parses to the same tree', () => {
    fc.assert(
      fc.property(anyExpression, (expression) => {
        const text = printExpression(expression);
        const errors = new ErrorCollector(text);
        const parsed = parseSyntax(text, errors);
        expect(errors.errors).toEqual([]);
        expect(withoutSpans(parsed)).toEqual(withoutSpans(expression));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a and b or not c', 'a && b || !c'],
    ['7 mod 3 eq 1', '7 % 3 == 1'],
    [`concat( 'a',  \${First Name} )`, `concat("a", \${First Name})`],
    ['(a - b) - (c - d)', 'a - b - (c - d)'],
    ['a?b:c?d:e', 'a ? b : c ? d : e'],
    ['0x1F + 017', '31 + 15'],
    ['address.street\\.name', 'address.street\\.name'],
    ['a.size', 'a.size'],
    [`\${size}`, `\${size}`],
    ['!$flag && ! ~1', '!$flag && ! ~1'],
  ])('writes %s as %s', (text, printed) => {
    expect(printExpression(parseSyntax(text, new ErrorCollector(text)))).toBe(printed);
  });
});
