import type { Kysely, Selectable } from 'kysely';
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
  plan(runId: string, partitions: readonly Omit<StagedPartition, 'isStaged'>[]): Promise<void>;
  partitions(runId: string): Promise<readonly StagedPartition[]>;
  pages(runId: string): Promise<readonly StagedPage[]>;
  addPage(runId: string, page: StagedPage): Promise<void>;
  finishPartition(runId: string, partitionId: string): Promise<void>;
  /** Forgets plan and pages, when the run has ended. */
  clear(runId: string): Promise<void>;
}

export function scopedStaging(database: Kysely<Tables>, scope: Scope): Staging {
  return {
    async plan(runId, partitions) {
      await this.clear(runId);
      if (partitions.length === 0) return;
      await database
        .insertInto('run_partitions')
        .values(
          partitions.map((partition, position) => ({
            org_id: scope.orgId,
            sandbox_id: scope.sandboxId,
            run_id: runId,
            id: partition.id,
            position,
            settled: partition.settled,
            announced_rows: partition.announcedRows ?? null,
            state: JSON.stringify(partition.state),
            is_staged: false,
          })),
        )
        .execute();
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

    async pages(runId) {
      const rows = await database
        .selectFrom('run_pages')
        .selectAll()
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('run_id', '=', runId)
        .orderBy('partition_id')
        .orderBy('position')
        .execute();
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

    async finishPartition(runId, partitionId) {
      await database
        .updateTable('run_partitions')
        .set({ is_staged: true })
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

function fromPartitionRow(row: Selectable<Tables['run_partitions']>): StagedPartition {
  return {
    id: row.id,
    settled: row.settled,
    announcedRows: row.announced_rows ?? undefined,
    state: row.state,
    isStaged: row.is_staged,
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
