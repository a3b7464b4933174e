import { type Kysely, sql } from 'kysely';
import { inTransaction } from './in-transaction.ts';
import { LeaseLost } from './runs.ts';
import type { Scope } from './scope.ts';
import { fromPartitionRow, type StagedPartition } from './staging.ts';
import type { Tables } from './tables.ts';

/** How many partitions may be read at the same time. */
export interface ReadLimits {
  /** Of one run, by all workers together. */
  readonly ofRun: number;
  /** Of all runs over one base connection. */
  readonly ofConnection: number;
}

/** What the partitions that are not staged yet are waiting for. */
export type TakenPartition =
  | { readonly kind: 'taken'; readonly partition: StagedPartition }
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
   * Keeps a partition with its reader until the transaction ends.
   * @throws {LeaseLost} when the reader has lost it.
   */
  hold(runId: string, partitionId: string, reader: string): Promise<void>;
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
    take: (runId, reader, limits) =>
      inTransaction(database, async (transaction) => {
        const connection = await connectionOf(transaction, scope, runId);
        if (connection === undefined) return { kind: 'none' };
        // Whoever counts next counts what is taken here.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`read ${connection}`}, 0))`.execute(
          transaction,
        );
        if (await isFull(transaction, scope, runId, connection, limits)) return { kind: 'later' };
        const free = partitionsOf(transaction, scope, runId)
          .select('id')
          .where('is_staged', '=', false)
          .where('problem', 'is', null)
          .where((where) =>
            where.or([where('reader', 'is', null), where('read_until', '<=', sql<Date>`now()`)]),
          )
          .orderBy('position')
          .limit(1);
        const row = await changing(transaction, scope, runId)
          .where('id', '=', free)
          .set({ reader, read_until: untilLost() })
          .returningAll()
          .executeTakeFirst();
        return row ? { kind: 'taken', partition: fromPartitionRow(row) } : { kind: 'later' };
      }),

    async prolong(runId, partitionId, reader) {
      const row = await changing(database, scope, runId)
        .where('id', '=', partitionId)
        .where('reader', '=', reader)
        .set({ read_until: untilLost() })
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },

    async hold(runId, partitionId, reader) {
      const row = await partitionsOf(database, scope, runId)
        .select('id')
        .where('id', '=', partitionId)
        .where('reader', '=', reader)
        .forShare()
        .executeTakeFirst();
      if (row === undefined) throw new LeaseLost(runId);
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

/** Of a run that has partitions to be read. */
async function connectionOf(
  database: Kysely<Tables>,
  scope: Scope,
  runId: string,
): Promise<string | undefined> {
  const row = await partitionsOf(database, scope, runId)
    .select('connection_id')
    .where('is_staged', '=', false)
    .limit(1)
    .executeTakeFirst();
  return row && (row.connection_id ?? '');
}

async function isFull(
  database: Kysely<Tables>,
  scope: Scope,
  runId: string,
  connection: string,
  limits: ReadLimits,
): Promise<boolean> {
  const isOfRun = sql<boolean>`org_id = ${scope.orgId} and sandbox_id = ${scope.sandboxId} and run_id = ${runId}`;
  const { ofRun, ofConnection } = await database
    .selectFrom('run_partitions')
    .select([
      sql<number>`count(*)::integer`.as('ofConnection'),
      sql<number>`(count(*) filter (where ${isOfRun}))::integer`.as('ofRun'),
    ])
    .where('connection_id', '=', connection)
    .where('reader', 'is not', null)
    .where('is_staged', '=', false)
    .where('read_until', '>', sql<Date>`now()`)
    .executeTakeFirstOrThrow();
  return ofRun >= limits.ofRun || ofConnection >= limits.ofConnection;
}

/** By the database's clock: those of the workers may differ. */
function untilLost() {
  return sql<Date>`now() + ${READ_SECONDS}::integer * interval '1 second'`;
}
