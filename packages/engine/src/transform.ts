import type { MappingPlan } from '@tributary/data-prep';
import type { SourceColumn, XdmNode } from '@tributary/xdm';
import type { LiveFile } from './live-files.ts';

/**
 * A file of source rows, kept as the source sent it. `columns` of a CSV are read by name from its header. Every record of
 * a CSV ends in a line end, the last one too: without it the file is taken for cut off.
 */
export interface StagedFile {
  readonly path: string;
  readonly format: StagedFileFormat;
  /** What people know the file by, in messages and diagnostics; its path where left out. */
  readonly name?: string;
}

export type StagedFileFormat =
  | { readonly kind: 'csv' }
  | JsonPageFormat
  | DelimitedFormat
  /** One JSON object a line. */
  | { readonly kind: 'json-lines' }
  /** One JSON document: an array of objects, or one object. */
  | { readonly kind: 'json-array' }
  | { readonly kind: 'parquet' };

/** UTF-8. Without a header columns are named `column_1`, `column_2`, …. */
export interface DelimitedFormat {
  readonly kind: 'delimited';
  /** One character. */
  readonly delimiter: string;
  /** One character; empty where no field is quoted. */
  readonly quote: string;
  /** What stands before a quote within a quoted field; the quote itself where it is doubled. */
  readonly escape: string;
  readonly hasHeader: boolean;
  /** The text that means null, unquoted; a quoted one means itself. */
  readonly nullText: string;
}

/** Rows are the objects in an array of one JSON document. */
export interface JsonPageFormat {
  readonly kind: 'json-page';
  /** The member of the document that holds the array. */
  readonly rowsAt: string;
  /** Members that hold columns of another name, by the column's name. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly deletions?: DeletedRows;
}

/** Which objects of a page tell of rows that are gone, rather than hold rows. */
export interface DeletedRows {
  /** The boolean column that is true of them, and false of all others. */
  readonly column: string;
  /** They are those whose member of this name is a text that ends so. */
  readonly marker: { readonly member: string; readonly ending: string };
  /** The member that holds the key, and the key's column. */
  readonly key: { readonly member: string; readonly column: string };
}

/** A column of the table to write: the schema's node with the Iceberg field ids that belong to the dataset. */
export interface TargetField {
  readonly name: string;
  readonly id: number;
  readonly type: TargetFieldType;
}

export type TargetFieldType =
  | { readonly kind: 'scalar'; readonly icebergType: string }
  | { readonly kind: 'struct'; readonly fields: readonly TargetField[] }
  | { readonly kind: 'list'; readonly elementId: number; readonly element: TargetFieldType }
  | {
      readonly kind: 'map';
      readonly keyId: number;
      readonly valueId: number;
      readonly value: TargetFieldType;
    };

/** A field that an identity descriptor names. */
export interface IdentityField {
  /** Path in the target schema, in registry names. */
  readonly path: readonly string[];
  /** A row without its primary identity does not land. */
  readonly isPrimary: boolean;
}

/**
 * Rows are told apart by a key, so that of each key one version lands: that which is newest in the version column, and of
 * equal ones that of the later staged file and the later row. A row in whose key something is missing fails.
 */
export interface KeyedRows {
  /** Paths, in registry names, of the scalar fields that the key is made of; the plan fills each. */
  readonly key: readonly (readonly string[])[];
  /** Left out where the order of the staged files alone tells versions apart. */
  readonly versionColumn?: string;
  /** The boolean column that is true of rows that tell that their key is gone. Those land nothing. */
  readonly deletionColumn?: string;
  /**
   * The table's data files, where rows are to be compared with them: a row that stands there just so, and alone with its
   * key, is left as it is.
   */
  readonly table?: readonly LiveFile[];
  /** Folder for files that the commit needs and nobody after it, absolute; exists. */
  readonly directory: string;
}

/** The keys that came, one row each, for `Engine.positionDeletes`. */
export interface KeysFile {
  readonly path: string;
  /** False where some rows could not be read as far as their key: a key that is not in the file may have come all the same. */
  readonly isComplete: boolean;
}

export interface TransformRequest {
  readonly staged: readonly StagedFile[];
  /**
   * Rows of the previous run's unsettled tail. A staged row that stands there with the same key, delta value and
   * content has landed already and is skipped. Empty for a first run.
   */
  readonly landed: readonly StagedFile[];
  /** Names of the columns that the landed files were read with; only these are compared. Undefined: all of `columns`. */
  readonly landedColumns?: readonly string[];
  /** All columns of the staged files, with their source types. */
  readonly columns: readonly SourceColumn[];
  readonly plan: MappingPlan;
  /** The root object of the resolved target schema: required fields and constraints are checked against it. */
  readonly target: XdmNode;
  readonly fields: readonly TargetField[];
  /** Target fields that identify a row's subject; empty or left out where the schema names none. */
  readonly identities?: readonly IdentityField[];
  /** Left out: every row lands, whatever else lands. */
  readonly keyed?: KeyedRows;
  /** Folder for Parquet files, absolute; exists. */
  readonly dataDirectory: string;
  /** Folder for diagnostics, absolute; exists. */
  readonly diagnosticsDirectory: string;
  /** What `now()` answers, the same for every row of the run. */
  readonly now: Date;
}

/** Figures of one leaf column in one data file, keyed by Iceberg field id. Bounds are DuckDB's text form. */
export interface ColumnFigures {
  readonly fieldId: number;
  readonly icebergType: string;
  readonly sizeBytes: number;
  readonly valueCount: number;
  readonly nullCount: number;
  readonly min: string | undefined;
  readonly max: string | undefined;
}

export interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly ColumnFigures[];
}

/** Rows that did not land, by code and column. */
export interface RowErrorCount {
  readonly code: string;
  readonly column: string;
  readonly message: string;
  readonly rows: number;
}

/**
 * Each row of the staged files is counted once: `inputRows` is the sum of `skippedRows`, `outputRows`, `failedRows`,
 * `deletedRows`, `supersededRows` and `unchangedRows`. The last three are of rows that are told apart by a key.
 */
export interface TransformResult {
  readonly inputRows: number;
  /** Rows that had landed before. */
  readonly skippedRows: number;
  readonly outputRows: number;
  /** Rows that told that their key is gone. */
  readonly deletedRows: number;
  /** Rows of which a newer version is staged. */
  readonly supersededRows: number;
  /** Rows that stand in the table as they are. */
  readonly unchangedRows: number;
  /** Rows with errors, and records that could not be read at all. */
  readonly failedRows: number;
  readonly files: readonly WrittenFile[];
  /** Of rows that are told apart by a key. */
  readonly keys?: KeysFile;
  /** JSON-lines files in `diagnosticsDirectory`; empty when nothing failed. */
  readonly diagnosticsFiles: readonly string[];
  readonly errors: readonly RowErrorCount[];
}
