import { randomUUID } from 'node:crypto';
import { DATA_FILE_BYTES } from '@tributary/engine';
import {
  currentSchema,
  type DataFile,
  discardStaged,
  type FileScanTask,
  parquetDataFile,
  planScan,
  RequirementError,
  type StagedSnapshot,
  stageRewrite,
  type Table,
} from '@tributary/lake';
import type { LeftoverFiles, ScopedStore } from '@tributary/store';
import { DataFolder, dataFolderOf } from '../data-folder.ts';
import { tidyTables } from '../evolve-data-sets.ts';
import { withLiveFiles } from '../live-files.ts';
import type { RunnerServices } from '../services.ts';
import { targetFields } from '../target-fields.ts';
import { isBeingWritten } from './being-written.ts';
import { bytesOf, compactionCandidate, planCompaction } from './plan-compaction.ts';
import { DAY_MS } from './retention.ts';
import { tableOf } from './table-of.ts';

/** What is written anew of one table in one pass. */
const BYTES_OF_A_PASS = 2 * DATA_FILE_BYTES;
const LIMITS = { targetBytes: DATA_FILE_BYTES, mostBytes: BYTES_OF_A_PASS };

/** Files that come into the table later than this are taken for those of a process that has died. */
const LONGEST_REWRITE_MS = DAY_MS;
/** How often the pointer may move while a rewrite is being committed. */
const COMMIT_ATTEMPTS = 3;

/** A table under compaction. */
interface Compaction {
  readonly services: Pick<RunnerServices, 'lake' | 'scratch' | 'engine'>;
  readonly store: ScopedStore;
  readonly dataSetId: string;
  readonly signal: AbortSignal;
}

/**
 * Packs small data files of a dataset's table into larger ones and folds deletes in, group by group, each in a commit of its
 * own, until as much is written as may be in one pass. Runs go first: a table that one is about to commit to is left alone, and a
 * rewrite is given up where rows of its files were deleted meanwhile. Answers the metadata of a table in which nothing is
 * left to do.
 */
export async function compactTable(compaction: Compaction): Promise<string | undefined> {
  const { services, store, dataSetId, signal } = compaction;
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
    if (left < 0 || !(await rewrite(compaction, table, group))) return undefined;
  }
  return groups.length === 0 ? table.metadataLocation : undefined;
}

/** False where it was given up. Its files go with what is left over, unless the transaction that commits them keeps them. */
async function rewrite(
  compaction: Compaction,
  table: Table,
  group: readonly FileScanTask[],
): Promise<boolean> {
  const { services, store, dataSetId, signal } = compaction;
  const { lake, scratch, engine } = services;
  if (await isBeingWritten(store, dataSetId)) return false;
  const name = `rewrite-${randomUUID()}`;
  const location = dataFolderOf(table.metadata.location, name);
  const notBefore = new Date(Date.now() + LONGEST_REWRITE_MS);
  const note: LeftoverFiles = { kind: 'folder', name: location, notBefore };
  await store.leftovers.note([note]);
  const folder = await DataFolder.at({ io: lake.io, scratch }, location, name);
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
    if (await commitRewrite(compaction, group, dataFiles, note)) return true;
  } finally {
    await folder.leave();
  }
  await lake.io.removeFolder(location);
  await store.leftovers.keep(note);
  return false;
}

async function commitRewrite(
  { services: { lake }, store, dataSetId, signal }: Compaction,
  rewritten: readonly FileScanTask[],
  dataFiles: readonly DataFile[],
  note: LeftoverFiles,
): Promise<boolean> {
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt++) {
    signal.throwIfAborted();
    const base = await tableOf(lake, store, dataSetId);
    const staged = base && (await stagedOn(base));
    if (base === undefined || staged === undefined) return false;
    const outcome = await store.transaction(async (scoped) => {
      if (await isBeingWritten(scoped, dataSetId)) return 'given up';
      if (!(await scoped.tables.swap(dataSetId, base.metadataLocation, staged.metadataLocation)))
        return 'pointer moved';
      if (!(await scoped.leftovers.keep(note))) throw new Error(`${note.name} may be gone already`);
      return 'committed';
    });
    if (outcome === 'committed') {
      await tidyTables(lake.io, [{ base, staged }]);
      return true;
    }
    await discardStaged(lake.io, staged);
    if (outcome === 'given up') return false;
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
