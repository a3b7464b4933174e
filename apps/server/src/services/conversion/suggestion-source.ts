import { documentOf } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { Problem } from '../../http/problem.ts';
import type { Dependencies } from '../dependencies.ts';
import { resolveSchema } from './resolve-schema.ts';
import { columnsOfSchema } from './schema-columns.ts';
import { readSourceTable, type SourceReference, type SourceTable } from './source-table.ts';

/** Rows that are enough to see what values look like. */
const SAMPLE_ROWS = 50;

/** What a suggestion may be asked for by: where the rows come from, and where they go. */
export interface SuggestionReference extends SourceReference {
  readonly batchId?: string;
  readonly datasetId?: string;
}

/**
 * The source that a suggestion is for: the one that is named, the batch's own columns, or the source of the flow that
 * lands in the dataset.
 * @param where in the request the reference stands: a JSON pointer, empty for the parameters of a query
 * @throws {Problem} for a reference that leads nowhere, and for what the source refuses
 */
export async function suggestionSource(
  dependencies: Dependencies,
  store: ScopedStore,
  { batchId, datasetId, ...reference }: SuggestionReference,
  where: string,
): Promise<SourceTable | undefined> {
  const table = await readSourceTable(dependencies, store, reference, { limit: SAMPLE_ROWS, where });
  if (table !== undefined) return table;
  if (batchId !== undefined) return batchColumns(store, batchId, where);
  if (datasetId === undefined) return undefined;
  const sourceConnectionId = await sourceConnectionInto(store, datasetId);
  if (sourceConnectionId === undefined) return undefined;
  return readSourceTable(dependencies, store, { sourceConnectionId }, { limit: SAMPLE_ROWS, where });
}

/** $id of a dataset's schema. @throws {Problem} for a dataset that is not there */
export async function schemaOfDataSet(store: ScopedStore, id: string, where: string): Promise<string> {
  const dataSet = await store.resources('dataSet').get(id);
  if (dataSet === undefined) throw notThere(where, 'datasetId', 'dataset');
  return documentOf('dataSet', dataSet).schemaRef.id;
}

async function batchColumns(store: ScopedStore, batchId: string, where: string): Promise<SourceTable> {
  const batch = await store.resources('batch').get(batchId);
  if (batch === undefined) throw notThere(where, 'batchId', 'batch');
  const { relatedObjects } = documentOf('batch', batch).shown;
  const dataSetId = relatedObjects.find(({ type }) => type === 'dataSet')?.id ?? '';
  const schemaId = await schemaOfDataSet(store, dataSetId, where);
  const { root } = await resolveSchema(store, schemaId, 'batchId');
  return { columns: columnsOfSchema(root), rows: [] };
}

/** The source connection of the newest flow that lands in a dataset. */
async function sourceConnectionInto(store: ScopedStore, datasetId: string): Promise<string | undefined> {
  const targets = await store.resources('targetConnection').list({
    filters: [{ path: ['params', 'dataSetId'], operator: '==', value: datasetId }],
    limit: 1,
  });
  const [target] = targets.items;
  if (target === undefined) return undefined;
  const flows = await store.resources('flow').list({
    filters: [{ path: ['targetConnectionIds'], operator: '==', value: target.id }],
    limit: 1,
  });
  const [flow] = flows.items;
  return flow === undefined ? undefined : documentOf('flow', flow).sourceConnectionIds[0];
}

function notThere(where: string, name: string, what: string): Problem {
  const path = where === '' ? name : `/${name}`;
  const message = `names no ${what} of this sandbox`;
  return new Problem(where === '' ? 'invalidParameter' : 'invalidBody', `${path} ${message}.`, {
    violations: [{ path, message }],
  });
}
