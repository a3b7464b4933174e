import { quoteLiteral } from '@tributary/data-prep';
import type { ScalarNode, XdmNode } from '@tributary/xdm';
import { sqlPattern } from './patterns.ts';

/** Codes of rejected rows, as the platform's ingestion spells them. */
export const CORRUPT_ROW = 'INGEST-1401-400';
export const INVALID_VALUE = 'INGEST-1554-400';
export const MISSING_REQUIRED = 'INGEST-1555-400';
export const FAILED_MAPPING = 'MAPPER-3700-400';

/** One reason for which a row does not land. */
export interface RowCheck {
  readonly code: string;
  readonly message: string;
  /** Source column, or target path with dots. */
  readonly column: string;
  /** SQL: true or false, never null. */
  readonly fails: string;
  /** SQL: the text of the offending value. */
  readonly value: string;
}

interface Violation {
  readonly message: string;
  /** SQL: true where a value that is not null breaks the rule. */
  readonly breaks: string;
}

/**
 * Checks that a value, or each element of an array, keeps to the constraints of its node.
 * `format` (email, uri, …) is an annotation in JSON Schema and not asserted.
 */
export function constraintChecks(node: XdmNode, path: readonly string[], value: string): readonly RowCheck[] {
  const column = path.join('.');
  return violations(node, column, value, 0).map(({ message, breaks }) => ({
    code: INVALID_VALUE,
    message,
    column,
    fails: `(${value} IS NOT NULL AND coalesce(${breaks}, false))`,
    value: `CAST(${value} AS VARCHAR)`,
  }));
}

/** The check that a required field is there whenever `parentIsPresent` (SQL) holds. */
export function requiredCheck(path: readonly string[], parentIsPresent: string, isMissing: string): RowCheck {
  return {
    code: MISSING_REQUIRED,
    message: 'The required field is missing or null.',
    column: path.join('.'),
    fails: `(${parentIsPresent} AND ${isMissing})`,
    value: 'NULL',
  };
}

/** `depth` counts the arrays around the value: each needs a name of its own for its element. */
function violations(node: XdmNode, column: string, value: string, depth: number): readonly Violation[] {
  if (node.kind === 'scalar') return scalarViolations(node, column, value);
  // Objects and maps are never filled by a single value: see targetTrees.
  if (node.kind !== 'array') return [];
  const element = `e${depth}`;
  return violations(node.items, column, element, depth + 1).map(({ message, breaks }) => ({
    message,
    breaks:
      `len(list_filter(${value}, lambda ${element}: ` +
      `${element} IS NOT NULL AND coalesce(${breaks}, false))) > 0`,
  }));
}

function scalarViolations(
  { xdmType, constraints }: ScalarNode,
  column: string,
  value: string,
): readonly Violation[] {
  const isText = xdmType === 'string';
  const rules: (readonly [message: string, breaks: string])[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = constraints;
  if (constraints.enum !== undefined) {
    const allowed = constraints.enum.map(quoteLiteral).join(', ');
    const isAllowed = allowed === '' ? 'false' : `CAST(${value} AS VARCHAR) IN (${allowed})`;
    rules.push(['The value is not in the enum of the field.', `NOT ${isAllowed}`]);
  }
  if (isText && constraints.pattern !== undefined) {
    const pattern = quoteLiteral(sqlPattern(constraints.pattern, column));
    rules.push([
      `The value does not match the pattern ${constraints.pattern}.`,
      `NOT regexp_matches(${value}, ${pattern})`,
    ]);
  }
  if (isText && constraints.minLength !== undefined) {
    rules.push([
      `The value is shorter than ${constraints.minLength} characters.`,
      `length(${value}) < ${constraints.minLength}`,
    ]);
  }
  if (isText && constraints.maxLength !== undefined) {
    rules.push([
      `The value is longer than ${constraints.maxLength} characters.`,
      `length(${value}) > ${constraints.maxLength}`,
    ]);
  }
  if (!isText) {
    if (minimum !== undefined) rules.push([`The value is below ${minimum}.`, `${value} < ${minimum}`]);
    if (maximum !== undefined) rules.push([`The value is above ${maximum}.`, `${value} > ${maximum}`]);
    if (exclusiveMinimum !== undefined) {
      rules.push([`The value is not above ${exclusiveMinimum}.`, `${value} <= ${exclusiveMinimum}`]);
    }
    if (exclusiveMaximum !== undefined) {
      rules.push([`The value is not below ${exclusiveMaximum}.`, `${value} >= ${exclusiveMaximum}`]);
    }
  }
  return rules.map(([message, breaks]) => ({ message, breaks }));
}
