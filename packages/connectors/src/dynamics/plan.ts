import { type Partition, type ReadRequest, SourceError } from '../source.ts';
import { type DynamicsApi, MAX_PATH_LENGTH } from './api.ts';
import { deltaTokenOf } from './changes.ts';
import type { RowCount } from './count.ts';
import { type DynamicsTable, describeTable } from './describe.ts';
import { partitionOf } from './partition.ts';
import { type RowQuery, rowQueryOf, rowsPath } from './query.ts';
import { countAll, splitIntoRanges } from './ranges.ts';

/**
 * Plans a read: one partition where the rows are few, none where there are none, and otherwise ranges of them. Changes
 * are one partition whether there are any or not, for in the end they tell where the next begin.
 */
export async function planRead(
  api: DynamicsApi,
  request: ReadRequest,
  rowsPerPartition: number,
  signal: AbortSignal | undefined,
): Promise<readonly Partition[]> {
  if (request.includeDeleted === true && request.window !== undefined) throw deletionsNotInWindow(request);
  const table = await describeTable(api, request.table, signal);
  const query = rowQueryOf(request, table);
  if (rowsPath(query).length > MAX_PATH_LENGTH) throw tooManyColumns(request);
  if (request.changes !== undefined) return [await planChanges(api, request, table, query, signal)];
  const ranges = await splitIntoRanges(api, query, table, rowsPerPartition, signal);
  return ranges.map((range) => partition(range.query, range.rows, { path: rowsPath(range.query) }));
}

/**
 * The chain of pages that ends in a delta link. A first one has all rows, and can't be split: only the link's own chain
 * is sure to have every row that changes while it is read either on a page or among the next changes.
 */
async function planChanges(
  api: DynamicsApi,
  request: ReadRequest,
  table: DynamicsTable,
  query: RowQuery,
  signal: AbortSignal | undefined,
): Promise<Partition> {
  const deltaToken = await deltaTokenOf(api, request, table, signal);
  const rows = deltaToken === undefined ? await countAll(api, query, table, signal) : undefined;
  return partition(query, rows ?? 'many', { path: rowsPath(query, deltaToken), changesOf: request.table });
}

function partition(
  { entitySet, filter, annotations, keys, deletedRowsKey }: RowQuery,
  rows: RowCount,
  { path, changesOf }: { path: string; changesOf?: string },
): Partition {
  return partitionOf(
    { entitySet, path, filter, annotations, keys, deletedRowsKey, changesOf },
    rows === 'many' ? undefined : rows,
  );
}

function deletionsNotInWindow({ table }: ReadRequest): SourceError {
  return new SourceError(
    'invalid',
    'DELETIONS_NOT_IN_WINDOW',
    `includeDeleted: rows of ${table} that are gone are told among its changes only, not within a window`,
  );
}

function tooManyColumns({ table, columns }: ReadRequest): SourceError {
  return new SourceError(
    'invalid',
    'QUERY_TOO_LONG',
    `columns: ${columns.length} columns of ${table} are too many for one query; take fewer`,
  );
}
