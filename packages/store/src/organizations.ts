import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Kysely, sql } from 'kysely';
import { defaultSandboxRow, type Sandboxes, sandboxes } from './sandboxes.ts';
import type { Tables } from './tables.ts';

export interface Organization {
  /** As clients send it in `x-gw-ims-org-id`, such as `…@AdobeOrg`. */
  readonly id: string;
  /** The namespace of its own fields and schemas, without a leading underscore. */
  readonly tenantId: string;
}

export interface ApiClient {
  readonly id: string;
  readonly secret: string;
}

/** Who may use this installation, and in which sandboxes. Everything else hangs below these. */
export interface Organizations extends Sandboxes {
  /** The first organisation ever made here; undefined on a fresh store. */
  first(): Promise<(Organization & { readonly clientId: string }) | undefined>;
  get(orgId: string): Promise<Organization | undefined>;
  /**
   * Makes the first organisation with its API client and its default sandbox `prod`. Only a hash of the secret is kept.
   * False when there is one already: of several processes that start on one empty store, one makes it.
   */
  createFirst(organization: Organization, client: ApiClient): Promise<boolean>;
  /**
   * Makes a further organisation, likewise with its API client and its default sandbox.
   * @throws where its id, its tenant id or the client's id is taken.
   */
  create(organization: Organization, client: ApiClient): Promise<void>;
  /** The client's organisation if the secret is its; undefined otherwise, after the same time for any wrong guess. */
  authenticate(clientId: string, secret: string): Promise<Organization | undefined>;
}

const deriveKey = promisify<string, Buffer, number, Buffer>(scrypt);

export function organizations(database: Kysely<Tables>): Organizations {
  return {
    ...sandboxes(database),

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
      const secretHash = await hashSecret(client.secret);
      return database.transaction().execute(async (transaction) => {
        await sql`lock table organizations in share row exclusive mode`.execute(transaction);
        const existing = await transaction
          .selectFrom('organizations')
          .select('id')
          .limit(1)
          .executeTakeFirst();
        if (existing !== undefined) return false;
        await insertOrganization(transaction, organization, client.id, secretHash);
        return true;
      });
    },

    async create(organization, client) {
      const secretHash = await hashSecret(client.secret);
      await database
        .transaction()
        .execute((transaction) => insertOrganization(transaction, organization, client.id, secretHash));
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
  };
}

async function insertOrganization(
  transaction: Kysely<Tables>,
  { id, tenantId }: Organization,
  clientId: string,
  secretHash: string,
): Promise<void> {
  const now = new Date();
  await transaction
    .insertInto('organizations')
    .values({ id, tenant_id: tenantId, created_at: now })
    .execute();
  await transaction
    .insertInto('api_clients')
    .values({ client_id: clientId, org_id: id, secret_hash: secretHash, created_at: now })
    .execute();
  await transaction.insertInto('sandboxes').values(defaultSandboxRow(id, clientId)).execute();
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
