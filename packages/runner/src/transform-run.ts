import { mkdir } from 'node:fs/promises';
import { planMappings } from '@tributary/data-prep';
import type { TransformResult } from '@tributary/engine';
import { currentSchema, readTable } from '@tributary/lake';
import type { StagedPage, TimeWatermark } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { ColumnsMissing, FlowUnfit, LandedPageDamaged, RowsMissing, StagedPageDamaged } from './failure.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import type { RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import { announcedRows, damagedPage, stagedFile } from './staged-pages.ts';
import { targetFields } from './target-fields.ts';
import { timeWatermark } from './time-watermark.ts';

/**
 * Maps the staged rows to Parquet files in the attempt's own folder among the dataset's table's data.
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
): Promise<TransformResult> {
  const pages = await store.staging.pages(run.id);
  const watermark = window && (await timeWatermark(store, run.flowId));
  const earlier = watermark?.deltaColumn === window?.column ? watermark : undefined;
  await requireUndamaged(pages, earlier);
  const table = await currentTable({ services, store }, prepared.dataSetId);
  const planned = planMappings({ mappings: prepared.mappings, columns, target: prepared.schema.root });
  if (!planned.ok) throw new ColumnsMissing(planned.errors.map(({ message }) => message));
  await mkdir(dataDirectory, { recursive: true });
  const result = await services.engine.transform(
    {
      staged: pages.map(stagedFile),
      landed: earlier?.unsettledPages.map(stagedFile) ?? [],
      ...(earlier ? { landedColumns: earlier.columns } : {}),
      columns,
      plan: planned.plan,
      target: prepared.schema.root,
      fields: targetFields(currentSchema(table.metadata)),
      identities: prepared.identities,
      dataDirectory,
      diagnosticsDirectory: await services.diagnosticsFolder(batchId),
      now: run.startedAt ?? run.createdAt,
    },
    signal,
  );
  const announced = announcedRows(pages);
  if (announced !== undefined && announced !== result.inputRows)
    throw new RowsMissing(announced, result.inputRows);
  return result;
}

async function requireUndamaged(
  staged: readonly StagedPage[],
  earlier: TimeWatermark | undefined,
): Promise<void> {
  const page = await damagedPage(staged);
  if (page !== undefined) throw new StagedPageDamaged(page.path);
  if (earlier === undefined) return;
  const landed = await damagedPage(earlier.unsettledPages);
  if (landed !== undefined) throw new LandedPageDamaged(landed.path, earlier.settledUpTo);
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
