import { planMappings } from '@tributary/data-prep';
import { type LiveFile, leafField, type TargetField, type TransformResult } from '@tributary/engine';
import { currentSchema, readTable, type SnapshotId } from '@tributary/lake';
import type { ScopedStore, TimeWatermark } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import type { KeyedRun } from './choose-read.ts';
import { ColumnsMissing, FlowUnfit, LandedPageDamaged, RowsMissing, StagedPageDamaged } from './failure.ts';
import { withTable } from './live-files.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import type { RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import { faultOfItem, stagedFiles } from './staged-items.ts';
import { announcedRows, damagedPage, stagedFile } from './staged-pages.ts';
import { targetFields } from './target-fields.ts';
import { timeWatermark } from './time-watermark.ts';
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
  { services, store, run, signal }: Attempt,
  prepared: PreparedFlow,
  columns: readonly SourceColumn[],
  window: RunWindow | undefined,
  batchId: string,
  dataDirectory: string,
): Promise<MappedRows> {
  const { keyed, requestedWindow } = progressOf(run);
  const pages = await store.staging.pages(run.id);
  const partitions = await store.staging.partitions(run.id);
  const damaged = await damagedPage(pages);
  if (damaged !== undefined) throw new StagedPageDamaged(damaged.path);
  if (keyed === undefined && announcedRows(pages) === 0) return NO_ROWS;
  const earlier =
    requestedWindow === undefined ? await landedBefore(store, run.flowId, window, keyed) : undefined;
  const table = await currentTable({ services, store }, prepared.dataSetId);
  const planned = planMappings({ mappings: prepared.mappings, columns, target: prepared.schema.root });
  if (!planned.ok) throw new ColumnsMissing(planned.errors.map(({ message }) => message));
  const key =
    keyed && keyMapping(keyed.keyColumns, planned.plan, prepared.schema.root, `the mode ${keyed.mode}`);
  if (key?.ok === false) throw new ColumnsMissing(key.violations.map(({ message }) => message));
  const fields = targetFields(currentSchema(table.metadata));
  const request = {
    staged: stagedFiles(pages, partitions),
    landed: earlier?.unsettledPages.map(stagedFile) ?? [],
    ...(earlier ? { landedColumns: earlier.columns } : {}),
    columns,
    plan: planned.plan,
    target: prepared.schema.root,
    fields,
    identities: prepared.identities,
    dataDirectory,
    diagnosticsDirectory: await services.diagnosticsFolder(batchId),
    now: run.startedAt ?? run.createdAt,
  };
  const keyedRows = keyed &&
    key && {
      key: key.key,
      ...(keyed.versionColumn !== undefined && { versionColumn: keyed.versionColumn }),
      ...(keyed.deletionColumn !== undefined && { deletionColumn: keyed.deletionColumn }),
      directory: await services.staging.makeFolder(run.id),
    };
  const transform = (live?: readonly LiveFile[]) =>
    services.engine.transform(
      { ...request, ...(keyedRows && { keyed: { ...keyedRows, ...(live && { table: live }) } }) },
      signal,
    );
  const transformed = keyed?.isWhole ? withTable(services.lake, table, transform, signal) : transform();
  const result = await transformed.catch((error: unknown) => {
    throw faultOfItem(partitions, error);
  });
  const announced = announcedRows(pages);
  if (announced !== undefined && announced !== result.inputRows)
    throw new RowsMissing(announced, result.inputRows);
  if (key === undefined) return result;
  const keyFields = key.key.map((path) => leafField(fields, path));
  return { ...result, keyed: { key: keyFields, snapshotId: table.metadata['current-snapshot-id'] } };
}

/** Of pages that have no row, as the source counted them. */
const NO_ROWS: MappedRows = {
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

/**
 * What tells rows that have landed from those that have not. Rows that are told apart by a key may land again, so that there
 * a page that is gone costs work and nothing else; and where all rows are read, they are compared with the table itself.
 */
async function landedBefore(
  store: ScopedStore,
  flowId: string,
  window: RunWindow | undefined,
  keyed: KeyedRun | undefined,
): Promise<TimeWatermark | undefined> {
  if (window === undefined || keyed?.isWhole) return undefined;
  const watermark = await timeWatermark(store, flowId);
  if (watermark?.deltaColumn !== window.column) return undefined;
  const damaged = await damagedPage(watermark.unsettledPages);
  if (damaged === undefined) return watermark;
  if (keyed !== undefined) return undefined;
  throw new LandedPageDamaged(damaged.path, watermark.settledUpTo);
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
