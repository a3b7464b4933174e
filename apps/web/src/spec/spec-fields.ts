import { isObject, listAt, numberAt, textAt, valueAt } from '../json.ts';
import { labelOf } from './label-of.ts';

/** How a field is filled in. */
export type FieldKind = 'text' | 'lines' | 'integer' | 'number' | 'flag' | 'choice';

/** A field of a form, as the JSON Schema of a spec describes it. */
export interface SpecField {
  /** Where the value stands in the params: names, parted by dots. */
  readonly key: string;
  readonly label: string;
  readonly hint: string | undefined;
  readonly kind: FieldKind;
  readonly isRequired: boolean;
  /** It must be sent, though it may be empty. */
  readonly isSentEmpty: boolean;
  /** Never shown again once it is sent, nor while it is typed. */
  readonly isSecret: boolean;
  /** The content of a file that is encoded in Base64. */
  readonly isBase64: boolean;
  /** Of a choice. */
  readonly choices: readonly string[];
  readonly default: FieldValue;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Where one of these holds, it has no meaning: it is neither shown nor sent. */
  readonly ruledOutBy: readonly Condition[];
}

/** Values of other fields, by key: it holds where each of these has one of its values. */
type Condition = Readonly<Record<string, readonly unknown[]>>;

export type FieldValue = string | number | boolean | undefined;
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** The fields of an object's schema; those of objects in it stand beside it, under its title. */
export function specFields(
  schema: unknown,
  within: { key: string; title: string }[] = [],
): readonly SpecField[] {
  const properties = valueAt(schema, 'properties');
  if (!isObject(properties)) return [];
  const required = new Set(listAt(schema, 'required'));
  return Object.entries(properties).flatMap(([name, property]) => {
    const title = textAt(property, 'title') ?? labelOf(name);
    const path = [...within, { key: name, title }];
    if (textAt(property, 'type') === 'object') return specFields(property, path);
    const kind = kindOf(property);
    if (kind === undefined) return [];
    // Within an object that may be left out nothing must be given.
    const mustBeGiven = within.length === 0 && required.has(name);
    const isSentEmpty = mustBeGiven && mayBeEmpty(property);
    return [
      {
        key: path.map(({ key }) => key).join('.'),
        label: path.map((step) => step.title).join(': '),
        hint: textAt(property, 'description'),
        kind,
        isRequired: mustBeGiven && !isSentEmpty,
        isSentEmpty,
        isSecret: textAt(property, 'format') === 'password',
        isBase64: textAt(property, 'contentEncoding') === 'base64',
        choices: listAt(property, 'enum').filter((choice) => typeof choice === 'string'),
        default: plainValue(valueAt(property, 'default')),
        minimum: boundOf(property, 'minimum'),
        maximum: boundOf(property, 'maximum'),
        ruledOutBy: ruledOutBy(schema, path),
      },
    ];
  });
}

/** A schema rules a property out by a condition of its `allOf` whose `then` has `false` in its place. */
function ruledOutBy(schema: unknown, path: readonly { key: string }[]): readonly Condition[] {
  const within = path.slice(0, -1).map(({ key }) => key);
  const name = path.at(-1)?.key ?? '';
  return listAt(schema, 'allOf').flatMap((condition) => {
    const others = valueAt(condition, 'if', 'properties');
    if (valueAt(condition, 'then', 'properties', name) !== false || !isObject(others)) return [];
    return [
      Object.fromEntries(
        Object.entries(others).map(([other, given]) => [[...within, other].join('.'), listAt(given, 'enum')]),
      ),
    ];
  });
}

/** The fields that have a meaning beside the values of the others. */
export function meaningfulFields(fields: readonly SpecField[], values: FieldValues): readonly SpecField[] {
  const holds = (condition: Condition) =>
    Object.entries(condition).every(([key, choices]) => choices.includes(values[key]));
  return fields.filter((field) => !field.ruledOutBy.some(holds));
}

/** Of alternatives the first one is what people fill in; the others are other ways of writing it. */
function kindOf(property: unknown): FieldKind | undefined {
  if (listAt(property, 'enum').length > 0) return 'choice';
  const named = valueAt(property, 'type') ?? valueAt(property, 'anyOf', 0, 'type');
  const type = Array.isArray(named) ? named.find((each) => each !== 'null') : named;
  switch (type) {
    case 'integer':
    case 'number':
      return type;
    case 'boolean':
      return 'flag';
    case 'string':
      return textAt(property, 'contentMediaType') === undefined ? 'text' : 'lines';
    default:
      return undefined;
  }
}

function mayBeEmpty(property: unknown): boolean {
  const bounds = ['minLength', 'pattern', 'enum'].map((name) => valueAt(property, name));
  const isText = textAt(property, 'type') === 'string' && textAt(property, 'format') !== 'uri';
  return isText && bounds.every((bound) => bound === undefined);
}

function boundOf(property: unknown, name: 'minimum' | 'maximum'): number | undefined {
  return numberAt(property, name) ?? numberAt(property, 'anyOf', 0, name);
}

function plainValue(value: unknown): FieldValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

/** What is sent: values that say something other than what holds without them. */
export function paramsOf(
  fields: readonly SpecField[],
  values: FieldValues,
): Readonly<Record<string, unknown>> {
  const params: Record<string, unknown> = {};
  for (const field of meaningfulFields(fields, values)) {
    const value = values[field.key] ?? (field.isSentEmpty ? '' : undefined);
    if (field.isSentEmpty && value === '') put(params, field.key.split('.'), value);
    if (value === undefined || value === '' || (value === field.default && !field.isRequired)) continue;
    put(params, field.key.split('.'), value);
  }
  return params;
}

function put(
  params: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    params[first] = value;
    return;
  }
  const inner = params[first];
  const object = isObject(inner) ? inner : {};
  params[first] = object;
  put(object, rest, value);
}

/** The values that params fill into a form. */
export function valuesOf(fields: readonly SpecField[], params: unknown): FieldValues {
  return Object.fromEntries(fields.map(({ key }) => [key, plainValue(valueAt(params, ...key.split('.')))]));
}

/** Messages of what is still missing, by field. */
export function missingOf(
  fields: readonly SpecField[],
  values: FieldValues,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    meaningfulFields(fields, values)
      .filter(
        ({ key, isRequired, default: fallback }) => isRequired && (values[key] ?? fallback ?? '') === '',
      )
      .map(({ key, label }) => [key, `Fill in: ${label}`]),
  );
}
