import type { LiveFile } from '@tributary/engine';
import { type FileScanTask, planScan, type Table } from '@tributary/lake';
import type { Lake } from './services.ts';

/** Has the engine read data files of a table without the rows that are deleted; they are on this machine until it has. */
export async function withLiveFiles<T>(
  { copies }: Pick<Lake, 'copies'>,
  tasks: readonly FileScanTask[],
  work: (files: readonly LiveFile[]) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const locations = tasks.flatMap(({ dataFile, deleteFiles }) =>
    [dataFile, ...deleteFiles].map(({ filePath }) => filePath),
  );
  return copies.use(locations, (pathOf) => work(tasks.map((task) => liveFile(task, pathOf))), signal);
}

/** The same of all data files of a table. */
export async function withTable<T>(
  lake: Pick<Lake, 'io' | 'copies'>,
  table: Table,
  work: (files: readonly LiveFile[]) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const tasks: FileScanTask[] = [];
  for await (const task of planScan(lake.io, table)) tasks.push(task);
  return withLiveFiles(lake, tasks, work, signal);
}

function liveFile({ dataFile, deleteFiles }: FileScanTask, pathOf: (location: string) => string): LiveFile {
  return {
    path: pathOf(dataFile.filePath),
    location: dataFile.filePath,
    deleteFiles: deleteFiles.map(({ filePath }) => pathOf(filePath)),
    sharesDeletes: deleteFiles.some(({ referencedDataFile }) => referencedDataFile === undefined),
  };
}
