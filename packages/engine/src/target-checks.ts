import { quoteIdentifier } from '@tributary/data-prep';
import type { ObjectNode, XdmNode } from '@tributary/xdm';
import { listRules, type Rule, scalarRules } from './constraint-rules.ts';
import { isDecimal } from './parquet-fields.ts';
import { INVALID_VALUE, MISSING_REQUIRED, type RowCheck } from './row-checks.ts';
import { type Content, targetsOf } from './target-content.ts';
import type { TargetField, TargetFieldType } from './transform.ts';

/** A field of the target row in the relation that is checked. */
export interface CheckedColumn {
  readonly field: TargetField;
  readonly content: Content;
  /** SQL that reads it. */
  readonly value: string;
}

/**
 * Checks that the target row keeps to its schema, at every depth: required fields are there whenever their parent is (the
 * root always is), and values keep to the constraints of their nodes.
 *
 * @param failed the condition (SQL) that a target's value could not be made: what is missing for that reason has been told
 */
export function schemaChecks(
  root: ObjectNode,
  columns: readonly CheckedColumn[],
  failed: (target: number) => string,
): readonly RowCheck[] {
  const members = new Map(columns.map((column) => [column.field.name, column]));
  const missing = [...root.required].map((name): RowCheck => {
    const column = members.get(name);
    const isNull = column === undefined ? 'true' : `${column.value} IS NULL`;
    return missingField(name, unlessFailed(isNull, column ? targetsOf(column.content) : [], failed));
  });
  const below = columns.flatMap(({ field, content, value }) => {
    const node = root.properties.get(field.name);
    const place: Place = { path: field.name, blamed: targetsOf(content), wholes: [], values: single(value) };
    return node === undefined ? [] : checksAt(node, field.type, content, place, failed);
  });
  return [...missing, ...below];
}

/** Where in the row the walk is. */
interface Place {
  /** The path as errors name it. */
  readonly path: string;
  /** The planned targets that fill what is here. */
  readonly blamed: readonly number[];
  /** Those of them that fill an object around it as a whole. */
  readonly wholes: readonly number[];
  readonly values: Values;
}

/** The values at a place: one of a row, or all of those within the lists and maps around it. */
interface Values {
  /** SQL for the value that a part of each value makes. */
  each(part: (value: string) => string): Values;
  /** The elements of the lists that the values are or, given a part, have. */
  spread(elements: (value: string) => string): Values;
  /** SQL, never null: some value breaks a rule (SQL over it). */
  fails(breaks: (value: string) => string): string;
  /** SQL for the first value that does. */
  offending(breaks: (value: string) => string): string;
}

function single(value: string): Values {
  return {
    each: (part) => single(part(value)),
    spread: (elements) => many(elements(value), 0),
    fails: (breaks) => `coalesce(${breaks(value)}, false)`,
    offending: () => value,
  };
}

/** `depth` makes the names of elements differ from those of the lists around them. */
function many(list: string, depth: number): Values {
  const element = `e${depth}`;
  const broken = (breaks: (value: string) => string) =>
    `list_filter(${list}, lambda ${element}: coalesce(${breaks(element)}, false))`;
  return {
    each: (part) => many(`list_transform(${list}, lambda ${element}: ${part(element)})`, depth + 1),
    spread: (elements) =>
      many(`flatten(list_transform(${list}, lambda ${element}: ${elements(element)}))`, depth + 1),
    fails: (breaks) => `coalesce(len(${broken(breaks)}) > 0, false)`,
    offending: (breaks) => `(${broken(breaks)})[1]`,
  };
}

function checksAt(
  node: XdmNode,
  type: TargetFieldType,
  content: Content | undefined,
  place: Place,
  failed: (target: number) => string,
): readonly RowCheck[] {
  if (node.kind === 'scalar') {
    return scalarRules(node, type, place.path).map((rule) => brokenRule(rule, type, place));
  }
  if (node.kind === 'array' && type.kind === 'list') {
    const path = `${place.path}[*]`;
    const items = { ...place, path, values: place.values.spread((list) => list) };
    return [
      ...listRules(node).map((rule) => brokenRule(rule, type, place)),
      ...checksAt(node.items, type.element, undefined, items, failed),
    ];
  }
  if (node.kind === 'map' && type.kind === 'map') {
    const values = place.values.spread((map) => `map_values(${map})`);
    return checksAt(
      node.values,
      type.value,
      undefined,
      { ...place, path: `${place.path}.*`, values },
      failed,
    );
  }
  if (node.kind !== 'object' || type.kind !== 'struct') return [];
  const parts = content?.kind === 'struct' ? content : undefined;
  const wholes = parts?.whole === undefined ? place.wholes : [...place.wholes, parts.whole];
  const placeOf = (name: string): Place => ({
    path: `${place.path}.${name}`,
    blamed: parts === undefined ? place.blamed : [...wholes, ...targetsOfPart(parts.members.get(name))],
    wholes,
    values: place.values.each((object) => `${object}.${quoteIdentifier(name)}`),
  });
  const required = [...node.required].map((name) => {
    const isThere = type.fields.some((field) => field.name === name);
    const isMissing = (object: string) =>
      `${object} IS NOT NULL${isThere ? ` AND ${object}.${quoteIdentifier(name)} IS NULL` : ''}`;
    const { path, blamed } = placeOf(name);
    return missingField(path, unlessFailed(place.values.fails(isMissing), isThere ? blamed : [], failed));
  });
  const below = type.fields.flatMap((field) => {
    const child = node.properties.get(field.name);
    const filled = parts?.members.get(field.name);
    return child === undefined ? [] : checksAt(child, field.type, filled, placeOf(field.name), failed);
  });
  return [...required, ...below];
}

function targetsOfPart(member: Content | undefined): readonly number[] {
  return member === undefined ? [] : targetsOf(member);
}

function brokenRule({ message, breaks }: Rule, type: TargetFieldType, { path, values }: Place): RowCheck {
  const value = values.offending(breaks);
  const shown = type.kind === 'scalar' ? value : `to_json(${value})`;
  const text = `CAST(${shown} AS VARCHAR)`;
  return {
    code: INVALID_VALUE,
    message,
    column: path,
    fails: values.fails(breaks),
    value: type.kind === 'scalar' && isDecimal(type.icebergType) ? withoutFillingZeros(text) : text,
  };
}

function withoutFillingZeros(decimal: string): string {
  return `regexp_replace(${decimal}, '\\.?0+$', '')`;
}

function missingField(column: string, fails: string): RowCheck {
  const message = 'The required field is missing or null.';
  return { code: MISSING_REQUIRED, message, column, fails, value: 'NULL' };
}

export function unlessFailed(
  isMissing: string,
  blamed: readonly number[],
  failed: (target: number) => string,
): string {
  const blame = [...new Set(blamed.map(failed))].filter((condition) => condition !== 'false');
  return blame.length === 0 ? isMissing : `(${isMissing} AND NOT (${blame.join(' OR ')}))`;
}
