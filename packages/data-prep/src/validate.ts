import { bindExpression, type SourceColumns } from './bind.ts';
import { emitExpression } from './emit.ts';
import { parseExpression } from './parse.ts';
import type { PlanExpression } from './plan.ts';
import { quoteIdentifier } from './sql/quote.ts';
import { ErrorCollector, type ExpressionError } from './syntax/error.ts';

/** SQL of this length, in characters, is compiled in about half a second. */
const MAXIMUM_SQL_LENGTH = 100_000;

export type ExpressionPlanResult =
  | { readonly ok: true; readonly expression: PlanExpression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/** Parses an expression and types it against the columns of a source. */
export function planExpression(text: string, columns: SourceColumns): ExpressionPlanResult {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed;
  const errors = new ErrorCollector(text);
  const expression = bindExpression(parsed.expression, columns, errors);
  if (columns !== 'unknown' && errors.errors.length === 0) checkSqlLength(text, expression, errors);
  return errors.errors.length === 0 ? { ok: true, expression } : { ok: false, errors: errors.errors };
}

/** Parts that are nested in many others are written many times; what comes of it must stay quick to compile. */
function checkSqlLength(text: string, expression: PlanExpression, errors: ErrorCollector): void {
  const { value } = emitExpression(expression, { column: quoteIdentifier, now: new Date(0) });
  if (value.length <= MAXIMUM_SQL_LENGTH) return;
  const message = 'The expression is too intricate to be run; split it over several mappings.';
  errors.add('expression-too-deep', { start: 0, end: text.length }, message);
}

/** All that is wrong with an expression as far as can be told without a source; empty for a good one. */
export function validateExpression(text: string): readonly ExpressionError[] {
  const planned = planExpression(text, 'unknown');
  return planned.ok ? [] : planned.errors;
}
