import type { FileLayout } from './file-layout.ts';
import { rawName, rawNames, stagedRelations } from './staged-rows.ts';
import type { TransformRequest } from './transform.ts';

/**
 * The rows of a raw relation with `landed` beside them: whether a row that is equal in all source columns, nulls
 * included, stands in the landed files. Rows of those files that could not be read never landed.
 */
export function withLanded(
  rawRelation: string,
  landed: readonly FileLayout[],
  { columns }: Pick<TransformRequest, 'columns'>,
): string {
  if (landed.length === 0) return `SELECT *, false AS landed FROM (${rawRelation})`;
  const landedRows = stagedRelations(landed, columns, 'compare').join(' UNION ALL ');
  const same = columns.map((_, index) => `s.${rawName(index)} IS NOT DISTINCT FROM l.${rawName(index)}`);
  return (
    `SELECT s.*, coalesce(l.landed, false) AS landed FROM (${rawRelation}) s ` +
    `LEFT JOIN (SELECT DISTINCT ${rawNames(columns)}, true AS landed FROM (${landedRows})) l ` +
    `ON ${same.join(' AND ')}`
  );
}
