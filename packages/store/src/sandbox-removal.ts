import { type Kysely, sql } from 'kysely';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/*
 * How a sandbox is emptied, for a reset as well as for a deletion. Each step is kept before the next begins,
 * and each may be taken again, by any process: one that dies in between leaves nothing undone.
 *
 *   active      Open.
 *   resetting,  Closed by `closeSandbox`. The database refuses every insert from here on (SandboxClosed), so no request and
 *   deleting    no run that began before can put anything back. Then:
 *                 1. `empty` removes all rows in one transaction and notes in the same one which files they stood for.
 *                    Runs are among the rows: a worker that holds one finds its claim gone and can commit nothing.
 *                 2. The files are removed, and each is forgotten once it is (leftovers.ts).
 *                 3. `finish`, when no file that is due is left.
 *   active      After a reset: open, and empty.
 *   deleted     After a deletion.
 *
 * A worker that holds a run may write files until it learns that the run is gone. The tables that it may
 * write to are therefore noted a second time, to be removed once it must have learnt. Ids of tables are not
 * used twice, so that this harms nothing that came after.
 */

/** How long a worker whose run is gone may still be writing, in seconds: it asks every ten. */
const GRACE_SECONDS = 90;

export interface ClosedSandbox {
  readonly scope: Scope;
  /** Of the sandbox as it was closed. */
  readonly version: number;
}

/** The sandboxes of this installation, of all organisations, that are being reset or deleted. */
export interface SandboxRemovals {
  closed(): Promise<readonly ClosedSandbox[]>;
  /** Removes every row of a closed sandbox, and notes the files. Does nothing to an open one. */
  empty(scope: Scope): Promise<void>;
  /**
   * Opens an emptied sandbox after a reset, or counts it as deleted. Does nothing while files that are due at
   * `now` are left, nor when the sandbox has been closed once more since it was emptied.
   */
  finish(sandbox: ClosedSandbox, now: Date): Promise<void>;
}

/** Everything that belongs to a sandbox; partitions and pages go with their runs. */
const contents = [
  'resources',
  'table_pointers',
  'watermarks',
  'landed_items',
  'held_items',
  'flow_sources',
  'flow_schedules',
  'flow_runs',
  'event_deliveries',
  'events',
] as const satisfies readonly (keyof Tables)[];

export function sandboxRemovals(database: Kysely<Tables>): SandboxRemovals {
  return {
    async closed() {
      const rows = await database
        .selectFrom('sandboxes')
        .select(['org_id', 'id', 'version'])
        .where('state', 'in', ['resetting', 'deleting'])
        .execute();
      return rows.map((row) => ({
        scope: { orgId: row.org_id, sandboxId: row.id },
        version: row.version,
      }));
    },

    empty: (scope) =>
      database.transaction().execute(async (transaction) => {
        const closed = await transaction
          .selectFrom('sandboxes')
          .select('id')
          .where('org_id', '=', scope.orgId)
          .where('id', '=', scope.sandboxId)
          .where('state', 'in', ['resetting', 'deleting'])
          .forUpdate()
          .executeTakeFirst();
        if (closed === undefined) return;
        await noteLeftovers(transaction, scope);
        for (const table of contents) {
          await transaction
            .deleteFrom(table)
            .where('org_id', '=', scope.orgId)
            .where('sandbox_id', '=', scope.sandboxId)
            .execute();
        }
      }),

    async finish({ scope, version }, now) {
      await database
        .updateTable('sandboxes')
        .set((columns) => ({
          state: sql<string>`case state when 'resetting' then 'active' else 'deleted' end`,
          version: columns('version', '+', 1),
          updated_at: new Date(),
        }))
        .where('org_id', '=', scope.orgId)
        .where('id', '=', scope.sandboxId)
        .where('state', 'in', ['resetting', 'deleting'])
        .where('version', '=', version)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('sandbox_leftovers')
                .select('name')
                .where('org_id', '=', scope.orgId)
                .where('sandbox_id', '=', scope.sandboxId)
                .where('not_before', '<=', now),
            ),
          ),
        )
        .execute();
    },
  };
}

/** Files of tables, of batches, of open runs, and of runs whose pages a watermark keeps. */
async function noteLeftovers(transaction: Kysely<Tables>, { orgId, sandboxId }: Scope): Promise<void> {
  const own = sql`org_id = ${orgId} and sandbox_id = ${sandboxId}`;
  const atOnce = sql`to_timestamp(0)`;
  // To the millisecond, as JavaScript reads it back.
  const afterwards = sql`date_trunc('milliseconds', now()) + ${GRACE_SECONDS}::integer * interval '1 second'`;
  await sql`
    insert into sandbox_leftovers (org_id, sandbox_id, kind, name, not_before)
    select ${orgId}, ${sandboxId}, kind, name, not_before from (
      select 'table' as kind, location as name, ${atOnce} as not_before from table_pointers where ${own}
      union select 'diagnostics', id, ${atOnce} from resources where ${own} and kind = 'batch'
      union select 'staging', id, ${atOnce} from flow_runs where ${own} and completed_at is null
      union select 'staging', run_id, ${atOnce} from watermarks where ${own}
      union select 'table', location, ${afterwards} from table_pointers
        where ${own} and exists (
          select from flow_runs where ${own} and completed_at is null and lease_owner is not null)
    ) as left_over
    on conflict do nothing`.execute(transaction);
}
