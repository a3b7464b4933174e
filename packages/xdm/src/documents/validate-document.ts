import type { ArrayNode, MapNode, ObjectNode, ScalarNode, XdmNode, XdmScalarType } from '../compose/node.ts';
import { closeNames } from '../compose/node-path.ts';
import { scaleOf } from '../exact-decimals.ts';
import { isJsonObject, pointer } from '../registry/field-check.ts';
import { checkIdentityMap, checkPrimary, type DocumentIdentity } from './document-identities.ts';
import {
  DocumentReport,
  type DocumentViolation,
  MAX_VIOLATIONS,
  shortList,
  shown,
} from './document-report.ts';
import { isAbsent, type JsonObject, memberOf } from './document-values.ts';
import { TEXT_FORMATS } from './formats.ts';
import { patternTest } from './text-pattern.ts';

export interface DocumentCheck {
  /** Identity fields of the schema; of these only the primary one must be there. */
  readonly identities?: readonly DocumentIdentity[];
  /** Violations told at most; default {@link MAX_VIOLATIONS}. */
  readonly limit?: number;
}

/** Most fields of an object among which the one that was meant is looked for. */
const MAX_COMPARED = 500;

/**
 * Every violation of a resolved schema by a JSON document, in the document's order, by the rules of ingestion: types and their
 * ranges, formats, required fields, enums, patterns, bounds, lengths, lists, the identity map and the primary identity. Null
 * is no value, nor is an object that has none within. Fields that the schema does not have are warnings: they are left out.
 */
export function validateDocument(
  root: ObjectNode,
  document: unknown,
  { identities = [], limit = MAX_VIOLATIONS }: DocumentCheck = {},
): readonly DocumentViolation[] {
  const report = new DocumentReport(limit);
  if (!isJsonObject(document)) {
    report.tell({ pointer: '', keyword: 'type', expected: 'an object', found: shown(document) });
    return report.violations;
  }
  checkObject(root, document, '', report);
  checkIdentityMap(root, document, report);
  for (const { path, isPrimary } of identities) if (isPrimary) checkPrimary(document, path, report);
  return report.violations;
}

function checkNode(node: XdmNode, value: unknown, at: string, report: DocumentReport): void {
  if (report.isFull) return;
  if (node.kind === 'scalar') checkScalar(node, value, at, report);
  else if (node.kind === 'array') {
    if (Array.isArray(value)) checkArray(node, value, at, report);
    else report.tell({ pointer: at, keyword: 'type', expected: 'an array', found: shown(value) });
  } else if (!isJsonObject(value)) {
    report.tell({ pointer: at, keyword: 'type', expected: 'an object', found: shown(value) });
  } else if (node.kind === 'map') checkMap(node, value, at, report);
  else checkObject(node, value, at, report);
}

function checkObject(node: ObjectNode, value: JsonObject, at: string, report: DocumentReport): void {
  for (const name of node.required) {
    if (isAbsent(memberOf(value, name))) {
      report.tell({
        pointer: pointer(at, name),
        keyword: 'required',
        expected: 'a value, as the field is required',
        found: shown(memberOf(value, name)),
      });
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const child = node.properties.get(name);
    if (child !== undefined) {
      if (!isAbsent(member)) checkNode(child, member, pointer(at, name), report);
    } else if (node.properties.size > 0) {
      report.tell({
        pointer: pointer(at, name),
        keyword: 'additionalProperties',
        severity: 'warning',
        expected: 'no field of this name',
        found: shown(member),
        hint: report.hasRoom ? spellingHint(name, node) : '',
      });
    }
  }
}

function spellingHint(name: string, { properties }: ObjectNode): string {
  if (properties.size > MAX_COMPARED) return '';
  const close = closeNames(name, [...properties.keys()]);
  return close.length === 0 ? '' : ` Did you mean ${close.join(' or ')}?`;
}

function checkMap(node: MapNode, value: JsonObject, at: string, report: DocumentReport): void {
  for (const [key, member] of Object.entries(value)) {
    if (!isAbsent(member)) checkNode(node.values, member, pointer(at, key), report);
  }
}

function checkArray(
  { items, constraints = {} }: ArrayNode,
  value: readonly unknown[],
  at: string,
  report: DocumentReport,
): void {
  const { minItems = 0, maxItems = Infinity, uniqueItems = false } = constraints;
  const found = `${value.length} items`;
  if (value.length < minItems) {
    report.tell({ pointer: at, keyword: 'minItems', expected: `at least ${minItems} items`, found });
  }
  if (value.length > maxItems) {
    report.tell({ pointer: at, keyword: 'maxItems', expected: `at most ${maxItems} items`, found });
  }
  if (uniqueItems && hasRepeated(value)) {
    report.tell({ pointer: at, keyword: 'uniqueItems', expected: 'different items', found: 'an item twice' });
  }
  for (const [index, item] of value.entries()) {
    if (!isAbsent(item)) checkNode(items, item, pointer(at, index), report);
  }
}

/** Ranges of the integer types. JSON carries 53 bits; a long may hold more, with digits lost on the way. */
const RANGES: Readonly<Partial<Record<XdmScalarType, readonly [least: number, greatest: number]>>> = {
  byte: [-128, 127],
  short: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
  long: [-(2 ** 63), 2 ** 63],
};

function checkScalar(node: ScalarNode, value: unknown, at: string, report: DocumentReport): void {
  const tell = (keyword: string, expected: string): void =>
    report.tell({ pointer: at, keyword, expected, found: shown(value) });
  const { xdmType } = node;
  switch (xdmType) {
    case 'boolean':
      if (typeof value !== 'boolean') tell('type', 'true or false');
      break;
    case 'string':
      if (typeof value === 'string') checkText(node, value, tell);
      else tell('type', 'a text');
      break;
    case 'date':
    case 'date-time':
      if (typeof value !== 'string') tell('type', `a text of the format ${xdmType}`);
      else if (!isMoment(value, xdmType)) tell('format', formatRule(xdmType));
      break;
    default:
      if (typeof value === 'number' && Number.isFinite(value)) checkNumber(node, value, tell);
      else tell('type', 'a number');
  }
}

type Tell = (keyword: string, expected: string) => void;

function checkText(
  { constraints: { enum: allowed, pattern, minLength = 0, maxLength = Infinity, format } }: ScalarNode,
  value: string,
  tell: Tell,
): void {
  if (allowed !== undefined && !setOf(allowed).has(value)) tell('enum', `one of ${shortList(allowed)}`);
  if (pattern !== undefined && patternTest(pattern)?.(value) === false) {
    tell('pattern', `a text that matches ${pattern}`);
  }
  const known = format === undefined ? undefined : TEXT_FORMATS[format];
  if (format !== undefined && known !== undefined && patternTest(known.pattern)?.(value) === false) {
    tell('format', formatRule(format));
  }
  if (minLength === 0 && maxLength === Infinity) return;
  const { length } = Array.from(value);
  if (length < minLength) tell('minLength', `at least ${minLength} characters`);
  if (length > maxLength) tell('maxLength', `at most ${maxLength} characters`);
}

/** Lists of values as sets: a list may be long, and each of many values is looked for in it. */
const valueSets = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(values: readonly string[]): ReadonlySet<string> {
  const set = valueSets.get(values) ?? new Set(values);
  valueSets.set(values, set);
  return set;
}

function checkNumber({ constraints, xdmType }: ScalarNode, value: number, tell: Tell): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = constraints;
  const range = RANGES[xdmType];
  if (range !== undefined && !Number.isInteger(value)) {
    tell('type', 'a whole number');
    return;
  }
  const [least, greatest] = range ?? [-Infinity, Infinity];
  if (value < Math.max(least, minimum ?? -Infinity))
    tell('minimum', `${Math.max(least, minimum ?? least)} or more`);
  if (value > Math.min(greatest, maximum ?? Infinity))
    tell('maximum', `${Math.min(greatest, maximum ?? greatest)} or less`);
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    tell('exclusiveMinimum', `more than ${exclusiveMinimum}`);
  }
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
    tell('exclusiveMaximum', `less than ${exclusiveMaximum}`);
  }
  const scale = scaleOf(multipleOf);
  if (scale !== undefined && placesOf(value) > scale) {
    tell('multipleOf', `a number of at most ${scale} decimal places`);
  }
}

/** Decimal places of a number as JSON writes it: what a double is beyond them, nobody has written. */
function placesOf(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return fraction.length - Number(exponent);
}

function isMoment(text: string, format: 'date' | 'date-time'): boolean {
  const known = TEXT_FORMATS[format];
  if (known === undefined || patternTest(known.pattern)?.(text) === false) return false;
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  // The day before the first of the next month is the last of this one.
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function formatRule(format: string): string {
  return `a text of the format ${format}, such as ${TEXT_FORMATS[format]?.example}`;
}

function hasRepeated(items: readonly unknown[]): boolean {
  const present = items.filter((item) => !isAbsent(item)).map(canonicalText);
  return new Set(present).size < present.length;
}

/** JSON with keys in order, so that equal values have equal texts. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isJsonObject(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
