import type { DecimalDigits } from './exact-decimals.ts';

/** The scalar types of source columns, in the terms that source connections use (`columns[].type`, `xdm.type`). */
export type ColumnType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'long'
  | 'number'
  | 'decimal'
  | 'date'
  | 'date-time'
  | 'time';

/**
 * The type of a source column: a scalar, or what files and documents nest. `json` is a value whose structure is not
 * known or not the same in all rows.
 */
export type SourceType =
  | ColumnType
  | 'json'
  | { readonly kind: 'array'; readonly items: SourceType }
  | { readonly kind: 'object'; readonly fields: readonly SourceField[] }
  | { readonly kind: 'map'; readonly values: SourceType };

/** A member of a nested source column. */
export interface SourceField {
  readonly name: string;
  readonly type: SourceType;
}

/** One column of a source table, as a connector describes it and as mappings read it. */
export interface SourceColumn extends SourceField {
  /** The source's own name of the type (`meta.originalType`), for people. */
  readonly originalType?: string;
  /** Of decimals, the digits that the source holds them to; left out where it holds them to none. */
  readonly digits?: DecimalDigits;
  /** What stands between the values where one text of the column holds several, so that it may be read as an array of texts. */
  readonly separator?: string;
}
