import type { DataFile } from './data-file.ts';
import { IcebergFormatError } from './fields.ts';
import type { FileIO } from './file-io.ts';
import { manifestEntries } from './manifest.ts';
import { readManifestList } from './manifest-list.ts';
import type { Table } from './table.ts';
import { currentSnapshot } from './table-metadata.ts';

/**
 * The data files whose rows are the table now, newest manifest first; none before the first snapshot. One
 * manifest is held at a time. Throws `IcebergFormatError` where another engine has deleted single rows of the
 * table: the files alone would then show rows that are gone.
 */
export async function* currentDataFiles(io: FileIO, table: Table): AsyncGenerator<DataFile> {
  const manifests = await readManifestList(io, currentSnapshot(table.metadata));
  for (const manifest of manifests) {
    if (manifest.addedFilesCount + manifest.existingFilesCount === 0) continue;
    if (manifest.content === 'deletes') {
      throw new IcebergFormatError(
        manifest.manifestPath,
        'holds row-level deletes, which are not applied here',
      );
    }
    for await (const { status, dataFile } of manifestEntries(io, manifest)) {
      if (status !== 'deleted') yield dataFile;
    }
  }
}
