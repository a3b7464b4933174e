import { type Kysely, sql } from 'kysely';
import { held, type PartitionHold } from './partition-hold.ts';
import { ClaimLost } from './runs.ts';
import type { Scope } from './scope.ts';
import { fromPartitionRow, type PartitionRow, type StagedPartition } from './staging.ts';
import type { Tables } from './tables.ts';

/** How many partitions may be read at the same time. */
export interface ReadLimits {
  /** Of one run, by all workers together. */
  readonly ofRun: number;
  /** Of all runs over one base connection. */
  readonly ofConnection: number;
}

/** A partition, and how far those who had it before have read it. */
export interface TakenReading {
  readonly partition: StagedPartition;
  /** How many of its pages are staged. */
  readonly stagedPages: number;
  /** Where the last of them says that it goes on; undefined where it does not, or there is none. */
  readonly next: string | undefined;
}

/** What the partitions that are not staged yet are waiting for. */
export type TakenPartition =
  | ({ readonly kind: 'taken' } & TakenReading)
  /** There are some, but others read them, or as many are read as may be. */
  | { readonly kind: 'later' }
  | { readonly kind: 'none' };

/**
 * Who reads which partition of a run. A reader has a partition for itself until it is staged, given back, or not told of for
 * a while; what a reader writes that has lost its partition is refused.
 */
export interface PartitionReaders {
  /** Takes the next partition of a run that nobody reads. */
  take(runId: string, reader: string, limits: ReadLimits): Promise<TakenPartition>;
  /** Tells that a partition is still being read; false when it is lost. */
  prolong(runId: string, partitionId: string, reader: string): Promise<boolean>;
  /**
   * Keeps a partition with its reader, and its run with its holder, until the transaction ends.
   * @throws {ClaimLost} when either has lost it.
   */
  hold(hold: PartitionHold): Promise<void>;
  /** Lets others read a partition; with what was wrong with it, nobody reads it until that is dealt with. */
  giveBack(
    runId: string,
    partitionId: string,
    reader: string,
    problem?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  /** What was wrong with a partition that was given back, of those of a run the first; undefined where nothing is. */
  problem(runId: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Forgets who reads what and what was wrong: a run's new holder begins afresh. */
  reset(runId: string): Promise<void>;
}

/** A partition that is not told of for so long is free again. */
const READ_SECONDS = 45;

export function scopedPartitionReaders(database: Kysely<Tables>, scope: Scope): PartitionReaders {
  return {
    async take(runId, reader, limits) {
      const { rows } = await sql<TakenRow>`
        select * from take_partition(${scope.orgId}, ${scope.sandboxId}, ${runId}, ${reader}, ${READ_SECONDS},
          ${limits.ofRun}, ${limits.ofConnection})`.execute(database);
      const [row] = rows;
      if (row !== undefined) {
        const { staged_pages: stagedPages, next } = row;
        return { kind: 'taken', partition: fromPartitionRow(row), stagedPages, next: next ?? undefined };
      }
      const left = await partitionsOf(database, scope, runId)
        .select('id')
        .where('is_staged', '=', false)
        .limit(1)
        .executeTakeFirst();
      return { kind: left === undefined ? 'none' : 'later' };
    },

    async prolong(runId, partitionId, reader) {
      const row = await changing(database, scope, runId)
        .where('id', '=', partitionId)
        .where('reader', '=', reader)
        .set({ read_until: untilLost() })
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },

    async hold(hold) {
      const { rows } = await sql`with ${held(scope, hold)} select 1 from held`.execute(database);
      if (rows.length === 0) throw new ClaimLost(hold.runId);
    },

    async giveBack(runId, partitionId, reader, problem) {
      await changing(database, scope, runId)
        .where('id', '=', partitionId)
        .where('reader', '=', reader)
        .set({
          reader: null,
          read_until: null,
          ...(problem === undefined ? {} : { problem: JSON.stringify(problem) }),
        })
        .execute();
    },

    async problem(runId) {
      const row = await partitionsOf(database, scope, runId)
        .select('problem')
        .where('problem', 'is not', null)
        .orderBy('position')
        .limit(1)
        .executeTakeFirst();
      return row?.problem ?? undefined;
    },

    async reset(runId) {
      await changing(database, scope, runId).set({ reader: null, read_until: null, problem: null }).execute();
    },
  };
}

function partitionsOf(database: Kysely<Tables>, scope: Scope, runId: string) {
  return database
    .selectFrom('run_partitions')
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandboxId)
    .where('run_id', '=', runId);
}

/** Of a partition that is staged nothing changes any more. */
function changing(database: Kysely<Tables>, scope: Scope, runId: string) {
  return database
    .updateTable('run_partitions')
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandboxId)
    .where('run_id', '=', runId)
    .where('is_staged', '=', false);
}

/** What `take_partition` tells of the partition that it gives. */
type TakenRow = PartitionRow & { readonly staged_pages: number; readonly next: string | null };

/** By the database's clock: those of the workers may differ. */
function untilLost() {
  return sql<Date>`now() + ${READ_SECONDS}::integer * interval '1 second'`;
}
