import { quoteLiteral } from '@tributary/data-prep';
import type { Constraints, ObjectNode, XdmNode } from '@tributary/xdm';
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
  readonly code: string;
  readonly message: string;
  /** Where below the checked value. */
  readonly below: readonly string[];
  /** SQL: true where a value that is not null breaks the rule. */
  readonly breaks: string;
}

/**
 * Checks that a value keeps to its node: constraints, and required fields of objects inside it.
 * `format` (email, uri, …) is an annotation in JSON Schema and not asserted.
 */
export function nodeChecks(node: XdmNode, path: readonly string[], value: string): readonly RowCheck[] {
  return violations(node, value, 0).map(({ code, message, below, breaks }) => ({
    code,
    message,
    column: [...path, ...below].join('.'),
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

/** `depth` counts the lists around the value: each needs a name of its own for its element. */
function violations(node: XdmNode, value: string, depth: number): readonly Violation[] {
  switch (node.kind) {
    case 'scalar':
      return scalarViolations(node.constraints, value, node.xdmType === 'string');
    case 'array':
      return elementViolations(node.items, value, depth);
    case 'map':
      return elementViolations(node.values, `map_values(${value})`, depth);
    case 'object':
      return objectViolations(node, value, depth);
  }
}

function elementViolations(node: XdmNode, list: string, depth: number): readonly Violation[] {
  const element = `e${depth}`;
  return violations(node, element, depth + 1).map((violation) => ({
    ...violation,
    breaks:
      `len(list_filter(${list}, lambda ${element}: ` +
      `${element} IS NOT NULL AND coalesce(${violation.breaks}, false))) > 0`,
  }));
}

function objectViolations(node: ObjectNode, value: string, depth: number): readonly Violation[] {
  return [...node.properties].flatMap(([name, child]) => {
    const member = `struct_extract(${value}, ${quoteLiteral(name)})`;
    const inside = violations(child, member, depth).map((violation) => ({
      ...violation,
      below: [name, ...violation.below],
    }));
    if (!node.required.has(name)) return inside;
    const message = 'The required field is missing or null.';
    return [{ code: MISSING_REQUIRED, message, below: [name], breaks: `${member} IS NULL` }, ...inside];
  });
}

function scalarViolations(constraints: Constraints, value: string, isText: boolean): readonly Violation[] {
  const rules: (readonly [message: string, breaks: string])[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = constraints;
  if (constraints.enum !== undefined) {
    const allowed = constraints.enum.map(quoteLiteral).join(', ');
    rules.push([
      'The value is not in the enum of the field.',
      `CAST(${value} AS VARCHAR) NOT IN (${allowed})`,
    ]);
  }
  if (isText && constraints.pattern !== undefined) {
    const pattern = quoteLiteral(sqlPattern(constraints.pattern));
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
  return rules.map(([message, breaks]) => ({ code: INVALID_VALUE, message, below: [], breaks }));
}
