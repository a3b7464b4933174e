import { isObject } from './json.ts';
import type { Row } from './platform/answers.ts';
import { PlatformError } from './platform/http.ts';
import type { ExpressionError, PreviewedRow } from './platform/mapping-language.ts';
import type { PlatformClient } from './platform/platform-client.ts';

/** An expression that is tried over a row; without a schema it is only checked. */
export interface TrialRequest {
  readonly expression: string;
  readonly row: Row;
  readonly schemaId: string | undefined;
  readonly destination: string;
}

export type TrialOutcome =
  /** There is nothing to try yet. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'wrong'; readonly errors: readonly ExpressionError[] }
  /** The expression is right; there is no field to see its value in. */
  | { readonly kind: 'right' }
  | { readonly kind: 'mapped'; readonly preview: PreviewedRow }
  /** The server does not take the mapping, such as to a field that the schema has not. */
  | { readonly kind: 'refused'; readonly problem: string };

/** Checks an expression, and maps the row where that can be done. @throws {PlatformError} where there is no answer */
export async function tryExpression(client: PlatformClient, request: TrialRequest): Promise<TrialOutcome> {
  const { expression, row, schemaId, destination } = request;
  if (expression.trim() === '') return { kind: 'blank' };
  try {
    const errors = await client.mappingLanguage.expressionErrors(expression, row);
    if (errors.length > 0) return { kind: 'wrong', errors };
    if (schemaId === undefined || destination.trim() === '') return { kind: 'right' };
    const trial = { expression, row, schemaId, destination: destination.trim() };
    const faults = await client.mappingLanguage.mappingErrors(trial);
    if (faults.length > 0) {
      return { kind: 'refused', problem: faults.map(({ message }) => message).join(' ') };
    }
    return { kind: 'mapped', preview: await client.mappingLanguage.preview(trial) };
  } catch (error) {
    if (error instanceof PlatformError && isRefusal(error.status)) {
      return { kind: 'refused', problem: error.message };
    }
    throw error;
  }
}

/** Whether the request itself is at fault, so that it would fail again; a session that has ended is not its fault. */
function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 401 && status !== 429;
}

export type RowReading =
  | { readonly ok: true; readonly row: Row }
  | { readonly ok: false; readonly problem: string };

/** Reads a sample row as it is typed. */
export function readRow(text: string): RowReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: `This is not JSON yet: ${error instanceof Error ? error.message : error}` };
  }
  if (isObject(value) && !Array.isArray(value)) return { ok: true, row: value };
  return { ok: false, problem: 'A row is one JSON object, such as {"Email": "ada@example.com"}.' };
}
