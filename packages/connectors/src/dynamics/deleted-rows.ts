import type { DeletedRows } from '../source.ts';

/** True of a row that is gone. No column of Dataverse begins so. */
export const DELETED_COLUMN = '_deleted';

/** For how many days changes are kept unless an environment says otherwise (Organization.ExpireChangeTrackingInDays). */
export const KEPT_DAYS = 7;

/** A row that is gone comes as `{"@odata.context": "…/$metadata#contacts/$deletedEntity", "id": …, "reason": "deleted"}`. */
export function deletedRowsOf(keyColumn: string): DeletedRows {
  return {
    column: DELETED_COLUMN,
    marker: { member: '@odata.context', ending: '/$deletedEntity' },
    key: { member: 'id', column: keyColumn },
  };
}
