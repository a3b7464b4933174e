import type { Resource, ScopedStore, TablePointer } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { storedDataSet } from './data-set-document.ts';
import type { LakeTables } from './lake-tables.ts';
import type { Listed } from './list-objects.ts';
import { type NewestBatches, newestBatchesOf } from './newest-batches.ts';
import { observableSchema } from './observable-schema.ts';
import type { ShownObject } from './page-query.ts';

const TABLE_PROPERTIES = ['basePath', 'persistence', 'extensions'];
const BATCH_PROPERTIES = ['lastBatchId', 'lastBatchStatus', 'lastSuccessfulBatch', 'lastFailedBatch'];
const OBSERVABLE_SCHEMA = 'observableSchema';

/** Which properties are asked for; undefined where nothing is said. */
export type WantedProperties = ReadonlySet<string> | undefined;

/**
 * Datasets with what is known of their tables and their batches, as far as it is asked for. The observable schema, for
 * which the manifests of a table are read, comes only where it is named.
 */
export async function withDetails(
  { store }: Pick<SandboxedCaller, 'store'>,
  tables: LakeTables,
  listed: readonly Listed[],
  wanted: WantedProperties,
): Promise<readonly ShownObject[]> {
  const wants = (names: readonly string[]) => wanted === undefined || names.some((name) => wanted.has(name));
  const wantsSchema = wanted?.has(OBSERVABLE_SCHEMA) === true;
  const ids = listed.map(({ resource }) => resource.id);
  const pointers = await store.tables.getAll(wantsSchema || wants(TABLE_PROPERTIES) ? ids : []);
  const newestOf = await newestBatchesOf(store, wants(BATCH_PROPERTIES) ? ids : []);
  return Promise.all(
    listed.map(async ({ resource, shown }) => {
      const pointer = pointers.get(resource.id);
      const isObserved = wantsSchema && !Object.hasOwn(shown, OBSERVABLE_SCHEMA);
      return {
        ...shown,
        ...(pointer && wants(TABLE_PROPERTIES) && (await tableProperties(tables, resource, pointer))),
        ...batchProperties(newestOf(resource.id)),
        ...(pointer && isObserved && (await observed(store, tables, resource, pointer))),
      };
    }),
  );
}

async function tableProperties(tables: LakeTables, resource: Resource, pointer: TablePointer) {
  const { location, metadataLocation } = pointer;
  const figures = await tables.figures(metadataLocation);
  const { adobe_lakeHouse: lakeHouse, ...others } = storedDataSet(resource).extensions ?? {};
  return {
    basePath: location,
    persistence: { adls: { location, credentials: `@/dataSets/${resource.id}/credentials` } },
    extensions: {
      ...others,
      adobe_lakeHouse: {
        ...lakeHouse,
        metrics: { rowCount: figures?.rows, storageSize: figures?.bytes },
        tableHealthMetrics: { noOfFilesTotal: figures?.files },
      },
      tributary: { tableFormat: 'iceberg', tableLocation: location, metadataLocation },
    },
  };
}

function batchProperties({ last, successful, failed }: NewestBatches) {
  return {
    ...(last && { lastBatchId: last.id, lastBatchStatus: last.status }),
    ...(successful && { lastSuccessfulBatch: successful.id }),
    ...(failed && { lastFailedBatch: failed.id }),
  };
}

async function observed(store: ScopedStore, tables: LakeTables, resource: Resource, pointer: TablePointer) {
  const columns = await tables.observedColumns(pointer.metadataLocation);
  const schema = columns && (await observableSchema(store, storedDataSet(resource).schemaRef.id, columns));
  return schema && { observableSchema: schema };
}
