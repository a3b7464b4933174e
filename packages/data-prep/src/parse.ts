import { checkCalls } from './check-calls.ts';
import { ErrorCollector, type ExpressionError } from './syntax/error.ts';
import type { Expression } from './syntax/expression.ts';
import { parseSyntax } from './syntax/parser.ts';

/** The documented limit, in UTF-16 units. */
export const MAXIMUM_EXPRESSION_LENGTH = 4096;

export type ParseResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/**
 * Reads the text of a mapping expression. All that is wrong with it comes back at once: its syntax, functions that
 * aren't there, wrong numbers of arguments. Never throws, whatever the text.
 */
export function parseExpression(text: string): ParseResult {
  const errors = new ErrorCollector(text);
  const expression = parseWithErrors(text, errors);
  return expression !== undefined && errors.errors.length === 0
    ? { ok: true, expression }
    : { ok: false, errors: errors.errors };
}

/** The tree as far as it can be read; undefined for a text that is too long to be. */
export function parseWithErrors(text: string, errors: ErrorCollector): Expression | undefined {
  if (text.length > MAXIMUM_EXPRESSION_LENGTH) {
    const message = `The expression has ${text.length} characters; at most ${MAXIMUM_EXPRESSION_LENGTH} are allowed.`;
    errors.add('expression-too-long', { start: 0, end: text.length }, message);
    return undefined;
  }
  const expression = parseSyntax(text, errors);
  checkCalls(expression, errors);
  return expression;
}
