import type { Kysely } from 'kysely';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/*
 * Files are no part of a transaction. Those that are to be removed are noted in the transaction that forgets what they
 * stood for, and forgotten once they are gone: a process that ends in between leaves nothing for good.
 */

/** Files that no row stands for any more. */
export interface LeftoverFiles {
  readonly kind: 'table' | 'staging' | 'diagnostics' | 'file' | 'folder';
  /** Of a table, a file or a folder of one its location, of staging the run's id, of diagnostics the batch's id. */
  readonly name: string;
  readonly notBefore: Date;
}

export interface Leftover extends LeftoverFiles {
  readonly scope: Scope;
}

/** What is left over in this installation, of all organisations. */
export interface Leftovers {
  /** Files to be removed at `now`, at most a thousand. */
  due(now: Date): Promise<readonly Leftover[]>;
  forget(leftover: Leftover): Promise<void>;
}

/** What is left over of one sandbox. */
export interface ScopedLeftovers {
  /** Notes files, to be removed when they are due; what is noted already stays as it is. */
  note(files: readonly LeftoverFiles[]): Promise<readonly Leftover[]>;
  /** Takes back what was noted: false where it is not noted any more, and so may be gone. */
  keep(files: LeftoverFiles): Promise<boolean>;
}

const LEFTOVERS_AT_ONCE = 1_000;
/** A statement takes 65,535 parameters. */
const NOTED_AT_ONCE = 5_000;

export function leftovers(database: Kysely<Tables>): Leftovers {
  return {
    async due(now) {
      const rows = await database
        .selectFrom('sandbox_leftovers')
        .selectAll()
        .where('not_before', '<=', now)
        .orderBy('not_before')
        .limit(LEFTOVERS_AT_ONCE)
        .execute();
      return rows.map((row) => ({
        scope: { orgId: row.org_id, sandboxId: row.sandbox_id },
        // The column's check constraint admits nothing else.
        kind: row.kind as Leftover['kind'],
        name: row.name,
        notBefore: row.not_before,
      }));
    },

    async forget({ scope, kind, name, notBefore }) {
      await database
        .deleteFrom('sandbox_leftovers')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('kind', '=', kind)
        .where('name', '=', name)
        .where('not_before', '<=', notBefore)
        .execute();
    },
  };
}

export function scopedLeftovers(database: Kysely<Tables>, scope: Scope): ScopedLeftovers {
  return {
    async note(files) {
      for (let from = 0; from < files.length; from += NOTED_AT_ONCE) {
        await database
          .insertInto('sandbox_leftovers')
          .values(
            files.slice(from, from + NOTED_AT_ONCE).map(({ kind, name, notBefore }) => ({
              org_id: scope.orgId,
              sandbox_id: scope.sandboxId,
              kind,
              name,
              not_before: notBefore,
            })),
          )
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      return files.map((leftover) => ({ ...leftover, scope }));
    },

    async keep({ kind, name, notBefore }) {
      const row = await database
        .deleteFrom('sandbox_leftovers')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('kind', '=', kind)
        .where('name', '=', name)
        .where('not_before', '=', notBefore)
        .returning('name')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
