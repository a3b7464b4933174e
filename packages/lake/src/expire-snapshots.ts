import type { FileIO } from './file-io.ts';
import { filesOfOnly } from './reachable-files.ts';
import { expiredAt, type RetentionDefaults } from './snapshot-retention.ts';
import type { SnapshotId } from './snapshots.ts';
import { type StagedCommit, StagedFiles } from './staged-files.ts';
import { nextMetadataLocation, type Table, writeTableMetadata } from './table.ts';
import { type TableUpdate, updateTable } from './table-update.ts';

export interface SnapshotExpiry extends RetentionDefaults {
  /** Snapshots that go at most, the oldest first; what is left goes the next time. */
  readonly most?: number;
  readonly now: Date;
}

export interface ExpiredSnapshots extends StagedCommit {
  readonly expired: readonly SnapshotId[];
  /**
   * Files that no snapshot of the table names any more. They are to be removed once the pointer has moved, and not before
   * whoever reads one of the snapshots that went can have ended.
   */
  readonly unreachable: readonly string[];
}

/**
 * Writes table metadata without the snapshots that have expired; undefined where none has. The table's own properties
 * `history.expire.max-snapshot-age-ms`, `history.expire.min-snapshots-to-keep` and `history.expire.max-ref-age-ms`, and what its
 * references say of themselves, go before the given limits (spec, "Snapshot Retention Policy"). The current snapshot stays
 * always.
 */
export async function expireSnapshots(
  io: FileIO,
  table: Table,
  { most = Number.POSITIVE_INFINITY, now, ...defaults }: SnapshotExpiry,
): Promise<ExpiredSnapshots | undefined> {
  const { metadata, metadataLocation } = table;
  const { snapshotIds, refs } = expiredAt(metadata, defaults, now);
  const expired = snapshotIds.slice(0, most);
  if (expired.length === 0 && refs.length === 0) return undefined;
  const updates: readonly TableUpdate[] = [
    ...refs.map((name) => ({ action: 'remove-snapshot-ref', 'ref-name': name }) as const),
    { action: 'remove-snapshots', 'snapshot-ids': expired },
  ];
  const left = updateTable(metadata, metadataLocation, updates, now);
  const isGone = new Set(expired);
  const gone = metadata.snapshots.filter((snapshot) => isGone.has(snapshot['snapshot-id']));
  const unreachable = await filesOfOnly(io, gone, left.snapshots);
  const staged = new StagedFiles(io);
  const location = nextMetadataLocation(table);
  await writeTableMetadata(staged, left, location);
  return { metadata: left, metadataLocation: location, written: staged.written, expired, unreachable };
}
