import type { LiveFile } from '@tributary/engine';
import { type FileScanTask, type LocalFileIO, planScan, type Table } from '@tributary/lake';

/** A data file of a table as the engine reads it, without the rows that are deleted. */
export function liveFile(io: LocalFileIO, { dataFile, deleteFiles }: FileScanTask): LiveFile {
  return {
    path: io.pathOf(dataFile.filePath),
    location: dataFile.filePath,
    deleteFiles: deleteFiles.map(({ filePath }) => io.pathOf(filePath)),
    sharesDeletes: deleteFiles.some(({ referencedDataFile }) => referencedDataFile === undefined),
  };
}

/** All data files of a table as the engine reads them. */
export async function liveFiles(io: LocalFileIO, table: Table): Promise<readonly LiveFile[]> {
  const files: LiveFile[] = [];
  for await (const task of planScan(io, table)) files.push(liveFile(io, task));
  return files;
}
