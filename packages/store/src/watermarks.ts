import type { Kysely } from 'kysely';
import type { Scope } from './scope.ts';
import type { StagedPage } from './staging.ts';
import type { Tables } from './tables.ts';

/** How far a flow's delta column has been landed. */
export interface Watermark {
  readonly flowId: string;
  readonly deltaColumn: string;
  /** Up to here (inclusive) nothing can be committed late any more; the next run reads on from here. */
  readonly settledUpTo: Date;
  /** Up to here (inclusive) everything visible has landed. */
  readonly upTo: Date;
  /** The staged rows of `(settledUpTo, upTo]`: the next run reads that range again and skips what lies in these. */
  readonly unsettledPages: readonly StagedPage[];
  /** Names of the columns that those pages were read with. */
  readonly columns: readonly string[];
  readonly runId: string;
}

/** The watermarks of one sandbox's flows. */
export interface Watermarks {
  get(flowId: string): Promise<Watermark | undefined>;
  put(watermark: Watermark): Promise<void>;
  remove(flowId: string): Promise<void>;
}

export function scopedWatermarks(database: Kysely<Tables>, scope: Scope): Watermarks {
  return {
    async get(flowId) {
      const row = await database
        .selectFrom('watermarks')
        .selectAll()
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('flow_id', '=', flowId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        flowId: row.flow_id,
        deltaColumn: row.delta_column,
        settledUpTo: row.settled_up_to,
        upTo: row.up_to,
        // Only `put` below writes these columns.
        unsettledPages: row.unsettled_pages as StagedPage[],
        columns: row.columns as string[],
        runId: row.run_id,
      };
    },

    async put(watermark) {
      const values = {
        delta_column: watermark.deltaColumn,
        settled_up_to: watermark.settledUpTo,
        up_to: watermark.upTo,
        unsettled_pages: JSON.stringify(watermark.unsettledPages),
        columns: JSON.stringify(watermark.columns),
        run_id: watermark.runId,
        updated_at: new Date(),
      };
      await database
        .insertInto('watermarks')
        .values({ org_id: scope.orgId, sandbox_id: scope.sandboxId, flow_id: watermark.flowId, ...values })
        .onConflict((conflict) => conflict.columns(['org_id', 'sandbox_id', 'flow_id']).doUpdateSet(values))
        .execute();
    },

    async remove(flowId) {
      await database
        .deleteFrom('watermarks')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('flow_id', '=', flowId)
        .execute();
    },
  };
}
