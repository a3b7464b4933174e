import account from './objects/Account.json' with { type: 'json' };
import campaign from './objects/Campaign.json' with { type: 'json' };
import kase from './objects/Case.json' with { type: 'json' };
import contact from './objects/Contact.json' with { type: 'json' };
import lead from './objects/Lead.json' with { type: 'json' };
import opportunity from './objects/Opportunity.json' with { type: 'json' };
import systemFields from './objects/system-fields.json' with { type: 'json' };
import user from './objects/User.json' with { type: 'json' };

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
  | 'address';

/** How a field's value comes about; see `generate/columns.ts`. */
export type Make =
  | { readonly kind: 'id' | 'created' | 'modified' | 'stamp' | 'since' }
  | { readonly kind: 'name' | 'notes' | 'phone' | 'picklist' | 'multipicklist' | 'time' }
  | { readonly kind: 'address'; readonly slot: string }
  | { readonly kind: 'boolean'; readonly chance: number }
  | { readonly kind: 'company'; readonly part: 'name' | 'website' }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'date'; readonly from: string; readonly to: string }
  | {
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      readonly skew?: number;
      readonly scale?: number;
    }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'person'; readonly part: 'given' | 'family' | 'email' }
  | { readonly kind: 'place'; readonly part: PlacePart; readonly slot: string }
  | { readonly kind: 'reference'; readonly to: string }
  | { readonly kind: 'sequence'; readonly digits: number; readonly start: number }
  | { readonly kind: 'word' | 'deal'; readonly list: string };

export type PlacePart = 'street' | 'city' | 'state' | 'postalCode' | 'country';

export interface FieldDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly values?: readonly string[];
  readonly referenceTo?: readonly string[];
  readonly relationshipName?: string;
  /** The compound field this one is a part of. */
  readonly compound?: string;
  /** False where a value is always there although `nulls` is absent too. */
  readonly nillable?: boolean;
  readonly filterable?: boolean;
  /** Share of rows without a value, 0 to 1. */
  readonly nulls?: number;
  /** Another field that is null in the same rows. */
  readonly nullsWith?: string;
  readonly make: Make;
}

export interface ObjectDefinition {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  /** The three characters every record id of this object begins with. */
  readonly keyPrefix: string;
  /** Groups of fields that an update changes together, so that an address stays one address. */
  readonly changes: readonly (readonly string[])[];
  readonly fields: readonly FieldDefinition[];
}

// JSON modules widen literals to `string`; definitions.test.ts checks every definition against these types' rules.
const withoutSystemFields = [account, campaign, kase, contact, lead, opportunity, user] as readonly unknown[];
const ownDefinitions = withoutSystemFields as readonly ObjectDefinition[];
const system = systemFields as unknown as Record<'first' | 'last', readonly FieldDefinition[]>;

/** Every object the emulator knows, in the order of describeGlobal. */
export const objectDefinitions: readonly ObjectDefinition[] = ownDefinitions.map((object) => ({
  ...object,
  fields: [...system.first, ...object.fields, ...system.last],
}));

const byLowerCaseName = new Map(objectDefinitions.map((object) => [object.name.toLowerCase(), object]));

/** Object names are not case sensitive (SOQL and SOSL Reference). */
export function findObject(name: string): ObjectDefinition | undefined {
  return byLowerCaseName.get(name.toLowerCase());
}

const fieldsByLowerCaseName = new Map(
  objectDefinitions.map((object) => [
    object.name,
    new Map(object.fields.map((field) => [field.name.toLowerCase(), field])),
  ]),
);

/** Field names are not case sensitive. */
export function findField(object: ObjectDefinition, name: string): FieldDefinition | undefined {
  return fieldsByLowerCaseName.get(object.name)?.get(name.toLowerCase());
}

/** Compound fields are read as their parts; only REST returns them whole. */
export function isCompound(field: FieldDefinition): boolean {
  return field.type === 'address';
}
