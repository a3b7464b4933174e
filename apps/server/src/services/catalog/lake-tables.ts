import {
  currentDataFiles,
  currentSchema,
  type DataFile,
  type FileIO,
  FileNotFoundError,
  IcebergFormatError,
  type IcebergSchema,
  readTable,
  type TableFigures,
  tableFigures,
} from '@tributary/lake';

/** Which columns of a table hold anything. */
export interface ObservedColumns {
  readonly schema: IcebergSchema;
  /** Whether a leaf column, by field id, holds a value in some row. */
  isObserved(fieldId: number): boolean;
}

/**
 * What the Catalog tells of tables, read from their metadata. Undefined for a table that is gone meanwhile, and where
 * another engine has written what is not understood here: a dataset is shown all the same.
 */
export interface LakeTables {
  figures(metadataLocation: string): Promise<TableFigures | undefined>;
  observedColumns(metadataLocation: string): Promise<ObservedColumns | undefined>;
}

/** Answers that are kept. A metadata file never changes, so that they stay right. */
const MAX_KEPT = 1_000;

export function lakeTables(io: FileIO): LakeTables {
  return {
    figures: keeping(async (location) => tableFigures((await readTable(io, location)).metadata)),
    observedColumns: keeping((location) => observe(io, location)),
  };
}

/** The function with its last answers kept by what they were asked for. */
function keeping<T>(read: (location: string) => Promise<T>): (location: string) => Promise<T | undefined> {
  const kept = new Map<string, T>();
  return async (location) => {
    const known = kept.get(location);
    if (known !== undefined) return known;
    try {
      const answer = await read(location);
      const [oldest] = kept.keys();
      if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(location, answer);
      return answer;
    } catch (error) {
      if (error instanceof FileNotFoundError || error instanceof IcebergFormatError) return undefined;
      throw error;
    }
  };
}

/** One manifest is in memory at a time; of all files together only the ids of columns are kept. */
async function observe(io: FileIO, location: string): Promise<ObservedColumns> {
  const table = await readTable(io, location);
  const observed = new Set<number>();
  let hasSilentFiles = false;
  for await (const file of currentDataFiles(io, table)) {
    if (file.recordCount === 0) continue;
    const known = file.columnSizes ?? file.valueCounts ?? new Map();
    if (known.size === 0) hasSilentFiles = true;
    for (const fieldId of known.keys()) if (holdsValues(file, fieldId)) observed.add(fieldId);
  }
  return {
    schema: currentSchema(table.metadata),
    // A file that tells of no column may hold any.
    isObserved: (fieldId) => hasSilentFiles || observed.has(fieldId),
  };
}

/** Columns below a list or map have no counts; one that was written at all counts as holding values. */
function holdsValues({ valueCounts, nullValueCounts }: DataFile, fieldId: number): boolean {
  const [values, nulls] = [valueCounts?.get(fieldId), nullValueCounts?.get(fieldId)];
  return values === undefined || nulls === undefined || nulls < values;
}
