import type { SourceColumn } from '@tributary/xdm';
import type { FileLayout } from './file-layout.ts';
import { isNested, parseSourceText } from './source-types.ts';
import { rawName, stagedRelations } from './staged-rows.ts';
import type { TransformRequest } from './transform.ts';

/**
 * The rows of a raw relation with `landed` beside them: whether a row that is equal in all columns that both were read
 * with, nulls included, stands in the landed files. Rows of those files that could not be read never landed.
 */
export function withLanded(
  rawRelation: string,
  landed: readonly FileLayout[],
  { columns, landedColumns }: Pick<TransformRequest, 'columns' | 'landedColumns'>,
): string {
  if (landed.length === 0) return `SELECT *, false AS landed FROM (${rawRelation})`;
  const common = columns
    .map((column, index) => ({ column, raw: rawName(index) }))
    .filter(({ column }) => landedColumns?.includes(column.name) ?? true);
  const landedRows = stagedRelations(landed, columns, 'compare').join(' UNION ALL ');
  const keys = common.map(({ column, raw }) => `${comparable(column, raw)} AS ${raw}`);
  const same = common.map(
    ({ column, raw }) => `${comparable(column, `s.${raw}`)} IS NOT DISTINCT FROM l.${raw}`,
  );
  return (
    `SELECT s.*, coalesce(l.landed, false) AS landed FROM (${rawRelation}) s ` +
    `LEFT JOIN (SELECT DISTINCT ${keys.join(', ')}, true AS landed FROM (${landedRows})) l ` +
    `ON ${same.join(' AND ')}`
  );
}

/** A source may write one value in several ways, depending on the API that it is read by: compared is what it means. */
function comparable({ type }: SourceColumn, raw: string): string {
  return type === 'string' || isNested(type)
    ? raw
    : `coalesce(CAST(${parseSourceText(type, raw)} AS VARCHAR), ${raw})`;
}
