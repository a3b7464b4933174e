import { valueAt } from '../json.ts';
import { requirePreviewLimit } from '../preview-limit.ts';
import { type DynamicsApi, MAX_PATH_LENGTH } from './api.ts';
import { DELETED_COLUMN } from './deleted-rows.ts';
import { describeTable, itemsOf } from './describe.ts';
import { pathOf, rowQueryOf } from './query.ts';

/** The first rows of a table with all of its columns, labels and names among them. */
export async function previewRows(
  api: DynamicsApi,
  table: string,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly Record<string, unknown>[]> {
  requirePreviewLimit(limit);
  const described = await describeTable(api, table, signal);
  const columns = described.description.columns.map(({ name }) => name);
  const query = rowQueryOf({ table, columns, window: undefined }, described);
  const top = { $top: String(limit) };
  const selected = pathOf(query.entitySet, { $select: query.select.join(','), ...top });
  // Without a selection all columns come, which takes longer.
  const path = selected.length > MAX_PATH_LENGTH ? pathOf(query.entitySet, top) : selected;
  const headers = { prefer: `odata.include-annotations="${query.annotations.join(',')}"` };
  const rows = itemsOf(await api.json({ path, headers, signal }), 'rows');
  return rows.map((row) =>
    Object.fromEntries(
      columns.map((name) => [
        name,
        name === DELETED_COLUMN ? false : (valueAt(row, query.keys[name] ?? name) ?? null),
      ]),
    ),
  );
}
