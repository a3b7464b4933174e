import type { Offset } from './ast.ts';

export type SoqlErrorCode =
  | 'MALFORMED_QUERY'
  | 'INVALID_FIELD'
  | 'INVALID_TYPE'
  | 'INVALID_QUERY_FILTER_OPERATOR'
  | 'NUMBER_OUTSIDE_VALID_RANGE';

/** A query that Salesforce refuses, with its code and its wording. */
export class SoqlError extends Error {
  readonly code: SoqlErrorCode;

  constructor(code: SoqlErrorCode, message: string) {
    super(message);
    this.name = 'SoqlError';
    this.code = code;
  }
}

/** How much of the query is quoted on either side of the offending token. */
const CONTEXT = 40;

/** An error with the surroundings of the offending token, a caret below it, and its place: row and column from 1. */
export function errorAt(code: SoqlErrorCode, soql: string, at: Offset, message: string): SoqlError {
  const lineStart = soql.lastIndexOf('\n', at - 1) + 1;
  const lineBreak = soql.indexOf('\n', at);
  const line = soql.slice(lineStart, lineBreak === -1 ? undefined : lineBreak);
  const column = at - lineStart;
  const from = column <= CONTEXT ? 0 : line.indexOf(' ', column - CONTEXT) + 1;
  const shownFrom = Math.min(from, column);
  const shown = line.slice(shownFrom, column + CONTEXT);
  const row = soql.slice(0, lineStart).split('\n').length;
  const caret = `${' '.repeat(column - shownFrom)}^`;
  return new SoqlError(code, `\n${shown}\n${caret}\nERROR at Row:${row}:Column:${column + 1}\n${message}`);
}
