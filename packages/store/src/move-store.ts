import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { markMoved, refuseMoved } from './moved-marker.ts';
import { openEmbeddedDatabase, openPostgresDatabase } from './open-store.ts';
import type { Tables } from './tables.ts';

/*
 * The embedded store goes over to a PostgreSQL server in one transaction of the server: all of it is there, or nothing. The
 * embedded one is only read. Once all is over it is marked as moved, so that nobody goes on with it by mistake.
 */

/** What went over. */
export interface MovedStore {
  /** Rows, by table. */
  readonly rows: ReadonlyMap<string, number>;
}

/** The store cannot be moved as things are; the message says why, and what to do. */
export class StoreNotMovable extends Error {
  override readonly name = 'StoreNotMovable';
}

/**
 * Copies the embedded store of a data folder to a server that has none.
 * @throws {StoreNotMovable} when there is nothing to move, or the server holds a store with content.
 * @throws {DataFolderInUse} while a server has the data folder open.
 * @throws {DatabaseNotUsable} when the server cannot be used.
 */
export async function moveStore(dataFolder: string, databaseUrl: string): Promise<MovedStore> {
  if (!existsSync(join(dataFolder, 'store'))) {
    throw new StoreNotMovable(
      `there is no embedded store in ${dataFolder}; set TRIBUTARY_DATA to its data folder`,
    );
  }
  refuseMoved(dataFolder);
  const from = await openEmbeddedDatabase(dataFolder);
  try {
    const to = await openPostgresDatabase(databaseUrl);
    try {
      const rows = await to.database.transaction().execute((target) => copyTables(from.database, target));
      // The jobs of open runs are sent when the moved store is opened.
      markMoved(dataFolder);
      return { rows };
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function copyTables(
  from: Kysely<Tables>,
  target: Kysely<Tables>,
): Promise<ReadonlyMap<string, number>> {
  await refuseContent(target);
  const rows = new Map<string, number>();
  for (const table of await tablesInOrder(from)) rows.set(table.name, await copyTable(from, target, table));
  return rows;
}

async function refuseContent(target: Kysely<Tables>): Promise<void> {
  // Whoever starts a server on it meanwhile waits, and then finds a store.
  await sql`lock table organizations in exclusive mode`.execute(target);
  const found = await target.selectFrom('organizations').select('id').limit(1).executeTakeFirst();
  if (found !== undefined) {
    throw new StoreNotMovable(
      `the PostgreSQL server of DATABASE_URL has a store already, with the organisation ${found.id}: name an empty database`,
    );
  }
}

interface Table {
  readonly name: string;
  /** Without those that the database derives. */
  readonly columns: readonly string[];
}

/** All tables of the store, each after those that it refers to. */
async function tablesInOrder(database: Kysely<Tables>): Promise<readonly Table[]> {
  const { rows: columns } = await sql<{ table_name: string; column_name: string }>`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and is_generated = 'NEVER' and table_name not like 'kysely_migration%'
    order by table_name, ordinal_position`.execute(database);
  const { rows: references } = await sql<{ child: string; parent: string }>`
    select child.relname as child, parent.relname as parent from pg_constraint
      join pg_class as child on child.oid = conrelid join pg_class as parent on parent.oid = confrelid
    where contype = 'f'`.execute(database);
  const waiting = new Map<string, string[]>();
  for (const { table_name, column_name } of columns) {
    waiting.set(table_name, [...(waiting.get(table_name) ?? []), column_name]);
  }
  const ordered: Table[] = [];
  while (waiting.size > 0) {
    const isFree = (name: string) =>
      references.every(({ child, parent }) => child !== name || parent === name || !waiting.has(parent));
    const [next] = [...waiting].filter(([name]) => isFree(name));
    if (next === undefined)
      throw new Error(`the tables ${[...waiting.keys()].join(', ')} refer to each other`);
    ordered.push({ name: next[0], columns: next[1] });
    waiting.delete(next[0]);
  }
  return ordered;
}

/** Rows sent in one statement. */
const ROWS_AT_ONCE = 500;

/** Rows go as JSON that both databases write and read themselves: a json column arrives to the letter as it was. */
async function copyTable(
  from: Kysely<Tables>,
  target: Kysely<Tables>,
  { name, columns }: Table,
): Promise<number> {
  const list = sql.join(columns.map((column) => sql.id(column)));
  // Rows of a sandbox that is being emptied are refused otherwise.
  await sql`alter table ${sql.table(name)} disable trigger user`.execute(target);
  const copied = await from.transaction().execute(async (source) => {
    await sql`declare moved no scroll cursor for
      select row_to_json(r)::text as row from (select ${list} from ${sql.table(name)}) as r`.execute(source);
    for (let rows = 0; ; ) {
      const page = await sql<{ row: string }>`fetch ${sql.lit(ROWS_AT_ONCE)} from moved`.execute(source);
      if (page.rows.length === 0) return rows;
      const json = `[${page.rows.map(({ row }) => row).join(',')}]`;
      await sql`insert into ${sql.table(name)} (${list})
        select ${list} from json_populate_recordset(null::${sql.table(name)}, ${json}::json)`.execute(target);
      rows += page.rows.length;
    }
  });
  await sql`alter table ${sql.table(name)} enable trigger user`.execute(target);
  return copied;
}
