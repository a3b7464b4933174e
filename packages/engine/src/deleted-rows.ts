import { quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import { jsonPointer } from './json-pointer.ts';
import { rawName } from './relation-parts.ts';
import type { DeletedRows } from './transform.ts';

/**
 * SQL for an object of a page as a row: one that tells of a row that is gone becomes a row of the key and the mark alone,
 * whatever else it holds.
 *
 * @param keyOf - names the member of rows that holds a column.
 * @param keyless - SQL that fails, for a row that is gone without saying which.
 */
export function deletedAsRow(
  item: string,
  { column, marker, key }: DeletedRows,
  keyOf: (columnName: string) => string,
  keyless: string,
): string {
  const text = (member: string) => `json_extract_string(${item}, ${quoteLiteral(jsonPointer(member))})`;
  const members = [
    [keyOf(key.column), text(key.member)],
    [keyOf(column), 'true'],
  ].map(([name = '', value]) => `${quoteLiteral(name)}, ${value}`);
  return (
    `CASE WHEN coalesce(ends_with(${text(marker.member)}, ${quoteLiteral(marker.ending)}), false) ` +
    `THEN CASE WHEN ${text(key.member)} IS NULL THEN ${keyless} ELSE json_object(${members.join(', ')}) END ELSE ${item} END`
  );
}

/** A raw relation in which rows without a mark are marked as being there. */
export function withLiveRowsMarked(
  relation: string,
  { column }: DeletedRows,
  columns: readonly SourceColumn[],
): string {
  const index = columns.findIndex(({ name }) => name === column);
  if (index === -1) return relation;
  const raw = rawName(index);
  return `SELECT * REPLACE (coalesce(${raw}, 'false') AS ${raw}) FROM (${relation})`;
}
