/** How a field's value comes about; see `columns.ts`. */
export type Make =
  | { readonly kind: 'id' | 'created' | 'modified' | 'stamp' | 'since' | 'version' }
  | {
      readonly kind:
        | 'name'
        | 'notes'
        | 'phone'
        | 'picklist'
        | 'multipicklist'
        | 'time'
        | 'any'
        | 'base64'
        | 'location';
    }
  | { readonly kind: 'address'; readonly slot: string }
  | { readonly kind: 'boolean'; readonly chance: number }
  | { readonly kind: 'company'; readonly part: 'name' | 'website' }
  | { readonly kind: 'constant'; readonly value: boolean | number }
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
  /** `also`: half of the references lead there. */
  | { readonly kind: 'reference'; readonly to: string; readonly also?: string }
  | { readonly kind: 'sequence'; readonly digits: number; readonly start: number }
  | { readonly kind: 'word' | 'deal'; readonly list: string };

export type PlacePart = 'street' | 'city' | 'state' | 'postalCode' | 'country';

/** What generating a field's values must know of it. */
export interface GeneratedField {
  readonly name: string;
  readonly scale?: number;
  /** What a picklist chooses from. */
  readonly values?: readonly (string | number)[];
  /** Share of rows without a value, 0 to 1. */
  readonly nulls?: number;
  /** Another field that is null in the same rows. */
  readonly nullsWith?: string;
  /** How often all values were drawn anew, as a formula's are when what it reads has changed. */
  readonly revision?: number;
  readonly make: Make;
}

/** What generating an object's rows must know of it. */
export interface GeneratedObject<F extends GeneratedField = GeneratedField> {
  readonly name: string;
  /** Groups of fields that an update changes together, so that an address stays one address. */
  readonly changes: readonly (readonly string[])[];
  readonly fields: readonly F[];
}

/** Which fields tell when a row was made and last changed. */
export interface StampFields {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  /** True in rows that were deleted. */
  readonly deleted?: string;
  /** Grows with every change of any row. */
  readonly version?: string;
}

/** How records are named: ids sort as the indexes of their rows do. */
export interface IdScheme {
  /** Compiles the ids of an object. */
  idsOf(object: string): (index: number) => string;
  /** The index behind an id; undefined where no row of that object can have it. */
  indexOf(object: string, id: string): number | undefined;
}
