import { MAX_SCALE, scaleOf } from '../exact-decimals.ts';
import { problem, type RegistryProblem } from '../problem.ts';
import { limitContradictions } from './limits.ts';
import type { FieldSchema } from './resource.ts';
import { fieldKindOf, xdmTypeOf } from './xdm-type.ts';

/** Deepest nesting of JSON objects and arrays in a body, all keywords counted. */
const MAX_JSON_DEPTH = 160;

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'object', 'array'];

interface KeywordRule {
  readonly holds: (value: unknown) => boolean;
  readonly expected: string;
}

const TEXT: KeywordRule = { holds: (value) => typeof value === 'string', expected: 'text' };
const LENGTH: KeywordRule = {
  holds: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  expected: 'a whole number, 0 or more',
};
const BOUND: KeywordRule = { holds: Number.isFinite, expected: 'a number' };
const NAMES: KeywordRule = { holds: isDistinctTexts, expected: 'an array of different texts' };
const ANYTHING: KeywordRule = { holds: () => true, expected: 'any value' };
/** Keywords whose value is checked as fields of their own. */
const NESTED: KeywordRule = ANYTHING;

/** Keywords of a field, besides `meta:…`, which inform unless named here. */
const KEYWORD_RULES: Readonly<Record<string, KeywordRule>> = {
  $ref: { holds: (value) => typeof value === 'string' && value !== '', expected: 'the $id of a resource' },
  type: { holds: (value) => TYPES.includes(value), expected: `one of ${TYPES.join(', ')}` },
  title: TEXT,
  description: TEXT,
  format: TEXT,
  pattern: { holds: isRegularExpression, expected: 'a regular expression' },
  enum: {
    holds: (value) => isDistinctTexts(value) && value.length > 0,
    expected: 'an array of different texts, at least one',
  },
  const: TEXT,
  required: NAMES,
  minLength: LENGTH,
  maxLength: LENGTH,
  minItems: LENGTH,
  maxItems: LENGTH,
  minimum: BOUND,
  maximum: BOUND,
  exclusiveMinimum: BOUND,
  exclusiveMaximum: BOUND,
  multipleOf: {
    holds: (value) => scaleOf(value) !== undefined,
    expected: `a power of ten from 1 (no decimal places) to 1e-${MAX_SCALE}, such as 0.01`,
  },
  uniqueItems: { holds: (value) => typeof value === 'boolean', expected: 'true or false' },
  default: ANYTHING,
  examples: ANYTHING,
  $comment: ANYTHING,
  note: TEXT,
  // What editors write beside `additionalProperties`; the type of a map's values is read there.
  mapFieldType: TEXT,
  readOnly: ANYTHING,
  allOf: NESTED,
  properties: NESTED,
  items: NESTED,
  additionalProperties: NESTED,
  'meta:xdmType': TEXT,
  'meta:enum': { holds: isJsonObject, expected: 'an object of labels by value' },
};

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a body nests no deeper than is walked here; to be asked first, as everything after it recurses. */
export function isShallow(value: unknown, depthLeft = MAX_JSON_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depthLeft > 0 && Object.values(value).every((member) => isShallow(member, depthLeft - 1));
}

/** A JSON pointer with one more step. */
export function pointer(base: string, step: string | number): string {
  return `${base}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * What is wrong with the shape of a field of a tenant resource, and of every field within; empty when it may be read
 * as a {@link FieldSchema}. `at` is its JSON pointer in the body.
 */
export function fieldProblems(field: unknown, at: string): readonly RegistryProblem[] {
  if (!isJsonObject(field)) return [wrong(at, 'A field is a JSON object such as {"type": "string"}.')];
  const own = Object.entries(field).flatMap(([keyword, value]) => keywordProblems(keyword, value, at));
  const nested = nestedProblems(field, at);
  // What follows compares keywords with each other, which means something only once each is well-formed.
  if (own.length > 0 || nested.length > 0) return [...own, ...nested];
  return contradictions(field, at);
}

/** {@link fieldProblems} of each value of an object of fields (`properties`, `definitions`). */
export function fieldsByNameProblems(fields: unknown, at: string): readonly RegistryProblem[] {
  if (!isJsonObject(fields)) return [wrong(at, 'This is a JSON object of fields by name.')];
  return Object.entries(fields).flatMap(([name, field]) => fieldProblems(field, pointer(at, name)));
}

/** {@link fieldProblems} of each element of an `allOf`. */
export function allOfProblems(parts: unknown, at: string): readonly RegistryProblem[] {
  if (!Array.isArray(parts) || parts.length === 0) {
    return [wrong(at, 'allOf is an array of {"$ref": …} with at least one element.')];
  }
  return parts.flatMap((part, index) => fieldProblems(part, pointer(at, index)));
}

function keywordProblems(keyword: string, value: unknown, at: string): readonly RegistryProblem[] {
  const rule = Object.hasOwn(KEYWORD_RULES, keyword) ? KEYWORD_RULES[keyword] : undefined;
  const where = pointer(at, keyword);
  if (rule !== undefined) {
    return rule.holds(value) ? [] : [wrong(where, `${keyword} must be ${rule.expected}.`)];
  }
  if (keyword.startsWith('meta:')) return [];
  const mend =
    keyword === 'anyOf' || keyword === 'oneOf'
      ? 'A field of XDM has one type: give that.'
      : 'Leave it out; fields of an object go under "properties".';
  return [wrong(where, `${keyword} is no keyword of an XDM field. ${mend}`)];
}

function nestedProblems(field: Readonly<Record<string, unknown>>, at: string): readonly RegistryProblem[] {
  const { allOf, properties, items, additionalProperties: values } = field;
  return [
    ...(allOf === undefined ? [] : allOfProblems(allOf, pointer(at, 'allOf'))),
    ...(properties === undefined ? [] : fieldsByNameProblems(properties, pointer(at, 'properties'))),
    ...(items === undefined ? [] : fieldProblems(items, pointer(at, 'items'))),
    ...(values === undefined || typeof values === 'boolean'
      ? []
      : fieldProblems(values, pointer(at, 'additionalProperties'))),
  ];
}

/** Keywords that are well-formed each but do not fit together. */
function contradictions(field: FieldSchema, at: string): readonly RegistryProblem[] {
  return [
    ...structureProblems(field, at),
    ...boundProblems(field, at),
    ...requiredProblems(field, at),
    ...statedTypeProblems(field, at),
  ];
}

function structureProblems(field: FieldSchema, at: string): readonly RegistryProblem[] {
  const { type, items, properties, additionalProperties: values } = field;
  const kind = fieldKindOf(field);
  const implied = kind === 'map' ? 'object' : kind;
  if (type !== undefined && implied !== 'scalar' && type !== implied) {
    return [
      wrong(at, `type is "${type}", but the other keywords make this an ${implied}. Change one of them.`),
    ];
  }
  if (kind === 'array' && items === undefined) {
    return [wrong(at, 'An array needs "items", the field that each of its elements is.')];
  }
  if (typeof values === 'object' && properties !== undefined) {
    return [wrong(at, 'An object has either "properties" or, as a map, "additionalProperties"; not both.')];
  }
  if (kind === 'map' && typeof values === 'object' && !isMapValue(values)) {
    return [
      wrong(pointer(at, 'additionalProperties'), 'Values of a custom map are of type string or integer.'),
    ];
  }
  if (field.enum !== undefined && type !== undefined && type !== 'string') {
    return [wrong(pointer(at, 'enum'), `Only strings have an enum; this field is of type ${type}.`)];
  }
  if (field.multipleOf !== undefined && type !== 'number') {
    const message = `Only fields of type number have multipleOf; this one is of type ${type ?? 'string'}.`;
    return [wrong(pointer(at, 'multipleOf'), message)];
  }
  return [];
}

/** A value without a type is a text, as any field is. */
function isMapValue(field: FieldSchema): boolean {
  return fieldKindOf(field) === 'scalar' && ['string', 'integer'].includes(field.type ?? 'string');
}

function boundProblems(field: FieldSchema, at: string): readonly RegistryProblem[] {
  return limitContradictions(field).map(({ low, least, high, most }) => {
    const relation = least === most ? 'equals' : 'is above';
    return wrong(
      pointer(at, low),
      `${low} (${least}) ${relation} ${high} (${most}), so no value is allowed.`,
    );
  });
}

function requiredProblems(field: FieldSchema, at: string): readonly RegistryProblem[] {
  const { $ref, allOf, properties = {}, required = [] } = field;
  // What is referred to may bring the field.
  if ($ref !== undefined || allOf !== undefined) return [];
  const unknown = required.filter((name) => !Object.hasOwn(properties, name));
  return unknown.map((name) =>
    wrong(pointer(at, 'required'), `"${name}" is required but is no property here.`),
  );
}

/** `meta:xdmType` is the server's to give; a client may repeat it. */
function statedTypeProblems(field: FieldSchema, at: string): readonly RegistryProblem[] {
  const stated = field['meta:xdmType'];
  // A reference to a local definition may name a scalar.
  if (stated === undefined || field.$ref !== undefined) return [];
  const actual = xdmTypeOf(field);
  if (stated === actual) return [];
  const mend =
    stated === 'map'
      ? 'A map needs "additionalProperties" and no "properties".'
      : 'Leave it out, or change type, format or bounds so that they say the same.';
  const message = `meta:xdmType is "${stated}", but type, format and bounds make this a "${actual}". ${mend}`;
  return [wrong(pointer(at, 'meta:xdmType'), message)];
}

function isDistinctTexts(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item === 'string') &&
    new Set(value).size === value.length
  );
}

function isRegularExpression(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

function wrong(path: string, message: string): RegistryProblem {
  return problem('XDM-1000-400', path, message);
}
