import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { ItemFault } from './held-items.ts';
import type { LandedItem } from './landed-items.ts';
import { held, type PartitionHold } from './partition-hold.ts';
import { ClaimLost } from './runs.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** A partition of a run's read as planned; `state` belongs to the connector. */
export interface StagedPartition {
  readonly id: string;
  /** False for the tail of the window in which late commits may still appear. */
  readonly settled: boolean;
  readonly announcedRows: number | undefined;
  readonly state: Readonly<Record<string, unknown>>;
  /** Whether all of its pages are staged. */
  readonly isStaged: boolean;
  /** Why it is read in another way than usual, for people. */
  readonly notice?: string | undefined;
  /** What lands with it, once in this version. */
  readonly item?: LandedItem | undefined;
  /** Why its item cannot be read: it counts as staged, without a page. */
  readonly heldBack?: ItemFault | undefined;
  /** Where the next read of changes begins, once the source has told. */
  readonly changeToken?: string | undefined;
}

/** A page that lies in a staged file, for good. */
export interface StagedPage {
  readonly partitionId: string;
  readonly position: number;
  readonly path: string;
  readonly format: Readonly<Record<string, unknown>>;
  readonly announcedRows: number | undefined;
  readonly bytes: number;
  readonly next: string | undefined;
}

/** What a run has planned to read and what of it is staged: the part of a run that survives its worker. */
export interface Staging {
  /** Keeps the plan of a run that has none. */
  plan(
    runId: string,
    connectionId: string,
    partitions: readonly Omit<StagedPartition, 'isStaged'>[],
  ): Promise<void>;
  partitions(runId: string): Promise<readonly StagedPartition[]>;
  /** Of the whole run, in the order of its partitions, or of one of them. */
  pages(runId: string, partitionId?: string): Promise<readonly StagedPage[]>;
  /** @throws {ClaimLost} when the reader has lost the partition, or the run's holder the run. */
  addPage(hold: PartitionHold, page: Omit<StagedPage, 'partitionId'>): Promise<void>;
  /**
   * All pages of a partition are staged; with them, where the source gave one, the token of the next read of
   * changes.
   * @throws {ClaimLost} as {@link addPage}
   */
  finishPartition(hold: PartitionHold, changeToken?: string): Promise<void>;
  /** Goes on without an item that cannot be read: what is staged of it is forgotten. */
  holdBack(runId: string, partitionId: string, fault: ItemFault): Promise<void>;
  /**
   * Has a partition's item read anew as it is by now: what is staged of the former one is forgotten. Having
   * changed after the plan was made, it comes after all others.
   */
  replan(
    runId: string,
    partitionId: string,
    partition: Pick<StagedPartition, 'state' | 'item'>,
  ): Promise<void>;
  /** Forgets plan and pages, when the run has ended or is planned anew. */
  clear(runId: string): Promise<void>;
}

export function scopedStaging(database: Kysely<Tables>, scope: Scope): Staging {
  async function forgetPages(runId: string, partitionId: string): Promise<void> {
    await database
      .deleteFrom('run_pages')
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('run_id', '=', runId)
      .where('partition_id', '=', partitionId)
      .execute();
  }

  return {
    async plan(runId, connectionId, partitions) {
      for (let from = 0; from < partitions.length; from += PARTITIONS_AT_ONCE) {
        const values = partitions
          .slice(from, from + PARTITIONS_AT_ONCE)
          .map((partition, index) =>
            partitionValues(scope, { runId, connectionId, position: from + index }, partition),
          );
        await database.insertInto('run_partitions').values(values).execute();
      }
    },

    async partitions(runId) {
      const rows = await database
        .selectFrom('run_partitions')
        .selectAll()
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('run_id', '=', runId)
        .orderBy('position')
        .execute();
      return rows.map(fromPartitionRow);
    },

    async pages(runId, partitionId) {
      let query = database
        .selectFrom('run_pages')
        .innerJoin('run_partitions', (join) =>
          join
            .onRef('run_partitions.org_id', '=', 'run_pages.org_id')
            .onRef('run_partitions.sandbox_id', '=', 'run_pages.sandbox_id')
            .onRef('run_partitions.run_id', '=', 'run_pages.run_id')
            .onRef('run_partitions.id', '=', 'run_pages.partition_id'),
        )
        .selectAll('run_pages')
        .where('run_pages.org_id', '=', scope.orgId)
        .where('run_pages.sandbox_id', '=', scope.sandboxId)
        .where('run_pages.run_id', '=', runId);
      if (partitionId !== undefined) query = query.where('run_pages.partition_id', '=', partitionId);
      const rows = await query.orderBy('run_partitions.position').orderBy('run_pages.position').execute();
      return rows.map(fromPageRow);
    },

    async addPage(hold, { position, path, format, announcedRows, bytes, next }) {
      const { rows } = await sql`
        with ${held(scope, hold)}
        insert into run_pages
          (org_id, sandbox_id, run_id, partition_id, position, path, format, announced_rows, bytes, next)
        select ${scope.orgId}, ${scope.sandboxId}, ${hold.runId}, ${hold.partitionId}, ${position}::integer, ${path},
          ${JSON.stringify(format)}::jsonb, ${announcedRows ?? null}::integer, ${bytes}::bigint, ${next ?? null}
        from held returning 1`.execute(database);
      if (rows.length === 0) throw new ClaimLost(hold.runId);
    },

    async finishPartition(hold, changeToken) {
      const { rows } = await sql`
        with ${held(scope, hold)}
        update run_partitions
        set is_staged = true, change_token = ${changeToken ?? null}, reader = null, read_until = null
        from held
        where run_partitions.org_id = ${scope.orgId} and run_partitions.sandbox_id = ${scope.sandboxId}
          and run_partitions.run_id = held.run_id and run_partitions.id = held.partition_id
        returning 1`.execute(database);
      if (rows.length === 0) throw new ClaimLost(hold.runId);
    },

    async holdBack(runId, partitionId, fault) {
      await forgetPages(runId, partitionId);
      await database
        .updateTable('run_partitions')
        .set({ is_staged: true, held_back: JSON.stringify(fault), reader: null, read_until: null })
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('run_id', '=', runId)
        .where('id', '=', partitionId)
        .execute();
    },

    async replan(runId, partitionId, { state, item }) {
      await forgetPages(runId, partitionId);
      await database
        .updateTable('run_partitions')
        .set({
          state: JSON.stringify(state),
          item_name: item?.name ?? null,
          item_version: item?.version ?? null,
          position: sql<number>`(select max(position) + 1 from run_partitions as other
            where other.org_id = ${scope.orgId} and other.sandbox_id = ${scope.sandboxId} and other.run_id = ${runId})`,
        })
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('run_id', '=', runId)
        .where('id', '=', partitionId)
        .execute();
    },

    async clear(runId) {
      await database
        .deleteFrom('run_partitions')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('run_id', '=', runId)
        .execute();
    },
  };
}

/** A statement takes 65,535 parameters, a partition eighteen of them. */
const PARTITIONS_AT_ONCE = 3_000;

function partitionValues(
  scope: Scope,
  { runId, connectionId, position }: { runId: string; connectionId: string; position: number },
  partition: Omit<StagedPartition, 'isStaged'>,
): Insertable<Tables['run_partitions']> {
  return {
    org_id: scope.orgId,
    sandbox_id: scope.sandboxId,
    run_id: runId,
    id: partition.id,
    position,
    settled: partition.settled,
    announced_rows: partition.announcedRows ?? null,
    state: JSON.stringify(partition.state),
    is_staged: false,
    notice: partition.notice ?? null,
    item_name: partition.item?.name ?? null,
    item_version: partition.item?.version ?? null,
    change_token: null,
    connection_id: connectionId,
    reader: null,
    read_until: null,
    problem: null,
    held_back: null,
  };
}

/** A partition as it stands in the store, but for who reads it. */
export type PartitionRow = Pick<
  Selectable<Tables['run_partitions']>,
  | 'id'
  | 'settled'
  | 'announced_rows'
  | 'state'
  | 'is_staged'
  | 'notice'
  | 'item_name'
  | 'item_version'
  | 'change_token'
  | 'held_back'
>;

export function fromPartitionRow(row: PartitionRow): StagedPartition {
  return {
    id: row.id,
    settled: row.settled,
    announcedRows: row.announced_rows ?? undefined,
    state: row.state,
    isStaged: row.is_staged,
    notice: row.notice ?? undefined,
    item:
      row.item_name === null || row.item_version === null
        ? undefined
        : { name: row.item_name, version: row.item_version },
    heldBack: row.held_back ?? undefined,
    changeToken: row.change_token ?? undefined,
  };
}

function fromPageRow(row: Selectable<Tables['run_pages']>): StagedPage {
  return {
    partitionId: row.partition_id,
    position: row.position,
    path: row.path,
    format: row.format,
    announcedRows: row.announced_rows ?? undefined,
    // A server answers bigint as text, the embedded store as a number.
    bytes: Number(row.bytes),
    next: row.next ?? undefined,
  };
}
