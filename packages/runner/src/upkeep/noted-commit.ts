import { randomUUID } from 'node:crypto';
import { discardStaged, type StagedCommit, type Table } from '@tributary/lake';
import type { LeftoverFiles, ScopedStore } from '@tributary/store';
import { DataFolder, dataFolderOf } from '../data-folder.ts';
import { tidyTables } from '../evolve-data-sets.ts';
import type { RunnerServices } from '../services.ts';
import { isBeingWritten } from './being-written.ts';
import { DAY_MS } from './retention.ts';

/*
 * How the upkeep changes a table. Files that are about to be written are noted as left over, so that they go
 * should the process die, and the transaction that commits them strikes the note out.
 */

/** A table that the upkeep works on. */
export interface TableUpkeep {
  readonly services: Pick<RunnerServices, 'lake' | 'scratch' | 'engine'>;
  readonly store: ScopedStore;
  readonly dataSetId: string;
  readonly signal: AbortSignal;
}

/** Files that come into the table later than this are taken for those of a process that has died. */
const LONGEST_WORK_MS = DAY_MS;

/** A folder that is noted as left over. */
export interface NotedFolder {
  readonly folder: DataFolder;
  readonly note: LeftoverFiles;
}

/** Makes a folder for new files of a table; `what` they are begins its name. */
export async function makeNotedFolder(
  { services: { lake, scratch }, store }: TableUpkeep,
  { metadata }: Table,
  what: string,
): Promise<NotedFolder> {
  const name = `${what}-${randomUUID()}`;
  const location = dataFolderOf(metadata.location, name);
  const notBefore = new Date(Date.now() + LONGEST_WORK_MS);
  const note: LeftoverFiles = { kind: 'folder', name: location, notBefore };
  await store.leftovers.note([note]);
  return { folder: await DataFolder.at({ io: lake.io, scratch }, location, name), note };
}

/** Removes what did not come into the table. */
export async function removeNoted({ services, store }: TableUpkeep, note: LeftoverFiles): Promise<void> {
  await services.lake.io.removeFolder(note.name);
  await store.leftovers.keep(note);
}

/**
 * `given up`: a run is about to commit; `pointer moved`: somebody has, and what was staged is of yesterday.
 */
export type CommitOutcome = 'committed' | 'given up' | 'pointer moved';

/** Commits what was staged on a table as it was. Runs go first. */
export async function commitNoted(
  { services: { lake }, store, dataSetId }: TableUpkeep,
  base: Table,
  staged: StagedCommit,
  note: LeftoverFiles,
): Promise<CommitOutcome> {
  const outcome = await store.transaction(async (scoped): Promise<CommitOutcome> => {
    if (await isBeingWritten(scoped, dataSetId)) return 'given up';
    if (!(await scoped.tables.swap(dataSetId, base.metadataLocation, staged.metadataLocation)))
      return 'pointer moved';
    if (!(await scoped.leftovers.keep(note))) throw new Error(`${note.name} may be gone already`);
    return 'committed';
  });
  if (outcome === 'committed') await tidyTables(lake.io, [{ base, staged }]);
  else await discardStaged(lake.io, staged);
  return outcome;
}
