import type { DataFile } from './data-file.ts';
import { IcebergFormatError } from './fields.ts';
import type { FileIO } from './file-io.ts';
import { type ManifestEntry, manifestEntries } from './manifest.ts';
import { type ManifestFile, readManifestList } from './manifest-list.ts';
import { mayDeleteFrom } from './position-deletes.ts';
import type { Table } from './table.ts';
import { currentSnapshot } from './table-metadata.ts';

/** A data file to read, and the position deletes that take rows from it. */
export interface FileScanTask {
  readonly dataFile: DataFile;
  /** None: every row of the file is a row of the table. Files of position deletes may speak of other data files too. */
  readonly deleteFiles: readonly DataFile[];
}

/**
 * All that must be read to have the rows of a table now, newest manifest first (spec, "Scan Planning"); nothing before the
 * first snapshot. Of the data files one manifest is held at a time, of the delete files all.
 *
 * Throws `IcebergFormatError` where another engine has deleted rows by their values: equality deletes are not applied here.
 */
export async function* planScan(io: FileIO, table: Table): AsyncGenerator<FileScanTask> {
  const manifests = await readManifestList(io, currentSnapshot(table.metadata));
  const deletes = await liveDeletes(io, manifests);
  for (const manifest of manifests.filter(({ content }) => content === 'data')) {
    if (manifest.addedFilesCount + manifest.existingFilesCount === 0) continue;
    for await (const { status, dataFile, sequenceNumber } of manifestEntries(io, manifest)) {
      if (status === 'deleted') continue;
      // A position delete applies to what is as old as itself or older.
      const applying = deletes.filter(
        (entry) => entry.sequenceNumber >= sequenceNumber && mayDeleteFrom(entry.dataFile, dataFile),
      );
      yield { dataFile, deleteFiles: applying.map((entry) => entry.dataFile) };
    }
  }
}

/** The delete files of a snapshot's manifests, whether or not they apply to a data file that is still there. */
export async function liveDeletes(
  io: FileIO,
  manifests: readonly ManifestFile[],
): Promise<readonly ManifestEntry[]> {
  const deletes: ManifestEntry[] = [];
  for (const manifest of manifests.filter(({ content }) => content === 'deletes')) {
    for await (const entry of manifestEntries(io, manifest)) {
      if (entry.status === 'deleted') continue;
      if (entry.dataFile.content === 'equality-deletes') {
        throw new IcebergFormatError(
          entry.dataFile.filePath,
          'holds equality deletes, which are not applied here',
        );
      }
      deletes.push(entry);
    }
  }
  return deletes;
}
