import type { Kysely, Selectable } from 'kysely';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** Where the current metadata of a dataset's Iceberg table lies. */
export interface TablePointer {
  readonly datasetId: string;
  /** The table's own location, a URI. */
  readonly location: string;
  readonly metadataLocation: string;
}

/** The table pointers of one sandbox. A commit to a table is the swap of its pointer. */
export interface TablePointers {
  get(datasetId: string): Promise<TablePointer | undefined>;
  /** Those of some datasets, by the dataset's id. */
  getAll(datasetIds: readonly string[]): Promise<ReadonlyMap<string, TablePointer>>;
  insert(pointer: TablePointer): Promise<void>;
  /** Points to `next` if the pointer still is `expected`; false when another commit came first. */
  swap(datasetId: string, expected: string, next: string): Promise<boolean>;
  remove(datasetId: string): Promise<boolean>;
  /** Notes that a table was looked after, and the metadata in which nothing was left to do, where there was none. */
  upkept(datasetId: string, at: Date, metadataLocation: string | undefined): Promise<void>;
  /** Notes that the rows of a table have gone that are from before a time. */
  rowsExpired(datasetId: string, before: Date): Promise<void>;
}

export function scopedTablePointers(database: Kysely<Tables>, scope: Scope): TablePointers {
  return {
    async get(datasetId) {
      const row = await database
        .selectFrom('table_pointers')
        .selectAll()
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('dataset_id', '=', datasetId)
        .executeTakeFirst();
      return row && fromRow(row);
    },

    async getAll(datasetIds) {
      if (datasetIds.length === 0) return new Map();
      const rows = await database
        .selectFrom('table_pointers')
        .selectAll()
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('dataset_id', 'in', datasetIds)
        .execute();
      return new Map(rows.map((row) => [row.dataset_id, fromRow(row)]));
    },

    async insert({ datasetId, location, metadataLocation }) {
      await database
        .insertInto('table_pointers')
        .values({
          org_id: scope.orgId,
          sandbox_id: scope.sandboxId,
          dataset_id: datasetId,
          location,
          metadata_location: metadataLocation,
          updated_at: new Date(),
          upkept_location: null,
          rows_expired_before: null,
        })
        .execute();
    },

    async swap(datasetId, expected, next) {
      const row = await database
        .updateTable('table_pointers')
        .set({ metadata_location: next, updated_at: new Date() })
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('dataset_id', '=', datasetId)
        .where('metadata_location', '=', expected)
        .returning('dataset_id')
        .executeTakeFirst();
      return row !== undefined;
    },

    async remove(datasetId) {
      const row = await database
        .deleteFrom('table_pointers')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('dataset_id', '=', datasetId)
        .returning('dataset_id')
        .executeTakeFirst();
      return row !== undefined;
    },

    async rowsExpired(datasetId, before) {
      await database
        .updateTable('table_pointers')
        .set({ rows_expired_before: before })
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('dataset_id', '=', datasetId)
        .execute();
    },

    async upkept(datasetId, at, metadataLocation) {
      await database
        .updateTable('table_pointers')
        .set({ upkept_at: at, upkept_location: metadataLocation ?? null })
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('dataset_id', '=', datasetId)
        .execute();
    },
  };
}

export function fromRow(row: Selectable<Tables['table_pointers']>): TablePointer {
  return { datasetId: row.dataset_id, location: row.location, metadataLocation: row.metadata_location };
}
