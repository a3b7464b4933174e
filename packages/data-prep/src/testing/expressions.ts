import fc from 'fast-check';
import type { Expression } from '../syntax/expression.ts';
import { operatorSymbols, precedenceOf } from '../syntax/precedence.ts';

const span = { start: 0, end: 0 };
const digits = fc.bigInt({ min: 0n, max: 2n ** 80n }).map(String);
const fieldName = fc.oneof(
  fc.constantFrom(
    'Id',
    'size',
    'date',
    'a.b',
    'First Name',
    'order-id',
    '1st',
    '$x',
    'ß',
    'a}b',
    'a\\',
    `\${x}`,
    '.',
  ),
  fc.string({ minLength: 1 }).filter((name) => name.trim() !== ''),
);
const word = fc.constantFrom('concat', 'iif', 'equals', 'anything');
const binaryOperators = operatorSymbols.filter((symbol) => {
  return (
    (precedenceOf(symbol) !== undefined && symbol !== '&&' && symbol !== '||') ||
    symbol === '?:' ||
    symbol === '??'
  );
});

/** Any syntax tree that the grammar can express, with empty spans. */
export const anyExpression: fc.Arbitrary<Expression> = fc.letrec<{ expression: Expression }>((tie) => {
  const inner = tie('expression');
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constant<Expression>({ kind: 'null', span }),
      fc.boolean().map((value): Expression => ({ kind: 'boolean', value, span })),
      digits.map((text): Expression => ({ kind: 'integer', digits: text, span })),
      fc.tuple(digits, fc.option(digits), fc.boolean()).map(([whole, fraction, exact]): Expression => {
        return { kind: 'decimal', digits: fraction === null ? whole : `${whole}.${fraction}`, exact, span };
      }),
      fc.string({ unit: 'binary' }).map((value): Expression => ({ kind: 'string', value, span })),
      fieldName.map((name): Expression => ({ kind: 'name', name, span })),
      fc
        .tuple(inner, fieldName)
        .map(([object, name]): Expression => ({ kind: 'member', object, name, nameSpan: span, span })),
      fc.tuple(inner, inner).map(([object, index]): Expression => ({ kind: 'index', object, index, span })),
      fc.array(inner, { maxLength: 3 }).map((items): Expression => ({ kind: 'array', items, span })),
      fc
        .array(fc.record({ key: inner, value: inner }), { maxLength: 2 })
        .map((entries): Expression => ({ kind: 'map', entries, span })),
      fc
        .tuple(fieldName, inner)
        .map(([parameter, body]): Expression => ({ kind: 'lambda', parameter, body, span })),
      fc.tuple(word, fc.array(inner, { maxLength: 3 })).map(
        ([name, args]): Expression => ({
          kind: 'call',
          function: name,
          nameSpan: span,
          arguments: args,
          span,
        }),
      ),
      fc.tuple(inner, word, fc.array(inner, { maxLength: 2 })).map(([receiver, method, args]): Expression => {
        return { kind: 'method', receiver, method, nameSpan: span, arguments: args, span };
      }),
      fc
        .tuple(fc.constantFrom('-', '+', '!', '~'), inner)
        .map(([operator, operand]): Expression => ({ kind: 'unary', operator, operand, span })),
      fc
        .tuple(fc.constantFrom(...binaryOperators), inner, inner)
        .map(([operator, left, right]): Expression => ({ kind: 'binary', operator, left, right, span })),
      fc
        .tuple(fc.constantFrom('&&' as const, '||' as const), fc.array(inner, { minLength: 2, maxLength: 4 }))
        .map(([operator, operands]): Expression => ({ kind: 'logical', operator, operands, span })),
      fc.tuple(inner, inner, inner).map(([condition, consequent, alternate]): Expression => {
        return { kind: 'conditional', condition, consequent, alternate, span };
      }),
    ),
  };
}).expression;

/** The same tree with every span emptied, for comparison. */
export function withoutSpans(expression: Expression): unknown {
  return JSON.parse(JSON.stringify(expression, (key, value) => (/span$/i.test(key) ? span : value)));
}
