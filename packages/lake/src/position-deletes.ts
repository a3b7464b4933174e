import type { DataFile } from './data-file.ts';

/**
 * The columns of a position delete file, with the field ids that are reserved for them (spec, "Position Delete Files" and
 * "Reserved Field IDs"). Rows are sorted by both.
 */
export const POSITION_DELETE_FIELDS = {
  filePath: { name: 'file_path', id: 2147483546 },
  pos: { name: 'pos', id: 2147483545 },
} as const;

export interface WrittenPositionDeletes {
  readonly location: string;
  readonly rows: number;
  readonly bytes: number;
  /** Locations of the first and the last data file of which it deletes rows, by the order of their UTF-8. */
  readonly firstDataFile: string;
  readonly lastDataFile: string;
}

/**
 * The delete file that a manifest lists. The bounds of `file_path` are whole: readers compare a data file's location with
 * them, and one that refers to a single data file says so.
 */
export function positionDeleteFile({
  location,
  rows,
  bytes,
  firstDataFile,
  lastDataFile,
}: WrittenPositionDeletes): DataFile {
  const { filePath, pos } = POSITION_DELETE_FIELDS;
  const none = new Map([
    [filePath.id, 0],
    [pos.id, 0],
  ]);
  return {
    content: 'position-deletes',
    filePath: location,
    fileFormat: 'PARQUET',
    recordCount: rows,
    fileSizeInBytes: bytes,
    valueCounts: new Map([
      [filePath.id, rows],
      [pos.id, rows],
    ]),
    nullValueCounts: none,
    lowerBounds: new Map([[filePath.id, Buffer.from(firstDataFile, 'utf8')]]),
    upperBounds: new Map([[filePath.id, Buffer.from(lastDataFile, 'utf8')]]),
    ...(firstDataFile === lastDataFile && { referencedDataFile: firstDataFile }),
  };
}

/** Whether a position delete file may delete rows of a data file, as far as its manifest tells. */
export function mayDeleteFrom(deletes: DataFile, dataFile: DataFile): boolean {
  const { referencedDataFile, lowerBounds, upperBounds } = deletes;
  if (referencedDataFile !== undefined) return referencedDataFile === dataFile.filePath;
  const location = Buffer.from(dataFile.filePath, 'utf8');
  const { id } = POSITION_DELETE_FIELDS.filePath;
  const [lower, upper] = [lowerBounds?.get(id), upperBounds?.get(id)];
  // Other writers may cut bounds off: a lower one is then still lower, and an upper one was raised.
  return (
    (lower === undefined || location.compare(lower) >= 0) &&
    (upper === undefined || location.compare(upper) <= 0)
  );
}
