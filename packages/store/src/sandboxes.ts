import { randomUUID } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

export type SandboxType = 'production' | 'development';

/**
 * `active`: open. `resetting` and `deleting`: nothing can be written any more, and what is there is being removed (see
 * sandbox-removal.ts). `deleted`: empty for good; kept so that it can be looked up.
 */
export type SandboxState = 'active' | 'resetting' | 'deleting' | 'deleted';

export interface Sandbox {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly type: SandboxType;
  readonly state: SandboxState;
  readonly isDefault: boolean;
  /** Counts changes, those of the state too. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdBy: string;
  readonly updatedBy: string;
}

export interface NewSandbox {
  readonly name: string;
  readonly title: string;
  readonly type: SandboxType;
  readonly createdBy: string;
}

/** The sandboxes of organisations. */
export interface Sandboxes {
  /** All of an organisation, deleted ones too, the oldest first. */
  sandboxes(orgId: string): Promise<readonly Sandbox[]>;
  /** The one that has the name; where all that had it are deleted, the last of them. */
  sandbox(orgId: string, name: string): Promise<Sandbox | undefined>;
  /** Undefined when the name is taken. */
  createSandbox(orgId: string, sandbox: NewSandbox): Promise<Sandbox | undefined>;
  /** Gives an active sandbox another title; undefined when it is not active. */
  retitleSandbox(scope: Scope, title: string, updatedBy: string): Promise<Sandbox | undefined>;
  /**
   * Shuts an active sandbox for good or until it is empty; undefined when it is not active. Once this resolves, whatever
   * was being written to it is written, and nothing can be any more.
   */
  closeSandbox(
    scope: Scope,
    state: 'resetting' | 'deleting',
    updatedBy: string,
  ): Promise<Sandbox | undefined>;
}

/** @param database a connection or a transaction */
export function sandboxes(database: Kysely<Tables>): Sandboxes {
  return {
    async sandboxes(orgId) {
      const rows = await database
        .selectFrom('sandboxes')
        .selectAll()
        .where('org_id', '=', orgId)
        .orderBy('created_at')
        .orderBy('name')
        .execute();
      return rows.map(fromRow);
    },

    async sandbox(orgId, name) {
      const row = await database
        .selectFrom('sandboxes')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('name', '=', name)
        .orderBy(sql`state = 'deleted'`)
        .orderBy('created_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && fromRow(row);
    },

    async createSandbox(orgId, sandbox) {
      const row = await database
        .insertInto('sandboxes')
        .values(newRow(orgId, sandbox))
        .onConflict((conflict) =>
          conflict.columns(['org_id', 'name']).where('state', '<>', 'deleted').doNothing(),
        )
        .returningAll()
        .executeTakeFirst();
      return row && fromRow(row);
    },

    retitleSandbox: (scope, title, updatedBy) => change(scope, { title, updated_by: updatedBy }),
    closeSandbox: (scope, state, updatedBy) => change(scope, { state, updated_by: updatedBy }),
  };

  async function change(
    scope: Scope,
    values: { updated_by: string; title?: string; state?: SandboxState },
  ): Promise<Sandbox | undefined> {
    const row = await database
      .updateTable('sandboxes')
      .set((columns) => ({ ...values, version: columns('version', '+', 1), updated_at: new Date() }))
      .where('org_id', '=', scope.orgId)
      .where('id', '=', scope.sandboxId)
      .where('state', '=', 'active')
      .returningAll()
      .executeTakeFirst();
    return row && fromRow(row);
  }
}

/** The row of the sandbox that an organisation begins with. */
export function defaultSandboxRow(orgId: string, createdBy: string) {
  return {
    ...newRow(orgId, { name: 'prod', title: 'Prod', type: 'production', createdBy }),
    is_default: true,
  };
}

function newRow(orgId: string, { name, title, type, createdBy }: NewSandbox) {
  const now = new Date();
  return {
    org_id: orgId,
    id: randomUUID(),
    name,
    title,
    type,
    state: 'active',
    is_default: false,
    version: 1,
    created_at: now,
    updated_at: now,
    created_by: createdBy,
    updated_by: createdBy,
  };
}

function fromRow(row: Selectable<Tables['sandboxes']>): Sandbox {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    // The columns' check constraints admit nothing else.
    type: row.type as SandboxType,
    state: row.state as SandboxState,
    isDefault: row.is_default,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
  };
}
