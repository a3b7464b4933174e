import type { Selectable } from 'kysely';
import type { Resource } from './resources.ts';
import type { Tables } from './tables.ts';

/** Columns of a resource's envelope. */
export const envelope = [
  'id',
  'version',
  'etag',
  'created_at',
  'updated_at',
  'created_by',
  'updated_by',
  'created_client',
  'updated_client',
] as const;

export type ResourceRow = Pick<Selectable<Tables['resources']>, (typeof envelope)[number] | 'body'>;

export function toResource(row: ResourceRow | undefined): Resource | undefined {
  return row === undefined ? undefined : fromRow(row);
}

export function fromRow(row: ResourceRow): Resource {
  return {
    id: row.id,
    body: row.body,
    version: row.version,
    etag: row.etag,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
    createdClient: row.created_client,
    updatedClient: row.updated_client,
  };
}
