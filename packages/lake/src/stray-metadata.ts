import type { FileIO } from './file-io.ts';
import { manifestsOf } from './reachable-files.ts';
import { metadataFolder, type Table } from './table.ts';

/** As they are named here; others may lay statistics and hints beside them. */
const NAMES = /(\.metadata\.json|\.avro)$/;

/**
 * Files in a table's metadata folder that the table does not name: a process has died between writing them and swapping the
 * pointer. Only those that were written before a time are told, since a commit under way has written some that nobody names yet.
 */
export async function strayMetadata(
  io: FileIO,
  { metadata, metadataLocation }: Table,
  writtenBefore: Date,
): Promise<readonly string[]> {
  // Listed first: what is committed meanwhile is younger than all that may go.
  const strays = new Set<string>();
  for await (const { location, modifiedAt } of io.list(metadataFolder(metadata)))
    if (modifiedAt < writtenBefore && NAMES.test(location)) strays.add(location);
  const { snapshots } = metadata;
  strays.delete(metadataLocation);
  for (const entry of metadata['metadata-log']) strays.delete(entry['metadata-file']);
  for (const snapshot of snapshots) strays.delete(snapshot['manifest-list']);
  if (strays.size === 0) return [];
  for (const manifest of (await manifestsOf(io, snapshots)).keys()) strays.delete(manifest);
  return [...strays];
}
