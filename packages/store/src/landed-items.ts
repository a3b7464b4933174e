import { type Kysely, sql } from 'kysely';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** Something that lands once in each version, such as a file. */
export interface LandedItem {
  readonly name: string;
  readonly version: string;
}

/** What of their sources one sandbox's flows have landed, where a source tells it item by item. */
export interface LandedItems {
  /** Those of `items` that have not landed in this version, in their order. */
  missing(flowId: string, items: readonly LandedItem[]): Promise<readonly LandedItem[]>;
  /** Notes items, over their earlier versions. */
  put(flowId: string, runId: string, items: readonly LandedItem[]): Promise<void>;
  remove(flowId: string): Promise<void>;
}

export function scopedLandedItems(database: Kysely<Tables>, scope: Scope): LandedItems {
  return {
    async missing(flowId, items) {
      const missing: LandedItem[] = [];
      for (const chunk of chunksOf(items)) {
        const landed = await database
          .selectFrom('landed_items')
          .select(['name', 'version'])
          .where('org_id', '=', scope.orgId)
          .where('sandbox_id', '=', scope.sandboxId)
          .where('flow_id', '=', flowId)
          .where('name', '=', sql<string>`any(${chunk.map(({ name }) => name)}::text[])`)
          .execute();
        const versions = new Map(landed.map(({ name, version }) => [name, version]));
        missing.push(...chunk.filter(({ name, version }) => versions.get(name) !== version));
      }
      return missing;
    },

    async put(flowId, runId, items) {
      for (const chunk of chunksOf(items)) {
        await database
          .insertInto('landed_items')
          .values(
            chunk.map(({ name, version }) => ({
              org_id: scope.orgId,
              sandbox_id: scope.sandboxId,
              flow_id: flowId,
              name,
              version,
              run_id: runId,
            })),
          )
          .onConflict((conflict) =>
            conflict.columns(['org_id', 'sandbox_id', 'flow_id', 'name']).doUpdateSet((excluded) => ({
              version: excluded.ref('excluded.version'),
              run_id: excluded.ref('excluded.run_id'),
            })),
          )
          .execute();
      }
    },

    async remove(flowId) {
      await database
        .deleteFrom('landed_items')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('flow_id', '=', flowId)
        .execute();
    },
  };
}

/** A statement takes 65,535 parameters. */
const CHUNK = 5_000;

function* chunksOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += CHUNK) yield items.slice(from, from + CHUNK);
}
