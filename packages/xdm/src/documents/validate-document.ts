import type { ArrayNode, MapNode, ObjectNode, ScalarNode, XdmNode, XdmScalarType } from '../compose/node.ts';
import { closeNames } from '../compose/node-path.ts';
import { isJsonObject, pointer } from '../registry/field-check.ts';
import { TEXT_FORMATS } from './formats.ts';
import { patternTest } from './text-pattern.ts';

/** One way in which a document does not keep to a schema. */
export interface DocumentViolation {
  /** JSON pointer to the value in the document, or to where it is missing. */
  readonly pointer: string;
  /** The keyword of JSON Schema that is not kept to; `additionalProperties`, `identityMap` and `identity` besides. */
  readonly keyword: string;
  /** A document with warnings only is ingested. */
  readonly severity: 'error' | 'warning';
  readonly expected: string;
  /** The value as JSON, shortened; `nothing` where it is missing. */
  readonly found: string;
  readonly message: string;
}

/** A field that an identity descriptor names, by its path in the schema. */
export interface DocumentIdentity {
  readonly path: readonly string[];
  readonly isPrimary: boolean;
}

export interface DocumentCheck {
  /** Identity fields of the schema; of these only the primary one must be there. */
  readonly identities?: readonly DocumentIdentity[];
  /** Violations told at most; default {@link MAX_VIOLATIONS}. */
  readonly limit?: number;
}

/** Violations of one document that are told at most. */
export const MAX_VIOLATIONS = 1_000;
/** Characters of a value that a violation shows. */
const MAX_SHOWN = 200;

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
  const report = new Report(limit);
  if (!isJsonObject(document)) {
    report.tell({ pointer: '', keyword: 'type', expected: 'an object', found: shown(document) });
    return report.violations;
  }
  checkObject(root, document, '', report);
  checkIdentityMap(root, document, report);
  for (const { path, isPrimary } of identities) if (isPrimary) checkPrimary(document, path, report);
  return report.violations;
}

interface Finding extends Omit<DocumentViolation, 'severity' | 'message'> {
  readonly severity?: DocumentViolation['severity'];
  readonly hint?: string;
}

class Report {
  readonly violations: DocumentViolation[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  tell({ severity = 'error', hint = '', ...finding }: Finding): void {
    if (this.violations.length >= this.#limit) return;
    const where = finding.pointer === '' ? 'The document' : finding.pointer;
    const message = `${where}: expected ${finding.expected}, found ${finding.found}.${hint}`;
    this.violations.push({ ...finding, severity, message });
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function checkNode(node: XdmNode, value: unknown, at: string, report: Report): void {
  if (node.kind === 'scalar') checkScalar(node, value, at, report);
  else if (node.kind === 'array') {
    if (Array.isArray(value)) checkArray(node, value, at, report);
    else report.tell({ pointer: at, keyword: 'type', expected: 'an array', found: shown(value) });
  } else if (!isJsonObject(value)) {
    report.tell({ pointer: at, keyword: 'type', expected: 'an object', found: shown(value) });
  } else if (node.kind === 'map') checkMap(node, value, at, report);
  else checkObject(node, value, at, report);
}

function checkObject(node: ObjectNode, value: JsonObject, at: string, report: Report): void {
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
      const close = closeNames(name, [...node.properties.keys()]);
      report.tell({
        pointer: pointer(at, name),
        keyword: 'additionalProperties',
        severity: 'warning',
        expected: 'no field of this name',
        found: shown(member),
        hint: close.length === 0 ? '' : ` Did you mean ${close.join(' or ')}?`,
      });
    }
  }
}

function checkMap(node: MapNode, value: JsonObject, at: string, report: Report): void {
  for (const [key, member] of Object.entries(value)) {
    if (!isAbsent(member)) checkNode(node.values, member, pointer(at, key), report);
  }
}

function checkArray(
  { items, constraints = {} }: ArrayNode,
  value: readonly unknown[],
  at: string,
  report: Report,
): void {
  const { minItems = 0, maxItems = Infinity, uniqueItems = false } = constraints;
  const found = `${value.length} items`;
  if (value.length < minItems) {
    report.tell({ pointer: at, keyword: 'minItems', expected: `at least ${minItems} items`, found });
  }
  if (value.length > maxItems) {
    report.tell({ pointer: at, keyword: 'maxItems', expected: `at most ${maxItems} items`, found });
  }
  const present = value.filter((item) => !isAbsent(item)).map(canonicalText);
  if (uniqueItems && new Set(present).size < present.length) {
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

function checkScalar(node: ScalarNode, value: unknown, at: string, report: Report): void {
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
  if (allowed !== undefined && !allowed.includes(value)) tell('enum', `one of ${shortList(allowed)}`);
  if (pattern !== undefined && patternTest(pattern)?.(value) === false) {
    tell('pattern', `a text that matches ${pattern}`);
  }
  const known = format === undefined ? undefined : TEXT_FORMATS[format];
  if (format !== undefined && known !== undefined && patternTest(known.pattern)?.(value) === false) {
    tell('format', formatRule(format));
  }
  const { length } = Array.from(value);
  if (length < minLength) tell('minLength', `at least ${minLength} characters`);
  if (length > maxLength) tell('maxLength', `at most ${maxLength} characters`);
}

function checkNumber({ constraints, xdmType }: ScalarNode, value: number, tell: Tell): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = constraints;
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

/** `context/identitymap`: lists of identities by the code of their namespace. */
function checkIdentityMap(root: ObjectNode, document: JsonObject, report: Report): void {
  const value = memberOf(document, 'identityMap');
  if (root.properties.get('identityMap')?.kind !== 'map' || !isJsonObject(value)) return;
  let primaries = 0;
  for (const [namespace, identities] of Object.entries(value)) {
    const at = pointer('/identityMap', namespace);
    if (namespace.trim() === '') {
      report.tell({
        pointer: at,
        keyword: 'identityMap',
        expected: 'the code of a namespace as key',
        found: '""',
      });
    }
    if (!Array.isArray(identities)) continue;
    for (const [index, identity] of identities.entries()) {
      if (!isJsonObject(identity)) continue;
      const where = pointer(at, index);
      if (isAbsent(identity.id) || identity.id === '') {
        report.tell({
          pointer: pointer(where, 'id'),
          keyword: 'identityMap',
          expected: 'the id of the identity',
          found: shown(identity.id),
        });
      }
      if (identity.primary !== true) continue;
      primaries += 1;
      if (primaries < 2) continue;
      report.tell({
        pointer: pointer(where, 'primary'),
        keyword: 'identityMap',
        expected: 'one primary identity in a record',
        found: 'another',
      });
    }
  }
}

function checkPrimary(document: JsonObject, path: readonly string[], report: Report): void {
  const value = path.reduce<unknown>(
    (at, name) => (isJsonObject(at) ? memberOf(at, name) : undefined),
    document,
  );
  if (!isAbsent(value) && value !== '') return;
  report.tell({
    pointer: path.reduce<string>(pointer, ''),
    keyword: 'identity',
    expected: 'a value, as the field is the primary identity',
    found: shown(value),
  });
}

function memberOf(value: JsonObject, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Null is no value in XDM, and an object without values is none either. */
function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return isJsonObject(value) && Object.values(value).every(isAbsent);
}

/** JSON with keys in order, so that equal values have equal texts. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isJsonObject(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function shortList(values: readonly string[]): string {
  const text = values.join(', ');
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
