import { bindExpression, type SourceColumns } from './bind.ts';
import { parseExpression } from './parse.ts';
import type { PlanExpression } from './plan.ts';
import { ErrorCollector, type ExpressionError } from './syntax/error.ts';

export type ExpressionPlanResult =
  | { readonly ok: true; readonly expression: PlanExpression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/** Parses an expression and types it against the columns of a source. */
export function planExpression(text: string, columns: SourceColumns): ExpressionPlanResult {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed;
  const errors = new ErrorCollector(text);
  const expression = bindExpression(parsed.expression, columns, errors);
  return errors.errors.length === 0 ? { ok: true, expression } : { ok: false, errors: errors.errors };
}

/** All that is wrong with an expression as far as can be told without a source; empty for a good one. */
export function validateExpression(text: string): readonly ExpressionError[] {
  const planned = planExpression(text, 'unknown');
  return planned.ok ? [] : planned.errors;
}
