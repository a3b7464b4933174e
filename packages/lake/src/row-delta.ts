import type { DataFile } from './data-file.ts';
import type { FileIO } from './file-io.ts';
import { type StagedSnapshot, stageSnapshot } from './stage-snapshot.ts';
import type { Table } from './table.ts';
import { checkRequirements, type TableRequirement } from './table-update.ts';

/** Rows that come and rows that go, in one snapshot. */
export interface RowDelta {
  /** New data files. */
  readonly dataFiles?: readonly DataFile[];
  /** New files of position deletes (see `positionDeleteFile`), for rows of data files that are live in the table. */
  readonly deleteFiles?: readonly DataFile[];
  /** Locations of live data files none of whose rows is left. Delete files that refer to one of them alone go with it. */
  readonly removedDataFiles?: readonly string[];
  /** What the snapshot's summary says beside the counts, such as the run that made it. */
  readonly summary?: Readonly<Record<string, string>>;
  readonly requirements?: readonly TableRequirement[];
  readonly now: Date;
}

/**
 * Writes all that a snapshot with some more data files and position deletes needs: their manifests, a manifest list that
 * carries the earlier manifests forward, and the next table metadata. Touches nothing that exists, so the caller can swap
 * the table's pointer to `metadataLocation` in a transaction, or `discardStaged`.
 *
 * If the pointer has moved meanwhile: new data files hold on any state of the table (spec, "Commit Conflict Resolution
 * and Retry") and may be staged again as they are. Deletes name rows of the state that they were made from, so that on a
 * newer one they must be made anew.
 *
 * Every new file is made durable first and must have the size it is said to have. Throws `RequirementError` where the
 * table does not meet a requirement or has not a file that is to be removed, and `IcebergFormatError` where it is
 * partitioned; what was written by then is removed.
 */
export async function stageRowDelta(io: FileIO, table: Table, delta: RowDelta): Promise<StagedSnapshot> {
  checkRequirements(table.metadata, delta.requirements ?? []);
  return stageSnapshot(io, table, {
    dataFiles: delta.dataFiles ?? [],
    deleteFiles: delta.deleteFiles ?? [],
    removedDataFiles: new Set(delta.removedDataFiles),
    removedDeleteFiles: new Set(),
    isReplacement: false,
    summary: delta.summary ?? {},
    now: delta.now,
  });
}
