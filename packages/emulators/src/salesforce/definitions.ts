import type { GeneratedField, GeneratedObject, IdScheme, StampFields } from '../rows/field.ts';
import type { Snapshot } from '../rows/table.ts';
import { idsOf, indexOfId } from './ids.ts';
import account from './objects/Account.json' with { type: 'json' };
import attachment from './objects/Attachment.json' with { type: 'json' };
import campaign from './objects/Campaign.json' with { type: 'json' };
import kase from './objects/Case.json' with { type: 'json' };
import contact from './objects/Contact.json' with { type: 'json' };
import contactHistory from './objects/ContactHistory.json' with { type: 'json' };
import lead from './objects/Lead.json' with { type: 'json' };
import opportunity from './objects/Opportunity.json' with { type: 'json' };
import systemFields from './objects/system-fields.json' with { type: 'json' };
import task from './objects/Task.json' with { type: 'json' };
import taskStatus from './objects/TaskStatus.json' with { type: 'json' };
import user from './objects/User.json' with { type: 'json' };
import venue from './objects/Venue__c.json' with { type: 'json' };

/** Field types as `describe` names them (Object Reference, Field Types). */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'picklist'
  | 'multipicklist'
  | 'reference'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'combobox'
  | 'encryptedstring'
  | 'anyType'
  | 'base64'
  | 'location'
  | 'address';

export interface FieldDefinition extends GeneratedField {
  readonly label: string;
  readonly type: FieldType;
  readonly length?: number;
  readonly precision?: number;
  readonly values?: readonly string[];
  readonly referenceTo?: readonly string[];
  readonly relationshipName?: string;
  /** The compound field this one is a part of. */
  readonly compound?: string;
  /** False where a value is always there although `nulls` is absent too. */
  readonly nillable?: boolean;
  readonly filterable?: boolean;
  /** The text of a formula: the platform computes the field, and a new value moves no stamp. */
  readonly formula?: string;
  readonly deprecatedAndHidden?: boolean;
  /** Of a text area: `long` has more than 255 characters, `rich` holds HTML. Neither can be filtered. */
  readonly area?: 'long' | 'rich';
}

export interface ObjectDefinition extends GeneratedObject<FieldDefinition> {
  readonly label: string;
  readonly labelPlural: string;
  /** The three characters every record id of this object begins with. */
  readonly keyPrefix: string;
  /** False where the bulk API cannot query it. */
  readonly bulk?: boolean;
  /** False where rows never change, so that they tell of their creation alone. */
  readonly stamped?: boolean;
}

/** The rows of one object at one moment. */
export type OrgSnapshot = Snapshot<ObjectDefinition>;

// JSON modules widen literals to `string`; definitions.test.ts checks every definition against these types' rules.
const withoutSystemFields = [
  account,
  attachment,
  campaign,
  kase,
  contact,
  contactHistory,
  lead,
  opportunity,
  task,
  taskStatus,
  user,
  venue,
] as readonly unknown[];
const ownDefinitions = withoutSystemFields as readonly ObjectDefinition[];
const system = systemFields as unknown as Record<'first' | 'created' | 'changed', readonly FieldDefinition[]>;

/** Every object the emulator knows, with the fields that it has to begin with, in the order of describeGlobal. */
export const objectDefinitions: readonly ObjectDefinition[] = ownDefinitions.map((object) => ({
  ...object,
  fields: [
    ...system.first,
    ...object.fields,
    ...system.created,
    ...(object.stamped === false ? [] : system.changed),
  ],
}));

const byLowerCaseName = new Map(objectDefinitions.map((object) => [object.name.toLowerCase(), object]));

/** An object as it was generated. Object names are not case sensitive (SOQL and SOSL Reference). */
export function findObject(name: string): ObjectDefinition | undefined {
  return byLowerCaseName.get(name.toLowerCase());
}

const fieldsOf = new WeakMap<ObjectDefinition, ReadonlyMap<string, FieldDefinition>>();

/** Field names are not case sensitive. */
export function findField(object: ObjectDefinition, name: string): FieldDefinition | undefined {
  let fields = fieldsOf.get(object);
  if (fields === undefined) {
    fields = new Map(object.fields.map((field) => [field.name.toLowerCase(), field]));
    fieldsOf.set(object, fields);
  }
  return fields.get(name.toLowerCase());
}

/** Compound fields are read as their parts; only REST returns them whole. */
export function isCompound(field: FieldDefinition): boolean {
  return field.type === 'address' || field.type === 'location';
}

const unfilterableTypes: ReadonlySet<string> = new Set([
  'address',
  'location',
  'base64',
  'encryptedstring',
  'anyType',
]);

/** Whether conditions may name a field. */
export function isFilterable(field: FieldDefinition): boolean {
  return field.filterable !== false && field.area === undefined && !unfilterableTypes.has(field.type);
}

/** The fields a compound field consists of. */
export function partsOf(object: ObjectDefinition, compound: FieldDefinition): readonly FieldDefinition[] {
  return object.fields.filter((field) => field.compound === compound.name);
}

/** Every field that has a value of its own or is text, which is all but the compound ones. */
export function plainFields(object: ObjectDefinition): readonly FieldDefinition[] {
  return object.fields.filter((field) => !isCompound(field));
}

export const stampFields: StampFields = {
  created: ['CreatedDate'],
  changed: ['LastModifiedDate', 'SystemModstamp'],
  deleted: 'IsDeleted',
};

export const recordIds: IdScheme = {
  idsOf: (object) => idsOf(findObject(object)?.keyPrefix ?? ''),
  indexOf: (object, id) => indexOfId(findObject(object)?.keyPrefix ?? '', id),
};
