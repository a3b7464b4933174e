import type { Kysely, Selectable } from 'kysely';
import type { Scope } from './scope.ts';
import type { StagedPage } from './staging.ts';
import type { Tables } from './tables.ts';

/** How far a flow has read: up to a time on a delta column, or up to where the source's change token stands. */
export type Watermark = TimeWatermark | TokenWatermark;

/** How far a flow's delta column has been landed. */
export interface TimeWatermark {
  readonly kind: 'time';
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

export interface TokenWatermark {
  readonly kind: 'token';
  readonly flowId: string;
  /** The source's own: what changes after it was given is read with it. */
  readonly changeToken: string;
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
      return row && fromRow(row);
    },

    async put(watermark) {
      const values = { ...positionOf(watermark), run_id: watermark.runId, updated_at: new Date() };
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

function fromRow(row: Selectable<Tables['watermarks']>): Watermark {
  const { flow_id: flowId, run_id: runId, change_token: changeToken } = row;
  if (changeToken !== null) return { kind: 'token', flowId, changeToken, runId };
  const { delta_column: deltaColumn, settled_up_to: settledUpTo, up_to: upTo } = row;
  if (deltaColumn === null || settledUpTo === null || upTo === null)
    throw new Error('a watermark without position');
  return {
    kind: 'time',
    flowId,
    deltaColumn,
    settledUpTo,
    upTo,
    // Only `put` above writes these columns.
    unsettledPages: row.unsettled_pages as StagedPage[],
    columns: row.columns as string[],
    runId,
  };
}

function positionOf(watermark: Watermark) {
  const isTime = watermark.kind === 'time';
  return {
    delta_column: isTime ? watermark.deltaColumn : null,
    settled_up_to: isTime ? watermark.settledUpTo : null,
    up_to: isTime ? watermark.upTo : null,
    unsettled_pages: JSON.stringify(isTime ? watermark.unsettledPages : []),
    columns: JSON.stringify(isTime ? watermark.columns : []),
    change_token: isTime ? null : watermark.changeToken,
  };
}
