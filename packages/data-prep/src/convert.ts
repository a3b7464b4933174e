import type { ExpressionType, PlanExpression } from './plan.ts';
import { canConvert } from './sql/conversion.ts';
import { sameType } from './types.ts';

/** The name of the internal function that takes its argument to the call's own type. */
export const CONVERT = '(convert)';

type Call = Extract<PlanExpression, { readonly kind: 'call' }>;

/** Calls whose value is one of their arguments, and where those begin. */
const firstAlternative: Readonly<Record<string, number>> = { iif: 1, '?': 1, coalesce: 0, '??': 0 };

/** Makes a conversion explicit, where there is one to make. */
export function convert(expression: PlanExpression, to: ExpressionType): PlanExpression {
  const { type } = expression;
  if (sameType(type, to) || to === 'unknown' || to === 'null' || type === 'unknown') return expression;
  if (expression.kind === 'lambda') return { ...expression, type: to, body: convert(expression.body, to) };
  if (expression.kind === 'call') {
    const converted = convertAlternatives(expression, to);
    if (converted !== undefined) return converted;
  }
  return { kind: 'call', type: to, function: CONVERT, arguments: [expression] };
}

/**
 * Alternatives of several types meet in JSON. Where what is wanted of them is one type, each is brought there by itself,
 * without the way round. Undefined for what isn't such a call, or where an alternative is never of that type.
 */
function convertAlternatives(call: Call, to: ExpressionType): PlanExpression | undefined {
  const first = Object.hasOwn(firstAlternative, call.function) ? firstAlternative[call.function] : undefined;
  if (first === undefined || call.type !== 'json' || call.arguments.length < 2) return undefined;
  const alternatives = call.arguments.slice(first).map(beforeConversion);
  if (!alternatives.every(({ type }) => canConvert(type, to))) return undefined;
  const converted = alternatives.map((alternative) => convert(alternative, to));
  return { ...call, type: to, arguments: [...call.arguments.slice(0, first), ...converted] };
}

function beforeConversion(expression: PlanExpression): PlanExpression {
  const isConversion = expression.kind === 'call' && expression.function === CONVERT;
  return isConversion ? (expression.arguments[0] ?? expression) : expression;
}
