import { type RawBuilder, sql } from 'kysely';
import type { Scope } from './scope.ts';
import type { Claim } from './work-queue.ts';

/** A partition that somebody reads in the name of its run's holder. */
export interface PartitionHold {
  readonly runId: string;
  /** The run's, not the reader's. */
  readonly claim: Claim;
  readonly partitionId: string;
  readonly reader: string;
}

/**
 * The query `held (run_id, partition_id)`, for a `with`: one row while the partition is its reader's and the
 * run its holder's, none otherwise. Both stay so until the transaction ends, so that a statement that writes
 * only what it finds there writes as the holder, in one go.
 */
export function held(
  scope: Scope,
  { runId, claim, partitionId, reader }: PartitionHold,
): RawBuilder<unknown> {
  return sql`held (run_id, partition_id) as (
    select run_partitions.run_id, run_partitions.id
    from run_partitions join flow_runs on flow_runs.org_id = run_partitions.org_id
      and flow_runs.sandbox_id = run_partitions.sandbox_id and flow_runs.id = run_partitions.run_id
    where run_partitions.org_id = ${scope.orgId} and run_partitions.sandbox_id = ${scope.sandboxId}
      and run_partitions.run_id = ${runId} and run_partitions.id = ${partitionId} and run_partitions.reader = ${reader}
      and flow_runs.lease_owner = ${claim} and flow_runs.completed_at is null
    for share)`;
}
