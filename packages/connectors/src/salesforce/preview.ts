import { requirePreviewLimit } from '../preview-limit.ts';
import type { SalesforceApi } from './api.ts';
import { describeTable } from './describe.ts';
import { fitsUrl, queryRows } from './query.ts';
import { previewSoql } from './soql.ts';

/**
 * The first rows of a table, with all of its columns. Where these are too many for one query they are asked for in
 * several, and put together by the key; a table without a key shows the first columns only.
 */
export async function previewRows(
  api: SalesforceApi,
  table: string,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly Record<string, unknown>[]> {
  requirePreviewLimit(limit);
  const description = await describeTable(api, table, signal);
  const [key] = description.keyColumns;
  const columns = description.columns.map(({ name }) => name).filter((name) => name !== key);
  const write = (group: readonly string[]) =>
    previewSoql(description, key === undefined ? group : [key, ...group], limit);
  const [first, ...further] = splitToFit(columns, (group) => fitsUrl(api, write(group)));
  const rows = await queryRows(api, write(first ?? []), { signal });
  if (key === undefined) return rows;
  const byKey = new Map(rows.map((row) => [row[key], { ...row }]));
  for (const group of further) {
    for (const row of await queryRows(api, write(group), { signal }))
      Object.assign(byKey.get(row[key]) ?? {}, row);
  }
  return [...byKey.values()];
}

/** Splits names in order into the fewest groups that each fit. */
function splitToFit(names: readonly string[], fits: (group: readonly string[]) => boolean): string[][] {
  const groups: string[][] = [];
  for (const name of names) {
    const last = groups.at(-1);
    if (last !== undefined && fits([...last, name])) last.push(name);
    else groups.push([name]);
  }
  return groups;
}
