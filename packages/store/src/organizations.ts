import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Tables } from './tables.ts';

export interface Organization {
  /** As clients send it in `x-gw-ims-org-id`, such as `…@AdobeOrg`. */
  readonly id: string;
  /** The namespace of its own fields and schemas, without a leading underscore. */
  readonly tenantId: string;
}

export type SandboxType = 'production' | 'development';

export interface Sandbox {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly type: SandboxType;
  readonly state: string;
  readonly isDefault: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdBy: string;
  readonly updatedBy: string;
}

/** Who may use this installation, and in which sandboxes. Everything else hangs below these. */
export interface Organizations {
  /** The first organisation ever made here; undefined on a fresh store. */
  first(): Promise<(Organization & { readonly clientId: string }) | undefined>;
  get(orgId: string): Promise<Organization | undefined>;
  /**
   * Makes the first organisation with its API client and its default sandbox `prod`. Only a hash of the secret is kept.
   * False when there is one already: of several processes that start on one empty store, one makes it.
   */
  createFirst(organization: Organization, client: { id: string; secret: string }): Promise<boolean>;
  /** The client's organisation if the secret is its; undefined otherwise, after the same time for any wrong guess. */
  authenticate(clientId: string, secret: string): Promise<Organization | undefined>;
  sandboxes(orgId: string): Promise<readonly Sandbox[]>;
  sandbox(orgId: string, name: string): Promise<Sandbox | undefined>;
  /** Undefined when the name is taken. */
  createSandbox(
    orgId: string,
    sandbox: { name: string; title: string; type: SandboxType; createdBy: string },
  ): Promise<Sandbox | undefined>;
}

const deriveKey = promisify<string, Buffer, number, Buffer>(scrypt);

export function organizations(database: Kysely<Tables>): Organizations {
  return {
    async first() {
      const row = await database
        .selectFrom('organizations')
        .innerJoin('api_clients', 'api_clients.org_id', 'organizations.id')
        .select(['organizations.id', 'tenant_id', 'client_id'])
        .orderBy('organizations.created_at')
        .limit(1)
        .executeTakeFirst();
      return row && { id: row.id, tenantId: row.tenant_id, clientId: row.client_id };
    },

    async get(orgId) {
      const row = await database
        .selectFrom('organizations')
        .selectAll()
        .where('id', '=', orgId)
        .executeTakeFirst();
      return row && { id: row.id, tenantId: row.tenant_id };
    },

    async createFirst(organization, client) {
      const now = new Date();
      const secretHash = await hashSecret(client.secret);
      return database.transaction().execute(async (transaction) => {
        await sql`lock table organizations in share row exclusive mode`.execute(transaction);
        const existing = await transaction
          .selectFrom('organizations')
          .select('id')
          .limit(1)
          .executeTakeFirst();
        if (existing !== undefined) return false;
        await transaction
          .insertInto('organizations')
          .values({ id: organization.id, tenant_id: organization.tenantId, created_at: now })
          .execute();
        await transaction
          .insertInto('api_clients')
          .values({ client_id: client.id, org_id: organization.id, secret_hash: secretHash, created_at: now })
          .execute();
        await transaction
          .insertInto('sandboxes')
          .values(
            sandboxRow(
              organization.id,
              { name: 'prod', title: 'Prod', type: 'production', createdBy: client.id },
              true,
            ),
          )
          .execute();
        return true;
      });
    },

    async authenticate(clientId, secret) {
      const row = await database
        .selectFrom('api_clients')
        .innerJoin('organizations', 'organizations.id', 'api_clients.org_id')
        .select(['organizations.id', 'tenant_id', 'secret_hash'])
        .where('client_id', '=', clientId)
        .executeTakeFirst();
      const isRight = await verifySecret(secret, row?.secret_hash ?? (await unknownClientHash));
      return row && isRight ? { id: row.id, tenantId: row.tenant_id } : undefined;
    },

    async sandboxes(orgId) {
      const rows = await database
        .selectFrom('sandboxes')
        .selectAll()
        .where('org_id', '=', orgId)
        .orderBy('created_at')
        .orderBy('name')
        .execute();
      return rows.map(fromSandboxRow);
    },

    async sandbox(orgId, name) {
      const row = await database
        .selectFrom('sandboxes')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('name', '=', name)
        .executeTakeFirst();
      return row && fromSandboxRow(row);
    },

    async createSandbox(orgId, sandbox) {
      const row = await database
        .insertInto('sandboxes')
        .values(sandboxRow(orgId, sandbox, false))
        .onConflict((conflict) => conflict.columns(['org_id', 'name']).doNothing())
        .returningAll()
        .executeTakeFirst();
      return row && fromSandboxRow(row);
    },
  };
}

const SALT_BYTES = 16;
const KEY_BYTES = 32;

async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await deriveKey(secret, salt, KEY_BYTES);
  return `${salt.toString('base64url')}.${key.toString('base64url')}`;
}

async function verifySecret(secret: string, hash: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split('.');
  const expected = Buffer.from(key, 'base64url');
  const actual = await deriveKey(secret, Buffer.from(salt, 'base64url'), KEY_BYTES);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

// Compared against when the client is unknown, so that an answer's time does not tell which clients exist.
const unknownClientHash = hashSecret(randomUUID());

function sandboxRow(
  orgId: string,
  sandbox: { name: string; title: string; type: SandboxType; createdBy: string },
  isDefault: boolean,
) {
  const now = new Date();
  return {
    org_id: orgId,
    id: randomUUID(),
    name: sandbox.name,
    title: sandbox.title,
    type: sandbox.type,
    state: 'active',
    is_default: isDefault,
    version: sql<number>`1`,
    created_at: now,
    updated_at: now,
    created_by: sandbox.createdBy,
    updated_by: sandbox.createdBy,
  };
}

function fromSandboxRow(row: Selectable<Tables['sandboxes']>): Sandbox {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    // The column's check constraint admits nothing else.
    type: row.type as SandboxType,
    state: row.state,
    isDefault: row.is_default,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
  };
}
