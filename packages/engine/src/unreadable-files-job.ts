import type { SourceColumn } from '@tributary/xdm';
import { openDatabase } from './database.ts';
import { inTheirNames, toEngineError } from './engine-error.ts';
import { isJsonRows, readLayoutIn } from './file-layout.ts';
import { requireObjects } from './json-rows.ts';
import { looksAtAll, stagedRelations } from './staged-rows.ts';
import type { StagedFile } from './transform.ts';
import type { Resources } from './transform-job.ts';

/** Staged files of which some keep a transform from ending, and the columns that it reads. */
export interface UnreadableFilesRequest {
  readonly files: readonly StagedFile[];
  readonly columns: readonly SourceColumn[];
}

/** A file that cannot be read as what it is said to be, whatever its records hold. */
export interface UnreadableFile {
  readonly path: string;
  /** Names the file as people know it. */
  readonly message: string;
}

/** Reads each file by itself, all of it, and tells which cannot be read. */
export async function runUnreadableFiles(
  { files, columns }: UnreadableFilesRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<readonly UnreadableFile[]> {
  const paths = files.map(({ path }) => path);
  const database = await openDatabase(
    { ...resources, files: paths, directories: [], keepOrder: false },
    signal,
  );
  const unreadable: UnreadableFile[] = [];
  try {
    for (const file of files) {
      signal.throwIfAborted();
      try {
        const layout = await readLayoutIn(database, file);
        if (layout === undefined) continue;
        const relation = stagedRelations([layout], columns, 'compare').join();
        await database.read(`SELECT count(*) FROM (${relation}) WHERE ${looksAtAll(columns)}`);
        if (isJsonRows(layout)) await requireObjects(database, layout);
      } catch (error) {
        signal.throwIfAborted();
        // That the machine is short of something is not the file's fault.
        if (toEngineError(error).kind === 'exhausted') throw error;
        unreadable.push({ path: file.path, message: inTheirNames([file], error).message });
      }
    }
    return unreadable;
  } finally {
    database.close();
  }
}
