import type { DataFile } from './data-file.ts';
import type { FileIO } from './file-io.ts';
import { manifestEntries } from './manifest.ts';
import { readManifestList } from './manifest-list.ts';
import type { Table } from './table.ts';
import { currentSnapshot } from './table-metadata.ts';

/**
 * The data files of a table now, newest manifest first; none before the first snapshot. One manifest is held at a time.
 * Not all of their rows need be rows of the table: `planScan` tells of those that were deleted.
 */
export async function* currentDataFiles(io: FileIO, table: Table): AsyncGenerator<DataFile> {
  const manifests = await readManifestList(io, currentSnapshot(table.metadata));
  for (const manifest of manifests) {
    if (manifest.content === 'deletes') continue;
    if (manifest.addedFilesCount + manifest.existingFilesCount === 0) continue;
    for await (const { status, dataFile } of manifestEntries(io, manifest)) {
      if (status !== 'deleted') yield dataFile;
    }
  }
}
