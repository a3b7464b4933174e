import { textsAt, valueAt } from '../json.ts';
import { digestOf, unknownPartition } from '../partition-state.ts';
import type { Partition } from '../source.ts';
import { type IdRange, isRecordId } from './id-range.ts';
import type { RowQuery } from './soql.ts';

interface QueryState {
  readonly apiVersion: string;
  readonly query: RowQuery;
}

/** Rows that a REST cursor gives. */
export interface RestState extends QueryState {
  readonly api: 'rest';
}

/** Rows that a bulk job gives. Its results can be fetched only under the version that made it. */
export interface BulkState extends QueryState {
  readonly api: 'bulk';
  readonly jobId: string;
}

/** One page of the results of a bulk job that has ended. */
export interface BulkPageState {
  readonly api: 'bulk-page';
  readonly apiVersion: string;
  readonly jobId: string;
  /** Undefined for the first page. */
  readonly locator: string | undefined;
}

export type PartitionState = RestState | BulkState | BulkPageState;

/** An id of a job, which becomes a part of paths. */
export const JOB_ID = /^[A-Za-z0-9]{15,18}$/;
const API_VERSION = /^\d{2,3}\.0$/;

export interface PartitionFacts {
  /** Rows the source announced, where it told. */
  readonly announcedRows?: number | undefined;
  readonly notice?: string | undefined;
}

export function partitionOf(
  state: PartitionState,
  { announcedRows, notice }: PartitionFacts = {},
): Partition {
  return {
    id: `${state.api}-${handleOf(state)}`,
    announcedRows,
    state: { ...state },
    ...(notice === undefined ? {} : { notice }),
  };
}

function handleOf(state: PartitionState): string {
  switch (state.api) {
    case 'rest':
      return digestOf(JSON.stringify(state.query));
    case 'bulk':
      return state.jobId;
    case 'bulk-page':
      return `${state.jobId}-${digestOf(state.locator ?? '')}`;
  }
}

/**
 * Reads the state of a partition that may have been stored by another process or version.
 *
 * @throws SourceError `expired` where it is not understood: planned anew, it will be.
 */
export function partitionStateOf(partition: Partition): PartitionState {
  const { api, apiVersion, query, jobId, locator } = partition.state;
  if (typeof apiVersion === 'string' && API_VERSION.test(apiVersion)) {
    const rows = rowQueryAt(query);
    const job = typeof jobId === 'string' && JOB_ID.test(jobId) ? jobId : undefined;
    if (api === 'rest' && rows !== undefined) return { api, apiVersion, query: rows };
    if (api === 'bulk' && rows !== undefined && job !== undefined)
      return { api, apiVersion, query: rows, jobId: job };
    if (api === 'bulk-page' && job !== undefined && (locator === undefined || typeof locator === 'string'))
      return { api, apiVersion, jobId: job, locator };
  }
  throw unknownPartition(partition);
}

function rowQueryAt(value: unknown): RowQuery | undefined {
  const table = valueAt(value, 'table');
  const columns = textsAt(value, 'columns');
  const conditions = textsAt(value, 'conditions');
  const order = textsAt(value, 'order');
  const includeDeleted = valueAt(value, 'includeDeleted');
  if (typeof table !== 'string' || typeof includeDeleted !== 'boolean') return undefined;
  if (columns === undefined || conditions === undefined || order === undefined) return undefined;
  const range = valueAt(value, 'range');
  if (range === undefined) return { table, columns, conditions, order, includeDeleted, range: undefined };
  const ids = idRangeOf(range);
  return ids && { table, columns, conditions, order, includeDeleted, range: ids };
}

export function idRangeOf(value: unknown): IdRange | undefined {
  const after = valueAt(value, 'after');
  const upTo = valueAt(value, 'upTo');
  if (typeof value !== 'object' || value === null) return undefined;
  if (!isOpenOrId(after) || !isOpenOrId(upTo)) return undefined;
  return { ...(after === undefined ? {} : { after }), ...(upTo === undefined ? {} : { upTo }) };
}

function isOpenOrId(value: unknown): value is string | undefined {
  return value === undefined || isRecordId(value);
}
