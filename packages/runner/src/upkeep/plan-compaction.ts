import type { DataFile, FileScanTask } from '@tributary/lake';

/*
 * Which data files are worth writing anew. Small ones are packed into larger ones; files of the right size are left alone, so
 * that a table of one large file and many small ones costs no more than the small ones. What was packed is packed again only
 * with others of its kind: each row is written anew a few times in its life, not with every run.
 */

export interface CompactionLimits {
  /** The size that files are wished to have, in bytes. */
  readonly targetBytes: number;
  /** Larger files are not touched. */
  readonly mostBytes: number;
}

/** Below this share of the wished size a file is small. */
const SMALL = 0.75;
/** So many small files are worth packing, however little they hold. */
const MIN_FILES = 5;
/** Files of one pack differ in size by no more than this, unless the smaller ones together weigh as much as the next one. */
const ALIKE = 4;
/** With so many delete files, or so large a share of rows deleted by its own, a file is written anew without them. */
const MOST_DELETE_FILES = 10;
const MOST_DELETED = 0.3;

/** The files that may be worth writing anew, without what is known of their columns. */
export function compactionCandidate(
  { dataFile, deleteFiles }: FileScanTask,
  limits: CompactionLimits,
): FileScanTask | undefined {
  const task = { dataFile: bare(dataFile), deleteFiles: deleteFiles.map(bare) };
  return dataFile.fileSizeInBytes <= limits.mostBytes && (isSmall(task, limits) || isHeavy(task))
    ? task
    : undefined;
}

/** Candidates in groups, each of which is to be written anew by itself; the smallest files first. */
export function planCompaction(
  candidates: readonly FileScanTask[],
  limits: CompactionLimits,
): readonly (readonly FileScanTask[])[] {
  const small = candidates.filter((task) => isSmall(task, limits));
  const packs = packed(
    small.toSorted((one, other) => bytesOf([one]) - bytesOf([other])),
    limits,
  );
  const worth = packs.filter(
    (pack) => pack.length >= MIN_FILES || (pack.length > 1 && bytesOf(pack) >= SMALL * limits.targetBytes),
  );
  const taken = new Set(worth.flat());
  const heavy = candidates.filter((task) => isHeavy(task) && !taken.has(task));
  return [...worth, ...heavy.map((task) => [task])];
}

export function bytesOf(tasks: readonly FileScanTask[]): number {
  return tasks.reduce((sum, { dataFile }) => sum + dataFile.fileSizeInBytes, 0);
}

/** Files by size, in packs of no more than the wished one. */
function packed(
  tasks: readonly FileScanTask[],
  { targetBytes }: CompactionLimits,
): readonly FileScanTask[][] {
  const packs: FileScanTask[][] = [];
  for (const task of tasks) {
    const open = packs.at(-1);
    const bytes = bytesOf([task]);
    const fits =
      open !== undefined &&
      bytesOf(open) + bytes <= targetBytes &&
      bytes <= Math.max(bytesOf(open), ALIKE * bytesOf(open.slice(-1)));
    if (fits) open.push(task);
    else packs.push([task]);
  }
  return packs;
}

function isSmall(task: FileScanTask, { targetBytes }: CompactionLimits): boolean {
  return bytesOf([task]) < SMALL * targetBytes;
}

function isHeavy({ dataFile, deleteFiles }: FileScanTask): boolean {
  const own = deleteFiles.filter(({ referencedDataFile }) => referencedDataFile === dataFile.filePath);
  const deleted = own.reduce((rows, { recordCount }) => rows + recordCount, 0);
  return (
    deleteFiles.length >= MOST_DELETE_FILES || (deleted > 0 && deleted >= MOST_DELETED * dataFile.recordCount)
  );
}

/** Tables of many files and columns have more figures than fit into memory. */
function bare({
  content,
  filePath,
  fileFormat,
  recordCount,
  fileSizeInBytes,
  referencedDataFile,
}: DataFile): DataFile {
  return { content, filePath, fileFormat, recordCount, fileSizeInBytes, referencedDataFile };
}
