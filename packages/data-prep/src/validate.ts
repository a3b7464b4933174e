import { bindExpression } from './bind.ts';
import type { Placeholders, SourceColumns } from './bind-scope.ts';
import { emitExpression } from './emit.ts';
import { parseWithErrors } from './parse.ts';
import type { PlanExpression } from './plan.ts';
import { quoteIdentifier } from './sql/quote.ts';
import { ErrorCollector, type ExpressionError, type ExpressionErrorCode } from './syntax/error.ts';

/** SQL of this length, in characters, is compiled in about half a second. */
const MAXIMUM_SQL_LENGTH = 100_000;

/** Errors after which the syntax tree has parts that were never written. */
const isBroken: ReadonlySet<ExpressionErrorCode> = new Set(['syntax', 'expression-too-deep']);

export type ExpressionPlanResult =
  | { readonly ok: true; readonly expression: PlanExpression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

export interface ExpressionPlanOptions {
  /** Texts that take the place of `${NAME}` within texts, by name, in expressions that come from a mapping template. */
  readonly placeholders?: Placeholders;
}

/**
 * Parses an expression and types it against the columns of a source. All that is wrong with it comes back at once; only
 * where the syntax is broken, names and types are not looked at.
 */
export function planExpression(
  text: string,
  columns: SourceColumns,
  { placeholders = {} }: ExpressionPlanOptions = {},
): ExpressionPlanResult {
  const errors = new ErrorCollector(text);
  const parsed = parseWithErrors(text, errors);
  if (parsed === undefined || errors.errors.some(({ code }) => isBroken.has(code))) {
    return { ok: false, errors: errors.errors };
  }
  const expression = bindExpression(parsed, columns, errors, placeholders);
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
