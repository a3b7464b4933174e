import { type Partition, type ReadRequest, SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import { createQueryJob } from './bulk.ts';
import { describeTable } from './describe.ts';
import { type PartitionState, partitionOf } from './partition.ts';
import { countRows, fitsUrl } from './query.ts';
import { soqlOf } from './soql.ts';

/** Codes under which no bulk job is to be had, while the same query by REST may well succeed. */
const BULK_UNAVAILABLE: ReadonlySet<string> = new Set([
  'API_ERROR',
  'EXCEEDEDQUOTA',
  'EXCEEDED_QUOTA',
  'LIMIT_EXCEEDED',
  'FEATURENOTENABLED',
  'FUNCTIONALITY_NOT_ENABLED',
  'API_DISABLED_FOR_ORG',
  'INVALIDENTITY',
  'INVALID_ENTITY',
  'NOT_FOUND',
]);

/**
 * Plans a read as one partition, or none where no row is in the window: by REST where the rows are few, where a job's
 * overhead of seconds would not pay; otherwise by a bulk job that starts now. Where no job is to be had it is REST
 * again, and the partition says why.
 */
export async function planRead(
  api: SalesforceApi,
  request: ReadRequest,
  bulkFromRows: number,
  signal: AbortSignal | undefined,
): Promise<readonly Partition[]> {
  const soql = soqlOf(request, await describeTable(api, request.table, signal));
  const rows = await countOrUnknown(api, soql.count, signal);
  if (rows === 0) return [];
  const byRest: PartitionState = { api: 'rest', apiVersion: api.version, query: soql.ordered };
  const isRestPossible = fitsUrl(api, soql.ordered);
  if (rows !== undefined && rows < bulkFromRows && isRestPossible) return [partitionOf(byRest, rows)];
  try {
    const jobId = await createQueryJob(api, soql.unordered, signal);
    return [partitionOf({ api: 'bulk', apiVersion: api.version, query: soql.unordered, jobId }, rows)];
  } catch (error) {
    if (!(error instanceof SourceError) || !BULK_UNAVAILABLE.has(error.code.toUpperCase())) throw error;
    if (!isRestPossible) throw tooManyColumns(request, error);
    return [partitionOf({ ...byRest, insteadOfBulk: error.code }, rows)];
  }
}

/** Counting can time out where a bulk job, which splits the query, does not. */
export async function countOrUnknown(
  api: SalesforceApi,
  count: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  try {
    return await countRows(api, count, signal);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'QUERY_TIMEOUT') return undefined;
    throw error;
  }
}

function tooManyColumns({ table, columns }: ReadRequest, cause: SourceError): SourceError {
  return new SourceError(
    cause.kind,
    cause.code,
    `columns: ${columns.length} columns of ${table} are too many for a REST query, and no bulk job is to be had: ${cause.message}`,
    { cause },
  );
}
