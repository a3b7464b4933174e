import { type Body, ControlError, parseObject, readBody, wholeNumber } from '../control-requests.ts';
import type { Make } from '../rows/field.ts';
import {
  type FieldDefinition,
  type FieldType,
  findField,
  isCompound,
  type ObjectDefinition,
} from './definitions.ts';
import type { Org } from './org.ts';

/** What an administrator does to an object's fields at run time. */
export interface SchemaChange {
  readonly object: string;
  readonly add: readonly FieldDefinition[];
  readonly remove: readonly string[];
  /** The fields as they are to be; each has a namesake of another type. */
  readonly retype: readonly FieldDefinition[];
}

const DEFAULT_VALUES = ['Low', 'Medium', 'High'];
const MOST_LENGTH = 131_072;

interface NewField {
  readonly make: Make;
  /** What of it can be set, and to what where it is left out. */
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** The types of fields that can be added, and how the values of such fields come about. */
const newFields: Readonly<Partial<Record<FieldType, NewField>>> = {
  string: { make: { kind: 'pattern', pattern: 'K-####-##' }, length: 255 },
  textarea: { make: { kind: 'notes' }, length: 32_768 },
  encryptedstring: { make: { kind: 'pattern', pattern: '####-####' }, length: 175 },
  email: { make: { kind: 'person', part: 'email' }, length: 80 },
  phone: { make: { kind: 'phone' }, length: 40 },
  url: { make: { kind: 'company', part: 'website' }, length: 255 },
  picklist: { make: { kind: 'picklist' }, length: 255 },
  combobox: { make: { kind: 'picklist' }, length: 255 },
  multipicklist: { make: { kind: 'multipicklist' }, length: 4099 },
  reference: { make: { kind: 'reference', to: 'Account' }, length: 18 },
  boolean: { make: { kind: 'boolean', chance: 0.5 } },
  int: { make: { kind: 'number', min: 0, max: 10_000 }, precision: 9 },
  double: { make: { kind: 'number', min: -1000, max: 1000 }, precision: 18, scale: 2 },
  currency: { make: { kind: 'number', min: 0, max: 100_000, skew: 2 }, precision: 18, scale: 2 },
  percent: { make: { kind: 'number', min: 0, max: 100 }, precision: 5, scale: 2 },
  date: { make: { kind: 'date', from: '2019-01-01', to: '2026-06-01' } },
  datetime: { make: { kind: 'since' } },
  time: { make: { kind: 'time' } },
};

/** Types among which a change of type keeps the values. */
const alikeTypes: readonly ReadonlySet<FieldType>[] = [
  new Set<FieldType>(['int', 'double', 'currency', 'percent']),
];
/** Types that any text is a value of. */
const anyText: ReadonlySet<FieldType> = new Set<FieldType>(['string', 'textarea', 'encryptedstring']);

/** Share of rows without a value in a field that was added. */
const NULLS = 0.1;

export function parseSchemaChange(input: Body, org: Org): SchemaChange {
  const { add = [], remove = [], retype = [], ...rest } = input;
  const object = parseObject(rest.object, { objects: org.objects, findObject: org.findObject });
  const change: SchemaChange = {
    object: object.name,
    add: listOf(add, 'add').map((item) => parseNewField(item, object)),
    remove: listOf(remove, 'remove').map((name) => existing(name, object).name),
    retype: listOf(retype, 'retype').map((item) => parseRetyped(item, object)),
  };
  if (change.add.length + change.remove.length + change.retype.length === 0)
    throw new ControlError("At least one of 'add', 'remove' and 'retype' must name a field.");
  return change;
}

/** Makes the change, to whatever the object is by now. Stamps do not move, as they do not in an org. */
export function applySchemaChange(
  org: Org,
  { object: name, add, remove, retype }: SchemaChange,
): ObjectDefinition {
  const { object } = org.table(name);
  const gone = new Set([...remove, ...add.map((field) => field.name)]);
  const retyped = new Map(retype.map((field) => [field.name, field]));
  const kept = object.fields.filter((field) => !gone.has(field.name));
  const fields = [...kept.map((field) => retyped.get(field.name) ?? field), ...add];
  const changeable = add.filter((field) => field.formula === undefined).map((field) => [field.name]);
  const changes = object.changes
    .map((group) => group.filter((field) => !gone.has(field)))
    .filter((group) => group.length > 0);
  org.redefine({ ...object, fields, changes: [...changes, ...changeable] }, [...gone, ...retyped.keys()]);
  return org.table(name).object;
}

/** Draws all values of a formula field anew; no stamp moves. */
export function recalculate(org: Org, input: unknown): ObjectDefinition {
  const { object: objectName, field: name } = readBody(input, ['object', 'field']);
  const object = parseObject(objectName, { objects: org.objects, findObject: org.findObject });
  const field = typeof name === 'string' ? findField(object, name) : undefined;
  if (field?.formula === undefined)
    throw new ControlError(`'field' must be a formula field of ${object.name}.`);
  const drawn = { ...field, revision: (field.revision ?? 0) + 1 };
  org.redefine({ ...object, fields: object.fields.map((other) => (other === field ? drawn : other)) }, []);
  return org.table(object.name).object;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ControlError(`'${name}' must be a list.`);
}

/** A field that can be changed: system fields and compound ones stay as they are. */
function existing(name: unknown, object: ObjectDefinition): FieldDefinition {
  const field = typeof name === 'string' ? findField(object, name) : undefined;
  const isSystem = ['id', 'created', 'modified', 'stamp'].includes(field?.make.kind ?? 'id');
  if (field !== undefined && !isSystem && !isCompound(field) && field.name !== 'IsDeleted') return field;
  throw new ControlError(`${object.name} has no field '${name}' that can be changed.`);
}

function parseNewField(input: unknown, object: ObjectDefinition): FieldDefinition {
  const body = readField(input);
  const { name } = body;
  if (typeof name !== 'string' || !/^[A-Za-z]\w{0,39}$/.test(name))
    throw new ControlError("A field's 'name' must be letters, digits and _, 40 at most.");
  if (findField(object, name) !== undefined)
    throw new ControlError(`${object.name} has a field '${name}' already.`);
  return fieldOf(body, name);
}

function parseRetyped(input: unknown, object: ObjectDefinition): FieldDefinition {
  const body = readField(input);
  const before = existing(body.name, object);
  const field = fieldOf({ label: before.label, ...body }, before.name);
  const keepsValues =
    alikeTypes.some((types) => types.has(before.type) && types.has(field.type)) ||
    (anyText.has(before.type) && anyText.has(field.type));
  return keepsValues ? { ...field, nulls: before.nulls ?? 0, make: before.make } : field;
}

function readField(input: unknown): Body {
  const options = [
    'name',
    'type',
    'label',
    'length',
    'precision',
    'scale',
    'values',
    'referenceTo',
    'formula',
    'filled',
  ];
  return readBody(input, options);
}

function fieldOf(body: Body, name: string): FieldDefinition {
  const {
    type,
    label = name,
    values = DEFAULT_VALUES,
    referenceTo = 'Account',
    formula,
    filled = true,
  } = body;
  const known = isNewType(type) ? newFields[type] : undefined;
  if (!isNewType(type) || known === undefined)
    throw new ControlError(`A field's 'type' must be one of ${Object.keys(newFields).join(', ')}.`);
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string') || values.length === 0)
    throw new ControlError("A field's 'values' must be a list of texts.");
  if (typeof label !== 'string' || typeof referenceTo !== 'string')
    throw new ControlError("A field's 'label' and 'referenceTo' must be text.");
  if (formula !== undefined && typeof formula !== 'string')
    throw new ControlError("A field's 'formula' must be text.");
  if (typeof filled !== 'boolean') throw new ControlError("A field's 'filled' must be true or false.");
  const isReference = type === 'reference';
  return {
    name,
    label,
    type,
    ...(known.length === undefined
      ? {}
      : { length: wholeNumber(body, 'length', known.length, 1, MOST_LENGTH) }),
    ...(known.precision === undefined
      ? {}
      : { precision: wholeNumber(body, 'precision', known.precision, 1, 18) }),
    ...(known.scale === undefined ? {} : { scale: wholeNumber(body, 'scale', known.scale, 0, 17) }),
    ...(['picklist', 'multipicklist', 'combobox'].includes(type) ? { values } : {}),
    ...(isReference ? { referenceTo: [referenceTo], relationshipName: name.replace(/(?:__c|Id)$/, '') } : {}),
    ...(type === 'textarea' ? { area: 'long' as const } : {}),
    ...(formula === undefined ? {} : { formula }),
    ...(type === 'boolean' ? {} : { nulls: filled ? NULLS : 1 }),
    make: isReference ? { kind: 'reference', to: referenceTo } : known.make,
  };
}

function isNewType(type: unknown): type is FieldType {
  return typeof type === 'string' && Object.hasOwn(newFields, type);
}
