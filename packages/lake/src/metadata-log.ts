import type { FileIO } from './file-io.ts';
import type { Table } from './table.ts';
import type { MetadataLogEntry, TableMetadata } from './table-metadata.ts';

/**
 * How many former metadata files the log remembers where the table does not say so itself; Iceberg's default.
 */
const LOG_LENGTH = 100;
const LOG_LENGTH_PROPERTY = 'write.metadata.previous-versions-max';
const REMOVE_PROPERTY = 'write.metadata.delete-after-commit.enabled';

/** The log of former metadata files, with the one that is current now; the oldest leave it. */
export function nextMetadataLog(
  metadata: TableMetadata,
  metadataLocation: string,
): readonly MetadataLogEntry[] {
  const former = { 'timestamp-ms': metadata['last-updated-ms'], 'metadata-file': metadataLocation };
  return [...metadata['metadata-log'], former].slice(-logLength(metadata));
}

function logLength(metadata: TableMetadata): number {
  const length = Number(metadata.properties[LOG_LENGTH_PROPERTY]);
  return Number.isSafeInteger(length) && length > 0 ? length : LOG_LENGTH;
}

/**
 * Removes the metadata files that a commit has dropped from the log, on tables that ask for it by
 * `write.metadata.delete-after-commit.enabled`. Call it after the commit; best effort. Each metadata file
 * names every snapshot, so without this the files of a table that commits often grow with the square of its
 * commits.
 */
export async function removeOldMetadata(io: FileIO, before: Table, after: Table): Promise<void> {
  if (after.metadata.properties[REMOVE_PROPERTY] !== 'true') return;
  const kept = new Set([after.metadataLocation, ...locations(after)]);
  const dropped = [...locations(before), before.metadataLocation].filter((location) => !kept.has(location));
  await Promise.allSettled(dropped.map((location) => io.remove(location)));
}

function locations(table: Table): readonly string[] {
  return table.metadata['metadata-log'].map((entry) => entry['metadata-file']);
}
