import { createHash } from 'node:crypto';
import { type Partition, SourceError } from '../source.ts';

/** Rows that a REST cursor gives. */
export interface RestState {
  readonly api: 'rest';
  readonly apiVersion: string;
  readonly query: string;
  /** Why no bulk job reads them, though they are many: Salesforce's error code. */
  readonly insteadOfBulk?: string;
}

/** Rows that a bulk job gives. Its results can be fetched only under the version that made it. */
export interface BulkState {
  readonly api: 'bulk';
  readonly apiVersion: string;
  readonly query: string;
  readonly jobId: string;
}

export type PartitionState = RestState | BulkState;

/** An id of a job, which becomes a part of paths. */
export const JOB_ID = /^[A-Za-z0-9]{15,18}$/;
const API_VERSION = /^\d{2,3}\.0$/;

export function partitionOf(state: PartitionState, announcedRows: number | undefined): Partition {
  const id =
    state.api === 'bulk' ? state.jobId : createHash('sha256').update(state.query).digest('hex').slice(0, 16);
  return { id: `${state.api}-${id}`, announcedRows, state: { ...state } };
}

/**
 * Reads the state of a partition that may have been stored by another process or version.
 *
 * @throws SourceError `expired` where it is not understood: planned anew, it will be.
 */
export function partitionStateOf({ id, state }: Partition): PartitionState {
  const { api, apiVersion, query, jobId } = state;
  if (typeof query === 'string' && typeof apiVersion === 'string' && API_VERSION.test(apiVersion)) {
    if (api === 'rest') return { api, apiVersion, query };
    if (api === 'bulk' && typeof jobId === 'string' && JOB_ID.test(jobId))
      return { api, apiVersion, query, jobId };
  }
  throw new SourceError('expired', 'UNKNOWN_PARTITION', `Partition ${id} is not one that can be read`);
}
