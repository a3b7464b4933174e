import { type Kysely, type Selectable, sql } from 'kysely';
import type { LandedItem } from './landed-items.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** Why an item cannot be read. */
export interface ItemFault {
  /** The source's or the engine's code, such as `UNREADABLE_FILE`. */
  readonly code: string;
  /** For people; names the item. */
  readonly message: string;
  /** Whether it may be read another time though it stays as it is, as when a permission was missing. */
  readonly isPassing: boolean;
}

/** An item that a flow has not landed because it could not be read in this version. */
export interface HeldItem extends LandedItem, ItemFault {
  /** What decided how it was read: where that is another by now, it may be readable. */
  readonly reading: string;
  /** The run that found it. */
  readonly runId: string;
  readonly heldAt: Date;
}

/** What one sandbox's flows hold back of their sources, item by item, until it is mended. */
export interface HeldItems {
  /** In the order of their names. */
  of(flowId: string): Promise<readonly HeldItem[]>;
  /** The first of them that come after a name, at most `limit`. */
  page(flowId: string, limit: number, after?: string): Promise<readonly HeldItem[]>;
  count(flowId: string): Promise<number>;
  /** Notes items, over what was noted of them before. */
  put(flowId: string, items: readonly HeldItem[]): Promise<void>;
  /** Forgets items that have landed, or are gone. */
  release(flowId: string, names: readonly string[]): Promise<void>;
  remove(flowId: string): Promise<void>;
}

export function scopedHeldItems(database: Kysely<Tables>, scope: Scope): HeldItems {
  const ofFlow = (flowId: string) =>
    database
      .deleteFrom('held_items')
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('flow_id', '=', flowId);
  const heldOf = (flowId: string) =>
    database
      .selectFrom('held_items')
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('flow_id', '=', flowId);
  return {
    async of(flowId) {
      const rows = await heldOf(flowId).selectAll().orderBy('name').execute();
      return rows.map(fromRow);
    },

    async page(flowId, limit, after) {
      let query = heldOf(flowId).selectAll().orderBy('name').limit(limit);
      if (after !== undefined) query = query.where('name', '>', after);
      return (await query.execute()).map(fromRow);
    },

    async count(flowId) {
      const { held } = await heldOf(flowId)
        .select(({ fn }) => fn.countAll().as('held'))
        .executeTakeFirstOrThrow();
      return Number(held);
    },

    async put(flowId, items) {
      for (let from = 0; from < items.length; from += AT_ONCE) {
        const values = items.slice(from, from + AT_ONCE).map((item) => ({
          org_id: scope.orgId,
          sandbox_id: scope.sandboxId,
          flow_id: flowId,
          name: item.name,
          version: item.version,
          reading: item.reading,
          is_passing: item.isPassing,
          code: item.code,
          message: item.message,
          run_id: item.runId,
          held_at: item.heldAt,
        }));
        await database
          .insertInto('held_items')
          .values(values)
          .onConflict((conflict) =>
            conflict.columns(['org_id', 'sandbox_id', 'flow_id', 'name']).doUpdateSet((excluded) => ({
              version: excluded.ref('excluded.version'),
              reading: excluded.ref('excluded.reading'),
              is_passing: excluded.ref('excluded.is_passing'),
              code: excluded.ref('excluded.code'),
              message: excluded.ref('excluded.message'),
              run_id: excluded.ref('excluded.run_id'),
              held_at: excluded.ref('excluded.held_at'),
            })),
          )
          .execute();
      }
    },

    async release(flowId, names) {
      if (names.length === 0) return;
      await ofFlow(flowId).where('name', '=', sql<string>`any(${names}::text[])`).execute();
    },

    async remove(flowId) {
      await ofFlow(flowId).execute();
    },
  };
}

function fromRow(row: Selectable<Tables['held_items']>): HeldItem {
  const { name, version, reading, code, message } = row;
  return {
    name,
    version,
    reading,
    isPassing: row.is_passing,
    code,
    message,
    runId: row.run_id,
    heldAt: row.held_at,
  };
}

/** A statement takes 65,535 parameters. */
const AT_ONCE = 1_000;
