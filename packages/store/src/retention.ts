import { type Kysely, sql } from 'kysely';
import { fromRow, type RunRecord } from './runs.ts';
import type { Scope } from './scope.ts';
import { fromRow as pointerFrom, type TablePointer } from './table-pointers.ts';
import type { Tables } from './tables.ts';

/** A table that is to be looked after. */
export interface TableDue {
  readonly scope: Scope;
  readonly pointer: TablePointer;
  /** The metadata in which nothing was left to do; undefined where there is none. */
  readonly upkeptLocation: string | undefined;
  /** Rows from before have gone; undefined where none has had its time yet. */
  readonly rowsExpiredBefore: Date | undefined;
}

/** What has been kept long enough, over all organisations and sandboxes. */
export interface Retention {
  /**
   * Runs that ended before a time, the oldest first. The newest run of a flow is never among them, nor one whose staged pages a
   * watermark keeps.
   */
  runsEndedBefore(time: Date, most: number): Promise<readonly RunRecord[]>;
  /** Forgets events that happened before a time, with what was told of them; the number of those. None that is still to be told. */
  forgetEvents(time: Date, most: number): Promise<number>;
  /** Tables that nobody has looked after since a time, those first that have waited longest. */
  tablesDue(since: Date, most: number): Promise<readonly TableDue[]>;
}

export function retention(database: Kysely<Tables>): Retention {
  return {
    async runsEndedBefore(time, most) {
      const rows = await database
        .selectFrom('flow_runs')
        .selectAll()
        .where('completed_at', '<', time)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('flow_runs as newer')
              .select('newer.id')
              .whereRef('newer.org_id', '=', 'flow_runs.org_id')
              .whereRef('newer.sandbox_id', '=', 'flow_runs.sandbox_id')
              .whereRef('newer.flow_id', '=', 'flow_runs.flow_id')
              .whereRef('newer.created_at', '>', 'flow_runs.created_at'),
          ),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('watermarks')
                .select('watermarks.run_id')
                .whereRef('watermarks.org_id', '=', 'flow_runs.org_id')
                .whereRef('watermarks.sandbox_id', '=', 'flow_runs.sandbox_id')
                .whereRef('watermarks.flow_id', '=', 'flow_runs.flow_id')
                .whereRef('watermarks.run_id', '=', 'flow_runs.id'),
            ),
          ),
        )
        .orderBy('completed_at')
        .limit(most)
        .execute();
      return rows.map(fromRow);
    },

    async forgetEvents(time, most) {
      const { rows } = await sql`
        delete from events where (org_id, sandbox_id, id) in (
          select org_id, sandbox_id, id from events
          where occurred_at < ${time} and not exists (
            select from event_deliveries as delivery
            where delivery.org_id = events.org_id and delivery.sandbox_id = events.sandbox_id
              and delivery.event_id = events.id and delivery.state = 'pending')
          order by occurred_at limit ${most})
        returning id`.execute(database);
      return rows.length;
    },

    async tablesDue(since, most) {
      const rows = await database
        .selectFrom('table_pointers')
        .selectAll()
        .where('upkept_at', '<', since)
        .orderBy('upkept_at')
        .limit(most)
        .execute();
      return rows.map((row) => ({
        scope: { orgId: row.org_id, sandboxId: row.sandbox_id },
        pointer: pointerFrom(row),
        upkeptLocation: row.upkept_location ?? undefined,
        rowsExpiredBefore: row.rows_expired_before ?? undefined,
      }));
    },
  };
}
