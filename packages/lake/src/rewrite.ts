import type { DataFile } from './data-file.ts';
import type { FileIO } from './file-io.ts';
import { readManifestList } from './manifest-list.ts';
import { type FileScanTask, liveDeletes, planScan } from './scan.ts';
import { type StagedSnapshot, stageSnapshot } from './stage-snapshot.ts';
import type { Table } from './table.ts';
import { currentSnapshot } from './table-metadata.ts';
import { RequirementError } from './table-update.ts';

/** Rows of a table in other files than before. */
export interface Rewrite {
  /** The data files that go, with the delete files that were applied when their rows were read. */
  readonly rewritten: readonly FileScanTask[];
  /** New data files, with all rows that were live in those. */
  readonly dataFiles: readonly DataFile[];
  readonly summary?: Readonly<Record<string, string>>;
  readonly now: Date;
}

/**
 * Stages a snapshot in which the rows of some data files lie in others (spec, "Snapshots": `replace`), as `stageRowDelta` does.
 * Delete files that no data file needs any more go as well.
 *
 * It holds on any state of the table in which the rewritten files are live with the same deletes: rows that were deleted since
 * would come back. Throws `RequirementError` where they are not; then the rewriting was in vain.
 *
 * The new files get the sequence number of this snapshot: deletes of positions name files, and none names these.
 */
export async function stageRewrite(
  io: FileIO,
  table: Table,
  { rewritten, dataFiles, summary = {}, now }: Rewrite,
): Promise<StagedSnapshot> {
  const readAs = new Map(rewritten.map((task) => [task.dataFile.filePath, deletesIn(task)]));
  const found = new Set<string>();
  const needed = new Set<string>();
  for await (const task of planScan(io, table)) {
    const { filePath } = task.dataFile;
    const deletes = readAs.get(filePath);
    if (deletes === undefined) {
      for (const location of deletesIn(task)) needed.add(location);
      continue;
    }
    found.add(filePath);
    if (deletes.symmetricDifference(deletesIn(task)).size > 0)
      throw new RequirementError(`rows of ${filePath} were deleted after it was read`);
  }
  for (const location of readAs.keys())
    if (!found.has(location)) throw new RequirementError(`the table has no data file ${location} any more`);
  const deletes = await liveDeletes(io, await readManifestList(io, currentSnapshot(table.metadata)));
  const locations = deletes.map(({ dataFile }) => dataFile.filePath);
  return stageSnapshot(io, table, {
    dataFiles,
    deleteFiles: [],
    removedDataFiles: found,
    removedDeleteFiles: new Set(locations.filter((location) => !needed.has(location))),
    isReplacement: true,
    summary,
    now,
  });
}

function deletesIn({ deleteFiles }: FileScanTask): ReadonlySet<string> {
  return new Set(deleteFiles.map(({ filePath }) => filePath));
}
