import { DATA_FILE_BYTES } from '@tributary/engine';
import {
  currentSchema,
  type DataFile,
  type FileScanTask,
  parquetDataFile,
  planScan,
  RequirementError,
  type StagedSnapshot,
  stageRewrite,
  type Table,
} from '@tributary/lake';
import type { LeftoverFiles } from '@tributary/store';
import { withLiveFiles } from '../live-files.ts';
import { targetFields } from '../target-fields.ts';
import { isBeingWritten } from './being-written.ts';
import { commitNoted, makeNotedFolder, removeNoted, type TableUpkeep } from './noted-commit.ts';
import { bytesOf, compactionCandidate, planCompaction } from './plan-compaction.ts';
import { tableOf } from './table-of.ts';

/** What is written anew of one table in one pass. */
const BYTES_OF_A_PASS = 2 * DATA_FILE_BYTES;
const LIMITS = { targetBytes: DATA_FILE_BYTES, mostBytes: BYTES_OF_A_PASS };

/** How often the pointer may move while a rewrite is being committed. */
const COMMIT_ATTEMPTS = 3;

/**
 * Packs small data files of a dataset's table into larger ones and folds deletes in, group by group, each in a commit of its
 * own, until as much is written as may be in one pass. Runs go first: a table that one is about to commit to is left alone, and a
 * rewrite is given up where rows of its files were deleted meanwhile. Answers the metadata of a table in which nothing is
 * left to do.
 */
export async function compactTable(upkeep: TableUpkeep): Promise<string | undefined> {
  const { services, store, dataSetId, signal } = upkeep;
  const table = await tableOf(services.lake, store, dataSetId);
  if (table === undefined) return undefined;
  const candidates: FileScanTask[] = [];
  for await (const task of planScan(services.lake.io, table)) {
    const candidate = compactionCandidate(task, LIMITS);
    if (candidate !== undefined) candidates.push(candidate);
  }
  const groups = planCompaction(candidates, LIMITS);
  let left = BYTES_OF_A_PASS;
  for (const group of groups) {
    signal.throwIfAborted();
    left -= bytesOf(group);
    if (left < 0 || !(await rewrite(upkeep, table, group))) return undefined;
  }
  return groups.length === 0 ? table.metadataLocation : undefined;
}

/**
 * False where it was given up. Its files go with what is left over, unless the transaction that commits them
 * keeps them.
 */
async function rewrite(upkeep: TableUpkeep, table: Table, group: readonly FileScanTask[]): Promise<boolean> {
  const { services, store, dataSetId, signal } = upkeep;
  const { lake, engine } = services;
  if (await isBeingWritten(store, dataSetId)) return false;
  const { folder, note } = await makeNotedFolder(upkeep, table, 'rewrite');
  try {
    const schema = currentSchema(table.metadata);
    const request = { fields: targetFields(schema), dataDirectory: folder.path };
    const { files } = await withLiveFiles(
      lake,
      group,
      (live) => engine.rewriteRows({ ...request, files: live }, signal),
      signal,
    );
    const dataFiles = (await folder.place(files)).map((file) => parquetDataFile(file, schema));
    if (await commitRewrite(upkeep, group, dataFiles, note)) return true;
  } finally {
    await folder.leave();
  }
  await removeNoted(upkeep, note);
  return false;
}

async function commitRewrite(
  upkeep: TableUpkeep,
  rewritten: readonly FileScanTask[],
  dataFiles: readonly DataFile[],
  note: LeftoverFiles,
): Promise<boolean> {
  const { services, store, dataSetId, signal } = upkeep;
  const { lake } = services;
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt++) {
    signal.throwIfAborted();
    const base = await tableOf(lake, store, dataSetId);
    const staged = base && (await stagedOn(base));
    if (base === undefined || staged === undefined) return false;
    const outcome = await commitNoted(upkeep, base, staged, note);
    if (outcome !== 'pointer moved') return outcome === 'committed';
  }
  return false;

  async function stagedOn(base: Table): Promise<StagedSnapshot | undefined> {
    const summary = { 'tributary.upkeep': 'compaction' };
    try {
      return await stageRewrite(lake.io, base, { rewritten, dataFiles, summary, now: new Date() });
    } catch (error) {
      if (error instanceof RequirementError) return undefined;
      throw error;
    }
  }
}
