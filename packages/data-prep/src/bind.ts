import { apply, bindCall, bindOperator } from './bind-call.ts';
import { bindPath } from './bind-path.ts';
import { type Placeholders, type Scope, type SourceColumns, unknownColumn } from './bind-scope.ts';
import { convert } from './convert.ts';
import { unaryName } from './functions/operators.ts';
import { pairsSignature } from './functions/pairs.ts';
import { arrayOfCommon } from './functions/signature.ts';
import type { PlanExpression } from './plan.ts';
import type { ErrorCollector } from './syntax/error.ts';
import type { Expression, MapEntry, Span } from './syntax/expression.ts';

export type { SourceColumns } from './bind-scope.ts';

const GREATEST_LONG = 2n ** 63n - 1n;
const INTEGER_LIMIT = 2n ** 31n;
const DECIMAL_DIGITS = 20;

/** A placeholder of a mapping template within a text; braces after a dollar sign in a regular expression hold a number. */
const placeholder = /\$\{([A-Za-z_][\w.]*)\}/g;

/**
 * Looks up the names of an expression that `parseExpression` accepted, decides the type of each part, and makes every
 * conversion explicit. The plan is worth using only if `errors` stayed empty.
 */
export function bindExpression(
  expression: Expression,
  columns: SourceColumns,
  errors: ErrorCollector,
  placeholders: Placeholders = {},
): PlanExpression {
  const byName = columns === 'unknown' ? undefined : new Map(columns.map((column) => [column.name, column]));
  return bind(expression, { columns: byName, parameters: new Map(), placeholders, errors, bind });
}

function bind(expression: Expression, scope: Scope): PlanExpression {
  switch (expression.kind) {
    case 'null':
      return { kind: 'literal', type: 'null', value: null };
    case 'boolean':
      return { kind: 'literal', type: 'boolean', value: expression.value };
    case 'string':
      return {
        kind: 'literal',
        type: 'string',
        value: withPlaceholders(expression.value, expression.span, scope),
      };
    case 'integer':
      return wholeNumber(expression.digits, expression.span, scope);
    case 'decimal':
      return fraction(expression.digits, expression.exact, expression.span, scope);
    case 'array':
      return bindArray(expression.items, scope);
    case 'map':
      return bindMap(expression.entries, expression.span, scope);
    case 'lambda':
      return unknownColumn(expression.parameter); // the place of a lambda is checked with the calls
    case 'name':
    case 'member':
      return bindPath(expression, scope);
    case 'index':
      return bindOperator('[]', [expression.object, expression.index], expression.span, scope);
    case 'call':
      return bindCall(expression.function, expression.nameSpan, expression.arguments, scope);
    case 'method': {
      const { method, nameSpan, receiver } = expression;
      return bindCall(method, nameSpan, [receiver, ...expression.arguments], scope);
    }
    case 'unary':
      return bindOperator(unaryName(expression.operator), [expression.operand], expression.span, scope);
    case 'binary':
      return bindOperator(expression.operator, [expression.left, expression.right], expression.span, scope);
    case 'logical':
      return bindOperator(expression.operator, expression.operands, expression.span, scope);
    case 'conditional': {
      const { condition, consequent, alternate } = expression;
      return bindOperator('?', [condition, consequent, alternate], expression.span, scope);
    }
  }
}

function withPlaceholders(text: string, span: Span, { placeholders, errors }: Scope): string {
  const missing = [...text.matchAll(placeholder)]
    .map(([, name = '']) => name)
    .filter((name) => !Object.hasOwn(placeholders, name));
  if (missing.length > 0) {
    const names = [...new Set(missing)].map((name) => `"\${${name}}"`).join(' and ');
    const message = `The text has the placeholder ${names} of a mapping template; put the text that is meant in its place, such as the id of the organisation.`;
    errors.add('unresolved-placeholder', span, message);
  }
  return text.replaceAll(placeholder, (whole, name: string) => {
    return Object.hasOwn(placeholders, name) ? (placeholders[name] ?? whole) : whole;
  });
}

/** What 64 bits do not hold is a decimal. */
function wholeNumber(digits: string, span: Span, scope: Scope): PlanExpression {
  const value = BigInt(digits);
  if (value > GREATEST_LONG) return fraction(digits, true, span, scope);
  const type = value < INTEGER_LIMIT ? 'integer' : 'long';
  return { kind: 'literal', type, value: Number.isSafeInteger(Number(digits)) ? Number(digits) : digits };
}

function fraction(digits: string, exact: boolean, span: Span, { errors }: Scope): PlanExpression {
  const value = Number(digits);
  const tooLarge = exact
    ? digits.replace(/\..*/, '').length > DECIMAL_DIGITS || /e/.test(digits)
    : !Number.isFinite(value);
  if (tooLarge) errors.add('argument-value', span, 'This number is too large.');
  return { kind: 'literal', type: exact ? 'decimal' : 'number', value: exact ? digits : value };
}

function bindArray(items: readonly Expression[], scope: Scope): PlanExpression {
  const bound = items.map((item) => bind(item, scope));
  const { arguments: types, returns } = arrayOfCommon(
    bound.map(({ type }) => type),
    0,
  );
  const converted = bound.map((item, index) => convert(item, types[index] ?? item.type));
  return { kind: 'array', type: returns, items: converted };
}

/** A map literal is a call of `to_map()` with its keys and values. */
function bindMap(entries: readonly MapEntry[], span: Span, scope: Scope): PlanExpression {
  const parts = entries.flatMap(({ key, value }) => [key, value]);
  const bound = parts.map((part) => bind(part, scope));
  return apply('to_map', pairsSignature, bound, (index) => parts[index]?.span ?? span, scope);
}
