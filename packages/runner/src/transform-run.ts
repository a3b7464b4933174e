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
import { withDiagnostics } from './diagnostics.ts';
import { ColumnsMissing, FlowUnfit, LandedPageDamaged, RowsMissing, StagedPageDamaged } from './failure.ts';
import { hasAllItems } from './held-items.ts';
import { withTable } from './live-files.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, type RunProgress } from './progress.ts';
import type { RunWindow } from './read-window.ts';
import { scratchOf } from './scratch-folders.ts';
import type { Attempt } from './services.ts';
import { stagedFiles } from './staged-items.ts';
import { announcedRows, type StagedRead, stagedFile } from './staged-pages.ts';
import type { PagesHere } from './staging-area.ts';
import { targetFields } from './target-fields.ts';
import { timeWatermark } from './time-watermark.ts';
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
function asStaged({ pages }: StagedRead, here: StagedRead): StagedRead {
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
  { prepared, columns, batchId, dataDirectory }: Mapping,
  all: StagedRead,
  landed: LandedRows | undefined,
): Promise<MappedRead> {
  const { services, store, run, signal } = attempt;
  const { keyed } = progressOf(run);
  const table = await currentTable({ services, store }, prepared.dataSetId);
  const planned = planMappings({ mappings: prepared.mappings, columns, target: prepared.schema.root });
  if (!planned.ok) throw new ColumnsMissing(planned.errors.map(({ message }) => message));
  const key =
    keyed && keyMapping(keyed.keyColumns, planned.plan, prepared.schema.root, `the mode ${keyed.mode}`);
  if (key?.ok === false) throw new ColumnsMissing(key.violations.map(({ message }) => message));
  const fields = targetFields(currentSchema(table.metadata));
  const request = {
    landed: landed?.pages.map(stagedFile) ?? [],
    ...(landed ? { landedColumns: landed.columns } : {}),
    columns,
    plan: planned.plan,
    target: prepared.schema.root,
    fields,
    identities: prepared.identities,
    dataDirectory,
    now: run.startedAt ?? run.createdAt,
  };
  const keyedRows = keyed &&
    key && {
      key: key.key,
      ...(keyed.versionColumn !== undefined && { versionColumn: keyed.versionColumn }),
      ...(keyed.deletionColumn !== undefined && { deletionColumn: keyed.deletionColumn }),
      directory: await services.scratch.make(scratchOf(attempt)),
    };
  const transform = (files: readonly StagedFile[], live?: readonly LiveFile[]) =>
    withDiagnostics(attempt, prepared, batchId, (diagnosticsDirectory) =>
      services.engine.transform(
        {
          ...request,
          staged: files,
          diagnosticsDirectory,
          ...(keyedRows && { keyed: { ...keyedRows, ...(live && { table: live }) } }),
        },
        signal,
      ),
    );
  const { result, staged } = await transformReadable(attempt, all, {
    columns,
    async transform(read) {
      if (isEmptyRead(progressOf(run), read.pages)) return NO_ROWS;
      const files = stagedFiles(read.pages, read.partitions);
      return keyed?.isWhole
        ? withTable(services.lake, table, (live) => transform(files, live), signal)
        : transform(files);
    },
    async clear() {
      await services.diagnostics.remove(batchId);
      await rm(dataDirectory, { recursive: true, force: true });
      await mkdir(dataDirectory, { recursive: true });
    },
  });
  const { pages, partitions } = staged;
  const announced = announcedRows(pages);
  if (announced !== undefined && announced !== result.inputRows)
    throw new RowsMissing(announced, result.inputRows);
  if (key === undefined) return { result, staged };
  const keyFields = key.key.map((path) => leafField(fields, path));
  const rows = {
    ...result,
    ...(result.keys && {
      // A key that did not come may be one of what could not be read.
      keys: { ...result.keys, isComplete: result.keys.isComplete && hasAllItems(run, partitions) },
    }),
    keyed: { key: keyFields, snapshotId: table.metadata['current-snapshot-id'] },
  };
  return { result: rows, staged };
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

/** Rows of the stretch that is read again, as they have landed before. */
interface LandedRows {
  /** On this machine. */
  readonly pages: readonly StagedPage[];
  readonly columns: readonly string[];
}

/**
 * Has at hand what tells rows that have landed from those that have not. Rows that are told apart by a key
 * may land again, so that there a page that is gone costs work and nothing else; and where all rows are read,
 * they are compared with the table itself.
 */
async function withLandedBefore<T>(
  { services, store, run, signal }: Attempt,
  window: RunWindow | undefined,
  work: (landed: LandedRows | undefined) => Promise<T>,
): Promise<T> {
  const { keyed } = progressOf(run);
  if (window === undefined || keyed?.isWhole) return work(undefined);
  const watermark = await timeWatermark(store, run.flowId);
  if (watermark?.deltaColumn !== window.column) return work(undefined);
  const { unsettledPages, settledUpTo, columns } = watermark;
  const compare = (landed: PagesHere) => {
    if (landed.ok) return work({ pages: landed.pages, columns });
    if (keyed !== undefined) return work(undefined);
    throw new LandedPageDamaged(landed.damaged.path, settledUpTo);
  };
  return services.staging.withPages(unsettledPages, compare, signal);
}

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
