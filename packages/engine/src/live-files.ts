/** A data file of a table, and the files of position deletes that take rows from it. */
export interface LiveFile {
  /** Absolute. */
  readonly path: string;
  /** What the table's manifests and its position deletes call it; needed where there are deletes. */
  readonly location?: string;
  /** Paths of Parquet files with the columns `file_path` and `pos`; they may speak of other data files too. */
  readonly deleteFiles?: readonly string[];
  /** Whether one of those does, so that it would outlive this file. */
  readonly sharesDeletes?: boolean;
}

/** All paths that must be read to have the rows of some files, each once. */
export function pathsOf(files: readonly LiveFile[]): readonly string[] {
  return [...new Set(files.flatMap(({ path, deleteFiles = [] }) => [path, ...deleteFiles]))];
}
