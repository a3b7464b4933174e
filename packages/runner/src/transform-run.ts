import { mkdir } from 'node:fs/promises';
import { planMappings } from '@tributary/data-prep';
import type { TransformResult } from '@tributary/engine';
import { currentSchema, readTable } from '@tributary/lake';
import type { SourceColumn } from '@tributary/xdm';
import { announcedRows, stagedFile } from './extract-run.ts';
import { FlowUnfit, RowsMissing } from './failure.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import type { RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import { targetFields } from './target-fields.ts';

/**
 * Maps the staged rows to Parquet files of the dataset's table. Files of an earlier attempt are left where they lie,
 * under other names and referenced by nothing.
 * @throws {RowsMissing} when not all rows that the source announced are there.
 */
export async function transformRun(
  { services, store, run, signal }: Attempt,
  prepared: PreparedFlow,
  columns: readonly SourceColumn[],
  window: RunWindow | undefined,
  batchId: string,
): Promise<TransformResult> {
  const pages = await store.staging.pages(run.id);
  const watermark = window && (await store.watermarks.get(run.flowId));
  const earlier = watermark?.deltaColumn === window?.column ? watermark : undefined;
  const table = await currentTable({ services, store }, prepared.dataSetId);
  const planned = planMappings({ mappings: prepared.mappings, columns, target: prepared.schema.root });
  if (!planned.ok) {
    throw new FlowUnfit(planned.errors.map(({ message }) => ({ path: '/transformations', message })));
  }
  const dataDirectory = `${services.lake.io.pathOf(table.metadata.location)}/data`;
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
