import { randomUUID } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import { inTransaction } from './in-transaction.ts';
import { sendRuns } from './run-queue.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';
import type { Claim, WorkQueue } from './work-queue.ts';

/** Where a flow run stands. The last four are final. */
export type RunState =
  | 'pending'
  | 'planning'
  | 'extracting'
  | 'transforming'
  | 'committing'
  | 'success'
  | 'partial'
  | 'failed'
  | 'cancelled';

const finalStates: ReadonlySet<RunState> = new Set(['success', 'partial', 'failed', 'cancelled']);

export interface RunRecord {
  readonly scope: Scope;
  readonly id: string;
  readonly flowId: string;
  readonly state: RunState;
  readonly etag: string;
  /** How many times a worker has taken this run up. */
  readonly attempt: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
  /** What the runner knows of the run so far; only the runner reads it. */
  readonly progress: Readonly<Record<string, unknown>>;
}

/** This worker holds the run no longer: stop at once, change nothing. */
export class ClaimLost extends Error {
  constructor(runId: string) {
    super(`flow run ${runId} was cancelled, has ended, or was taken over by another worker`);
    this.name = 'ClaimLost';
  }
}

/** The flow runs of one sandbox. */
export interface Runs {
  get(id: string): Promise<RunRecord | undefined>;
  list(query: { flowId?: string | undefined; limit: number; offset?: number }): Promise<readonly RunRecord[]>;
  /** The newest run of each of these flows that has run, by flow. */
  newestOf(flowIds: readonly string[]): Promise<ReadonlyMap<string, RunRecord>>;
  count(flowId?: string): Promise<number>;
  /**
   * Queues a run, to be taken up not before `notBefore`; undefined when the flow has one that is not
   * finished.
   */
  enqueue(
    flowId: string,
    progress?: Readonly<Record<string, unknown>>,
    notBefore?: Date,
  ): Promise<RunRecord | undefined>;
  /** Ends an open run as cancelled; undefined where it has ended. */
  cancel(id: string): Promise<RunRecord | undefined>;
  /** Ends the flow's open run, if it has one, as cancelled. */
  cancelOpen(flowId: string): Promise<void>;
  /** Forgets a run that has ended. */
  forget(id: string): Promise<void>;
  /**
   * Keeps a run with its holder until the transaction ends: what is written beside it is written by the
   * holder.
   * @throws {ClaimLost} when the run is held under another claim, or none.
   */
  hold(run: RunRecord, claim: Claim): Promise<void>;
  /**
   * Moves a run that is held under `claim` to `state` and keeps its progress; a final state ends the claim.
   * @throws {ClaimLost} when the run is held under another claim, or none.
   */
  advance(
    run: RunRecord,
    claim: Claim,
    state: RunState,
    progress: Readonly<Record<string, unknown>>,
  ): Promise<RunRecord>;
}

export function scopedRuns(database: Kysely<Tables>, scope: Scope, work: WorkQueue): Runs {
  const table = () =>
    database
      .selectFrom('flow_runs')
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId);
  const cancelling = () => {
    const now = new Date();
    return database
      .updateTable('flow_runs')
      .set({ state: 'cancelled', etag: randomUUID(), updated_at: now, completed_at: now, lease_owner: null })
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('completed_at', 'is', null);
  };

  return {
    async get(id) {
      return toRun(await table().where('id', '=', id).selectAll().executeTakeFirst());
    },

    async list({ flowId, limit, offset = 0 }) {
      let query = table().selectAll();
      if (flowId !== undefined) query = query.where('flow_id', '=', flowId);
      const rows = await query
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(fromRow);
    },

    async newestOf(flowIds) {
      // A look into the index for each flow: `distinct on` would read every run that the flows ever had.
      const flows = sql<{ id: string }>`(select unnest(${[...flowIds]}::text[]) as id)`.as('flows');
      const rows = await database
        .selectFrom(flows)
        .innerJoinLateral(
          (query) =>
            query
              .selectFrom('flow_runs')
              .where('org_id', '=', scope.orgId)
              .where('sandbox_id', '=', scope.sandboxId)
              .whereRef('flow_id', '=', 'flows.id')
              .selectAll()
              .orderBy('created_at', 'desc')
              .limit(1)
              .as('newest'),
          (join) => join.onTrue(),
        )
        .selectAll('newest')
        .execute();
      return new Map(rows.map((row) => [row.flow_id, fromRow(row)]));
    },

    async count(flowId) {
      let query = table().select(sql<number>`count(*)::integer`.as('count'));
      if (flowId !== undefined) query = query.where('flow_id', '=', flowId);
      return (await query.executeTakeFirstOrThrow()).count;
    },

    enqueue: (flowId, progress = {}, notBefore) =>
      inTransaction(database, async (transaction) => {
        const run = toRun(await insertRun(transaction, scope, flowId, progress));
        if (run !== undefined) await sendRuns(transaction, work, [run], notBefore);
        return run;
      }),

    async cancel(id) {
      const rows = await cancelling().where('id', '=', id).returningAll().execute();
      return toRun(rows[0]);
    },

    async cancelOpen(flowId) {
      await cancelling().where('flow_id', '=', flowId).execute();
    },

    async forget(id) {
      await database
        .deleteFrom('flow_runs')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('id', '=', id)
        .where('completed_at', 'is not', null)
        .execute();
    },

    async hold(run, claim) {
      const row = await table()
        .where('id', '=', run.id)
        .where('lease_owner', '=', claim)
        .where('completed_at', 'is', null)
        .select('id')
        .forShare()
        .executeTakeFirst();
      if (row === undefined) throw new ClaimLost(run.id);
    },

    async advance(run, claim, state, progress) {
      const now = new Date();
      const isFinal = finalStates.has(state);
      const row = await database
        .updateTable('flow_runs')
        .set({
          state,
          progress: JSON.stringify(progress),
          etag: randomUUID(),
          updated_at: now,
          ...(isFinal ? { completed_at: now, lease_owner: null } : {}),
        })
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('id', '=', run.id)
        .where('lease_owner', '=', claim)
        .where('completed_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw new ClaimLost(run.id);
      return fromRow(row);
    },
  };
}

/** Undefined when the flow has a run that is not finished. */
function insertRun(
  database: Kysely<Tables>,
  scope: Scope,
  flowId: string,
  progress: Readonly<Record<string, unknown>>,
): Promise<RunRow | undefined> {
  const now = new Date();
  return database
    .insertInto('flow_runs')
    .values({
      org_id: scope.orgId,
      sandbox_id: scope.sandboxId,
      id: randomUUID(),
      flow_id: flowId,
      state: 'pending',
      etag: randomUUID(),
      attempt: 0,
      created_at: now,
      updated_at: now,
      started_at: null,
      completed_at: null,
      lease_owner: null,
      progress: JSON.stringify(progress),
    })
    .onConflict((conflict) =>
      conflict.columns(['org_id', 'sandbox_id', 'flow_id']).where('completed_at', 'is', null).doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
}

export type RunRow = Selectable<Tables['flow_runs']>;

function toRun(row: RunRow | undefined): RunRecord | undefined {
  return row === undefined ? undefined : fromRow(row);
}

export function fromRow(row: RunRow): RunRecord {
  return {
    scope: { orgId: row.org_id, sandboxId: row.sandbox_id },
    id: row.id,
    flowId: row.flow_id,
    // The column's check constraint admits nothing else.
    state: row.state as RunState,
    etag: row.etag,
    attempt: row.attempt,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at ?? undefined,
    completedAt: row.completed_at ?? undefined,
    progress: row.progress,
  };
}
