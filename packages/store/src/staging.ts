import type { Insertable, Kysely, Selectable } from 'kysely';
import type { LandedItem } from './landed-items.ts';
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
  /** Replaces the run's plan; pages of an earlier plan are forgotten. */
  plan(
    runId: string,
    connectionId: string,
    partitions: readonly Omit<StagedPartition, 'isStaged'>[],
  ): Promise<void>;
  partitions(runId: string): Promise<readonly StagedPartition[]>;
  /** Of the whole run, or of one of its partitions. */
  pages(runId: string, partitionId?: string): Promise<readonly StagedPage[]>;
  addPage(runId: string, page: StagedPage): Promise<void>;
  /** All pages of a partition are staged; with them, where the source gave one, the token of the next read of changes. */
  finishPartition(runId: string, partitionId: string, changeToken?: string): Promise<void>;
  /** Forgets plan and pages, when the run has ended. */
  clear(runId: string): Promise<void>;
}

export function scopedStaging(database: Kysely<Tables>, scope: Scope): Staging {
  return {
    async plan(runId, connectionId, partitions) {
      await this.clear(runId);
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
        .selectAll()
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('run_id', '=', runId);
      if (partitionId !== undefined) query = query.where('partition_id', '=', partitionId);
      const rows = await query.orderBy('partition_id').orderBy('position').execute();
      return rows.map(fromPageRow);
    },

    async addPage(runId, page) {
      await database
        .insertInto('run_pages')
        .values({
          org_id: scope.orgId,
          sandbox_id: scope.sandboxId,
          run_id: runId,
          partition_id: page.partitionId,
          position: page.position,
          path: page.path,
          format: JSON.stringify(page.format),
          announced_rows: page.announcedRows ?? null,
          bytes: page.bytes,
          next: page.next ?? null,
        })
        .execute();
    },

    async finishPartition(runId, partitionId, changeToken) {
      await database
        .updateTable('run_partitions')
        .set({ is_staged: true, change_token: changeToken ?? null, reader: null, read_until: null })
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

/** A statement takes 65,535 parameters. */
const PARTITIONS_AT_ONCE = 5_000;

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
  };
}

export function fromPartitionRow(row: Selectable<Tables['run_partitions']>): StagedPartition {
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
