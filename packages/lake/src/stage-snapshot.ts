import type { DataFile } from './data-file.ts';
import { IcebergFormatError } from './fields.ts';
import type { FileIO } from './file-io.ts';
import type { ManifestContext } from './manifest.ts';
import { type SnapshotChange, writeSnapshot } from './snapshot-writer.ts';
import type { SnapshotId } from './snapshots.ts';
import { type StagedCommit, StagedFiles } from './staged-files.ts';
import { nextMetadataLocation, type Table, writeTableMetadata } from './table.ts';
import { currentSchema, defaultPartitionSpec, MAIN_BRANCH, type TableMetadata } from './table-metadata.ts';
import { updateTable } from './table-update.ts';

export interface StagedSnapshot extends StagedCommit {
  readonly snapshotId: SnapshotId;
}

/**
 * Writes the manifests and the manifest list of a snapshot and the table metadata in which it is the current one. New files
 * must lie where they are said to. What was written is removed where it throws.
 */
export async function stageSnapshot(
  io: FileIO,
  table: Table,
  change: SnapshotChange,
): Promise<StagedSnapshot> {
  const context = manifestContext(table.metadata);
  requireContent(change.dataFiles, 'data');
  requireContent(change.deleteFiles, 'position-deletes');
  await persistFiles(io, [...change.dataFiles, ...change.deleteFiles]);
  const staged = new StagedFiles(io);
  try {
    const snapshot = await writeSnapshot(io, staged, table.metadata, context, change);
    const snapshotId = snapshot['snapshot-id'];
    const metadata = updateTable(
      table.metadata,
      table.metadataLocation,
      [
        { action: 'add-snapshot', snapshot },
        { action: 'set-snapshot-ref', 'ref-name': MAIN_BRANCH, type: 'branch', 'snapshot-id': snapshotId },
      ],
      change.now,
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
