import { isObject, listAt } from '../json.ts';
import { parseCoded, type Row, type RunError } from './answers.ts';

/** A row that did not land. */
export interface RejectedRow {
  readonly errors: readonly RunError[];
  /** What the source had there, and where. */
  readonly values: Row;
}

export function parseRejectedRow(body: unknown): RejectedRow {
  const { _errors: _, ...values } = isObject(body) ? body : {};
  return { errors: listAt(body, '_errors').map(parseCoded), values };
}
