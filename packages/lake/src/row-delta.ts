import type { DataFile } from './data-file.ts';
import { IcebergFormatError } from './fields.ts';
import type { FileIO } from './file-io.ts';
import type { ManifestContext } from './manifest.ts';
import { writeSnapshot } from './snapshot-writer.ts';
import type { SnapshotId } from './snapshots.ts';
import { type StagedCommit, StagedFiles } from './staged-files.ts';
import { nextMetadataLocation, type Table, writeTableMetadata } from './table.ts';
import { currentSchema, defaultPartitionSpec, MAIN_BRANCH, type TableMetadata } from './table-metadata.ts';
import { checkRequirements, type TableRequirement, updateTable } from './table-update.ts';

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

export interface StagedSnapshot extends StagedCommit {
  readonly snapshotId: SnapshotId;
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
  const { dataFiles = [], deleteFiles = [], removedDataFiles = [] } = delta;
  checkRequirements(table.metadata, delta.requirements ?? []);
  const context = manifestContext(table.metadata);
  requireContent(dataFiles, 'data');
  requireContent(deleteFiles, 'position-deletes');
  await persistFiles(io, [...dataFiles, ...deleteFiles]);
  const staged = new StagedFiles(io);
  try {
    const snapshot = await writeSnapshot(io, staged, table.metadata, context, {
      dataFiles,
      deleteFiles,
      removedDataFiles: new Set(removedDataFiles),
      summary: delta.summary ?? {},
      now: delta.now,
    });
    const snapshotId = snapshot['snapshot-id'];
    const metadata = updateTable(
      table.metadata,
      table.metadataLocation,
      [
        { action: 'add-snapshot', snapshot },
        { action: 'set-snapshot-ref', 'ref-name': MAIN_BRANCH, type: 'branch', 'snapshot-id': snapshotId },
      ],
      delta.now,
    );
    const metadataLocation = nextMetadataLocation(table);
    await writeTableMetadata(staged, metadata, metadataLocation);
    return { metadata, metadataLocation, snapshotId, written: staged.written };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

function manifestContext(metadata: TableMetadata): ManifestContext {
  const partitionSpec = defaultPartitionSpec(metadata);
  if (partitionSpec.fields.length > 0) {
    throw new IcebergFormatError(
      'default-spec-id',
      'names a partitioned spec: only unpartitioned tables are written',
    );
  }
  return { schema: currentSchema(metadata), partitionSpec };
}

function requireContent(files: readonly DataFile[], content: DataFile['content']): void {
  const other = files.find((file) => file.content !== content);
  if (other) throw new TypeError(`${other.filePath} holds ${other.content}, where ${content} belongs`);
}

async function persistFiles(io: FileIO, files: readonly DataFile[]): Promise<void> {
  const seen = new Set<string>();
  for (const { filePath, fileSizeInBytes } of files) {
    if (seen.has(filePath)) throw new TypeError(`the file ${filePath} is added twice`);
    seen.add(filePath);
    await io.sync(filePath);
    const stat = await io.stat(filePath);
    if (stat?.size !== fileSizeInBytes) {
      throw new TypeError(
        `the file ${filePath} has ${stat?.size ?? 'no'} bytes instead of ${fileSizeInBytes}`,
      );
    }
  }
}
