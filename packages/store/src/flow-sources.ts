import type { Kysely } from 'kysely';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** What a flow's last run that landed found at the source, for the next one to compare with. */
export interface FlowSource {
  readonly flowId: string;
  /** All columns of the table, as the runner writes them. */
  readonly columns: readonly unknown[];
  /** When computed columns were last read for all rows. */
  readonly refreshedAt: Date | undefined;
  /** When a run that reads them was last queued by schedule. */
  readonly refreshQueuedAt?: Date | undefined;
  readonly runId: string;
}

/** The sources of one sandbox's flows, as they were last seen. */
export interface FlowSources {
  get(flowId: string): Promise<FlowSource | undefined>;
  put(source: FlowSource): Promise<void>;
  remove(flowId: string): Promise<void>;
}

export function scopedFlowSources(database: Kysely<Tables>, scope: Scope): FlowSources {
  return {
    async get(flowId) {
      const row = await database
        .selectFrom('flow_sources')
        .selectAll()
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('flow_id', '=', flowId)
        .executeTakeFirst();
      return (
        row && {
          flowId,
          columns: row.columns,
          refreshedAt: row.refreshed_at ?? undefined,
          refreshQueuedAt: row.refresh_queued_at ?? undefined,
          runId: row.run_id,
        }
      );
    },

    async put({ flowId, columns, refreshedAt, refreshQueuedAt, runId }) {
      const values = {
        columns: JSON.stringify(columns),
        refreshed_at: refreshedAt ?? null,
        refresh_queued_at: refreshQueuedAt ?? null,
        run_id: runId,
      };
      await database
        .insertInto('flow_sources')
        .values({ org_id: scope.orgId, sandbox_id: scope.sandboxId, flow_id: flowId, ...values })
        .onConflict((conflict) => conflict.columns(['org_id', 'sandbox_id', 'flow_id']).doUpdateSet(values))
        .execute();
    },

    async remove(flowId) {
      await database
        .deleteFrom('flow_sources')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('flow_id', '=', flowId)
        .execute();
    },
  };
}
