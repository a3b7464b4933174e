/** The type of a source column, in the terms that source connections use (`columns[].type`, `xdm.type`). */
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

/** One column of a source table, as a connector describes it and as mappings read it. */
export interface SourceColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** The source's own name of the type (`meta.originalType`), for people. */
  readonly originalType?: string;
}
