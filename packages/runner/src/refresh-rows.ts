import { isDeepStrictEqual } from 'node:util';
import {
  leafField,
  type MergeRowsResult,
  type TargetField,
  type TransformResult,
  type WrittenDeletes,
  type WrittenFile,
} from '@tributary/engine';
import {
  currentSchema,
  discardStaged,
  parquetDataFile,
  positionDeleteFile,
  removeOldMetadata,
  type StagedCommit,
  stageRowDelta,
  type Table,
  writeVersionHint,
} from '@tributary/lake';
import type { SourceColumn } from '@tributary/xdm';
import type { DataFolder, PlacedFile } from './data-folder.ts';
import { withDiagnostics } from './diagnostics.ts';
import { ColumnsMissing, StagedPageDamaged } from './failure.ts';
import { withTable } from './live-files.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, type Refresh } from './progress.ts';
import { requireOwnKeys } from './refresh-conflict.ts';
import { planRefresh, type RefreshPlan, withMappingsOf } from './refresh-plan.ts';
import { scratchOf } from './scratch-folders.ts';
import type { Attempt } from './services.ts';
import { stagedFiles } from './staged-items.ts';
import { requireAnnounced, type StagedRead } from './staged-pages.ts';
import type { PagesHere } from './staging-area.ts';
import { targetFields } from './target-fields.ts';
import { type ReadableRows, transformReadable } from './transform-readable.ts';
import { asStaged, clearWritten, currentTable } from './transform-run.ts';

/** What a refresh has read, mapped: one row a key, with the fields that are to be merged. */
export interface FreshRows {
  readonly plan: RefreshPlan;
  readonly result: TransformResult;
  /** What of the run's pages could be read. */
  readonly staged: StagedRead;
}

/** A refresh, staged on the table as it was a moment ago. */
export interface StagedRefresh {
  readonly base: Table;
  readonly merged: MergeRowsResult;
  readonly files: readonly (WrittenFile & PlacedFile)[];
  readonly deleteFiles: readonly (WrittenDeletes & PlacedFile)[];
  /** Undefined where no row changes. */
  readonly snapshot: StagedCommit | undefined;
}

/**
 * Maps the staged rows to scratch files, which are nobody's table.
 * @throws {StagedPageDamaged} when a page of this run is not there as it was staged
 * @throws {ColumnsMissing} when the mappings have changed so that the refresh is another by now
 * @throws {RowsMissing} when not all rows that the source announced are there
 */
export async function freshRows(
  attempt: Attempt,
  prepared: PreparedFlow,
  read: StagedRead,
  batchId: string,
): Promise<FreshRows> {
  const { services, store, run, signal } = attempt;
  const { columns = [], refresh } = progressOf(run);
  if (refresh?.replaces === undefined) throw new Error(`the run ${run.id} is no planned refresh`);
  const plan = planOfStaged(prepared, columns, refresh);
  const scratch = () => services.scratch.make(scratchOf(attempt));
  const dataDirectory = await scratch();
  const request = {
    landed: [],
    columns,
    plan: plan.mappings,
    target: plan.target,
    fields: await fieldsOf({ services, store }, prepared.dataSetId),
    identities: plan.identities,
    keyed: { key: plan.key, directory: await scratch() },
    dataDirectory,
    now: run.startedAt ?? run.createdAt,
  };
  const transform = ({ pages, partitions }: StagedRead) =>
    withDiagnostics(attempt, prepared, batchId, (diagnosticsDirectory) =>
      services.engine.transform(
        { ...request, staged: stagedFiles(pages, partitions), diagnosticsDirectory },
        signal,
      ),
    );
  const transformHere = async (here: PagesHere): Promise<ReadableRows> => {
    if (!here.ok) throw new StagedPageDamaged(here.damaged.path);
    return transformReadable(
      attempt,
      { ...read, pages: here.pages },
      {
        columns,
        transform,
        clear: () => clearWritten(services, batchId, dataDirectory),
      },
    );
  };
  const { result, staged } = await services.staging.withPages(read.pages, transformHere, signal);
  requireAnnounced(staged.pages, result.inputRows);
  return { plan, result, staged: asStaged(read, staged) };
}

/** The plan once more, of the columns that were read: what it replaces must be what was planned. */
function planOfStaged(
  prepared: PreparedFlow,
  columns: readonly SourceColumn[],
  { columns: refreshed, keyColumns = [], replaces = [] }: Refresh,
): RefreshPlan {
  const planned = planRefresh(withMappingsOf(prepared, columns), columns, refreshed, keyColumns);
  if (!planned.ok) throw new ColumnsMissing(planned.violations.map(({ message }) => message));
  if (!isDeepStrictEqual(planned.plan.replaces, replaces))
    throw new ColumnsMissing(['other fields are to be refreshed by now']);
  return planned.plan;
}

async function fieldsOf(
  attempt: Pick<Attempt, 'services' | 'store'>,
  dataSetId: string,
): Promise<readonly TargetField[]> {
  return targetFields(currentSchema((await currentTable(attempt, dataSetId)).metadata));
}

/** Merges fresh rows into the table as it is now: its rows that differ are written anew, and deleted where they stood. */
export async function stageRefresh(
  attempt: Attempt,
  prepared: PreparedFlow,
  { plan, result }: FreshRows,
  batchId: string,
  folder: DataFolder,
): Promise<StagedRefresh> {
  const { services, store, run, signal } = attempt;
  const { lake, engine } = services;
  const base = await currentTable(attempt, prepared.dataSetId);
  // Asked after the table was read: who has landed there before was a flow by then.
  await requireOwnKeys(store, run, prepared, plan.key);
  const schema = currentSchema(base.metadata);
  const fields = targetFields(schema);
  const request = {
    key: plan.key.map((path) => leafField(fields, path)),
    fresh: result.files,
    replaces: plan.replaces,
    fields,
    dataDirectory: folder.path,
    directory: folder.path,
  };
  const merged = await withTable(
    lake,
    base,
    (table) => engine.mergeRows({ ...request, table }, signal),
    signal,
  );
  if (merged.changedRows === 0) return { base, merged, files: [], deleteFiles: [], snapshot: undefined };
  const files = await folder.place(merged.files);
  const deleteFiles = await folder.place(merged.deleteFile === undefined ? [] : [merged.deleteFile]);
  const snapshot = await stageRowDelta(lake.io, base, {
    dataFiles: files.map((file) => parquetDataFile(file, schema)),
    deleteFiles: deleteFiles.map(positionDeleteFile),
    removedDataFiles: merged.emptiedFiles,
    summary: {
      'tributary.flow-id': run.flowId,
      'tributary.run-id': run.id,
      'tributary.batch-id': batchId,
    },
    now: new Date(),
  });
  return { base, merged, files, deleteFiles, snapshot };
}

/** Removes what was made of a state of the table that is none any more. */
export async function discardRefresh(
  { services }: Attempt,
  { files, deleteFiles, snapshot }: StagedRefresh,
  folder: DataFolder,
): Promise<void> {
  if (snapshot !== undefined) await discardStaged(services.lake.io, snapshot);
  await folder.discard([...files, ...deleteFiles]);
}

/** What readers and the disk are better off with, but no run depends on: best effort, after the commit. */
export async function tidyRefreshed({ services }: Attempt, { base, snapshot }: StagedRefresh): Promise<void> {
  if (snapshot === undefined) return;
  const { io } = services.lake;
  await Promise.allSettled([writeVersionHint(io, snapshot), removeOldMetadata(io, base, snapshot)]);
}
