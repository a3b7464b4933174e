import { type Kysely, type Selectable, sql } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * `package`: which resources of a sandbox are to be carried; its name is its own in the organisation. `snapshot`: those
 * resources as they were when the package of the same id was published. `job`: a publication or an import.
 */
export type PackageRecordKind = 'package' | 'snapshot' | 'job';

export interface PackageRecord {
  readonly id: string;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Counts changes, from 1. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdBy: string;
  readonly updatedBy: string;
}

export interface PackageRecordContent {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an organisation keeps of one kind. */
export interface PackageRecords {
  get(id: string): Promise<PackageRecord | undefined>;
  /** All, the newest first. */
  list(): Promise<readonly PackageRecord[]>;
  /** Undefined where a package's name is taken. */
  insert(id: string, content: PackageRecordContent, user: string): Promise<PackageRecord | undefined>;
  /**
   * Replaces one that still has `version`; undefined where it has not, or is gone, or where another package has the name.
   */
  replace(
    id: string,
    version: number,
    content: PackageRecordContent,
    user: string,
  ): Promise<PackageRecord | undefined>;
  /** False where there is nothing to remove. */
  remove(id: string): Promise<boolean>;
}

/** @param database a connection or a transaction */
export function packageRecords(
  database: Kysely<Tables>,
  orgId: string,
  kind: PackageRecordKind,
): PackageRecords {
  const table = () =>
    database.selectFrom('sandbox_package_records').where('org_id', '=', orgId).where('kind', '=', kind);

  return {
    async get(id) {
      const row = await table().where('id', '=', id).selectAll().executeTakeFirst();
      return row && fromRow(row);
    },

    async list() {
      const rows = await table().selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
      return rows.map(fromRow);
    },

    async insert(id, { name, body }, user) {
      const now = new Date();
      const row = await database
        .insertInto('sandbox_package_records')
        .values({
          org_id: orgId,
          kind,
          id,
          name,
          body: JSON.stringify(body),
          version: 1,
          created_at: now,
          updated_at: now,
          created_by: user,
          updated_by: user,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      return row && fromRow(row);
    },

    async replace(id, version, { name, body }, user) {
      // The name is looked at first, so that the index has to refuse one only where two take it at the same moment.
      const taken = sql<boolean>`exists (select 1 from sandbox_package_records as other where other.org_id = ${orgId}
        and other.kind = 'package' and ${kind} = 'package' and other.name = ${name} and other.id <> ${id})`;
      const row = await database
        .updateTable('sandbox_package_records')
        .set((columns) => ({
          name,
          body: JSON.stringify(body),
          version: columns('version', '+', 1),
          updated_at: new Date(),
          updated_by: user,
        }))
        .where('org_id', '=', orgId)
        .where('kind', '=', kind)
        .where('id', '=', id)
        .where('version', '=', version)
        .where(({ not }) => not(taken))
        .returningAll()
        .executeTakeFirst();
      return row && fromRow(row);
    },

    async remove(id) {
      const row = await database
        .deleteFrom('sandbox_package_records')
        .where('org_id', '=', orgId)
        .where('kind', '=', kind)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

function fromRow(row: Selectable<Tables['sandbox_package_records']>): PackageRecord {
  return {
    id: row.id,
    name: row.name,
    body: row.body,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
  };
}
