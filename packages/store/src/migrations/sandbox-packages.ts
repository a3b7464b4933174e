import { type Kysely, sql } from 'kysely';

/** Packages that carry resources from one sandbox to another: they belong to the organisation, not to a sandbox. */
export async function sandboxPackages(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const statements = [
  `create table sandbox_package_records (
     org_id text not null references organizations (id),
     kind text not null check (kind in ('package', 'snapshot', 'job')),
     id text not null,
     name text not null,
     body json not null,
     version integer not null,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     created_by text not null,
     updated_by text not null,
     primary key (org_id, kind, id))`,
  `create unique index one_package_per_name on sandbox_package_records (org_id, name) where kind = 'package'`,
];
