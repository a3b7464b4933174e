import { mkdir, rm } from 'node:fs/promises';
import { planMappings } from '@tributary/data-prep';
import {
  type LiveFile,
  leafField,
  type StagedFile,
  type TargetField,
  type TransformResult,
} from '@tributary/engine';
import { currentSchema, readTable, type SnapshotId } from '@tributary/lake';
import type { StagedPage } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import type { KeyedRun } from './choose-read.ts';
import { withDiagnostics } from './diagnostics.ts';
import { ColumnsMissing, FlowUnfit, StagedPageDamaged } from './failure.ts';
import { hasAllItems } from './held-items.ts';
import { type LandedRows, withLandedBefore } from './landed-before.ts';
import { withTable } from './live-files.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, type RunProgress } from './progress.ts';
import type { RunWindow } from './read-window.ts';
import { scratchOf } from './scratch-folders.ts';
import type { Attempt, RunnerServices } from './services.ts';
import { stagedFiles } from './staged-items.ts';
import { announcedRows, requireAnnounced, type StagedRead, stagedFile } from './staged-pages.ts';
import type { PagesHere } from './staging-area.ts';
import { targetFields } from './target-fields.ts';
import { transformReadable } from './transform-readable.ts';
import { keyMapping } from './write-mode.ts';

/** What a run's staged rows have become. */
export interface MappedRows extends TransformResult {
  /** Undefined where rows are appended. */
  readonly keyed?: {
    /** The fields of the table that rows are told apart by. */
    readonly key: readonly TargetField[];
    /** The table's snapshot that rows were compared with, where they were. */
    readonly snapshotId: SnapshotId | undefined;
  };
}

/**
 * Maps the staged rows to Parquet files in the attempt's own folder.
 * @throws {StagedPageDamaged} when a page of this run is not there as it was staged.
 * @throws {LandedPageDamaged} when one of the run before is not.
 * @throws {ColumnsMissing} when the mappings read other columns by now.
 * @throws {RowsMissing} when not all rows that the source announced are there.
 */
export async function transformRun(
  attempt: Attempt,
  prepared: PreparedFlow,
  staged: StagedRead,
  columns: readonly SourceColumn[],
  window: RunWindow | undefined,
  batchId: string,
  dataDirectory: string,
): Promise<MappedRead> {
  const { services, run, signal } = attempt;
  const progress = progressOf(run);
  const mapping = { prepared, columns, batchId, dataDirectory };
  const mapStaged = async (here: PagesHere) => {
    if (!here.ok) throw new StagedPageDamaged(here.damaged.path);
    const read = { ...staged, pages: here.pages };
    if (isEmptyRead(progress, read.pages)) return { result: NO_ROWS, staged };
    const compared = progress.requestedWindow === undefined ? window : undefined;
    const mapped = await withLandedBefore(attempt, compared, (landed) =>
      mapRows(attempt, mapping, read, landed),
    );
    return { result: mapped.result, staged: asStaged(staged, mapped.staged) };
  };
  return services.staging.withPages(staged.pages, mapStaged, signal);
}

/** What of a run's pages could be read, and what their rows have become. */
export interface MappedRead {
  readonly result: MappedRows;
  readonly staged: StagedRead;
}

/** The pages as they are staged, of those that were read as they lie here. */
export function asStaged({ pages }: StagedRead, here: StagedRead): StagedRead {
  const read = new Set(here.partitions.filter(({ heldBack }) => heldBack === undefined).map(({ id }) => id));
  return { partitions: here.partitions, pages: pages.filter(({ partitionId }) => read.has(partitionId)) };
}

interface Mapping {
  readonly prepared: PreparedFlow;
  readonly columns: readonly SourceColumn[];
  readonly batchId: string;
  readonly dataDirectory: string;
}

/** Maps rows of pages that are on this machine. */
async function mapRows(
  attempt: Attempt,
  mapping: Mapping,
  all: StagedRead,
  landed: LandedRows | undefined,
): Promise<MappedRead> {
  const { services, run } = attempt;
  const { batchId, columns, dataDirectory } = mapping;
  const { key, fields, snapshotId, transform } = await transformInto(attempt, mapping, landed);
  const { result, staged } = await transformReadable(attempt, all, {
    columns,
    transform,
    clear: () => clearWritten(services, batchId, dataDirectory),
  });
  requireAnnounced(staged.pages, result.inputRows);
  if (key === undefined) return { result, staged };
  const rows = {
    ...result,
    ...(result.keys && {
      // A key that did not come may be one of what could not be read.
      keys: { ...result.keys, isComplete: result.keys.isComplete && hasAllItems(run, staged.partitions) },
    }),
    keyed: { key: key.map((path) => leafField(fields, path)), snapshotId },
  };
  return { result: rows, staged };
}

/** Removes what a transform has written that has failed. */
export async function clearWritten(
  { diagnostics }: Pick<RunnerServices, 'diagnostics'>,
  batchId: string,
  dataDirectory: string,
): Promise<void> {
  await diagnostics.remove(batchId);
  await rm(dataDirectory, { recursive: true, force: true });
  await mkdir(dataDirectory, { recursive: true });
}

/** The transform of pages into the table as it is now, and what of that table it goes by. */
interface TableTransform {
  /** Paths of the fields that rows are told apart by; undefined where they are appended. */
  readonly key: readonly (readonly string[])[] | undefined;
  readonly fields: readonly TargetField[];
  readonly snapshotId: SnapshotId | undefined;
  transform(read: StagedRead): Promise<TransformResult>;
}

async function transformInto(
  attempt: Attempt,
  { prepared, columns, batchId, dataDirectory }: Mapping,
  landed: LandedRows | undefined,
): Promise<TableTransform> {
  const { services, run, signal } = attempt;
  const progress = progressOf(run);
  const { keyed } = progress;
  const table = await currentTable(attempt, prepared.dataSetId);
  const { plan, key } = plannedMapping(prepared, columns, keyed);
  const fields = targetFields(currentSchema(table.metadata));
  const request = {
    landed: landed?.pages.map(stagedFile) ?? [],
    ...(landed ? { landedColumns: landed.columns } : {}),
    columns,
    plan,
    target: prepared.schema.root,
    fields,
    identities: prepared.identities,
    dataDirectory,
    now: run.startedAt ?? run.createdAt,
  };
  const keyedRows = keyed &&
    key && {
      key,
      ...(keyed.versionColumn !== undefined && { versionColumn: keyed.versionColumn }),
      ...(keyed.deletionColumn !== undefined && { deletionColumn: keyed.deletionColumn }),
      directory: await services.scratch.make(scratchOf(attempt)),
    };
  const transformFiles = (staged: readonly StagedFile[], live?: readonly LiveFile[]) =>
    withDiagnostics(attempt, prepared, batchId, (diagnosticsDirectory) =>
      services.engine.transform(
        {
          ...request,
          staged,
          diagnosticsDirectory,
          ...(keyedRows && { keyed: { ...keyedRows, ...(live && { table: live }) } }),
        },
        signal,
      ),
    );
  return {
    key,
    fields,
    snapshotId: table.metadata['current-snapshot-id'],
    async transform({ pages, partitions }) {
      if (isEmptyRead(progress, pages)) return NO_ROWS;
      const files = stagedFiles(pages, partitions);
      return keyed?.isWhole
        ? withTable(services.lake, table, (live) => transformFiles(files, live), signal)
        : transformFiles(files);
    },
  };
}

/** @throws {ColumnsMissing} when the mappings read other columns by now, or none reads the key */
function plannedMapping(
  { mappings, schema }: PreparedFlow,
  columns: readonly SourceColumn[],
  keyed: KeyedRun | undefined,
) {
  const planned = planMappings({ mappings, columns, target: schema.root });
  if (!planned.ok) throw new ColumnsMissing(planned.errors.map(({ message }) => message));
  const { plan } = planned;
  if (keyed === undefined) return { plan, key: undefined };
  const mapped = keyMapping(keyed.keyColumns, plan, schema.root, `the mode ${keyed.mode}`);
  if (!mapped.ok) throw new ColumnsMissing(mapped.violations.map(({ message }) => message));
  return { plan, key: mapped.key };
}

/**
 * Whether there is nothing to transform: the source counted no row in any page, and none of the table is gone
 * for being in none.
 */
export function isEmptyRead(
  { keyed, refresh }: Pick<RunProgress, 'keyed' | 'refresh'>,
  pages: readonly StagedPage[],
): boolean {
  return keyed === undefined && refresh === undefined && announcedRows(pages) === 0;
}

/** Of pages that have no row, as the source counted them. */
export const NO_ROWS: TransformResult = {
  inputRows: 0,
  skippedRows: 0,
  outputRows: 0,
  deletedRows: 0,
  supersededRows: 0,
  unchangedRows: 0,
  failedRows: 0,
  files: [],
  diagnosticsFiles: [],
  errors: [],
};

/** The table of a dataset as its pointer shows it now. */
export async function currentTable(
  { services, store }: Pick<Attempt, 'services' | 'store'>,
  dataSetId: string,
) {
  const pointer = await store.tables.get(dataSetId);
  if (pointer === undefined) {
    throw new FlowUnfit([
      { path: '/targetConnectionIds/0', message: `the dataset ${dataSetId} has no table any more` },
    ]);
  }
  return readTable(services.lake.io, pointer.metadataLocation);
}
