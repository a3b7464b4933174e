import { randomBytes } from 'node:crypto';
import type { Store } from '@tributary/store';
import type { Configuration } from './configuration.ts';
import { keepUntold, untoldSecretOf } from './untold-secret.ts';

/** The credential that this installation was set up with. */
export interface Installation {
  readonly orgId: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Only at the start that made it, or that is the first to tell it: afterwards a hash is all there is. */
  readonly clientSecret: string | undefined;
  /** Whether the secret was made up, so that nobody else knows it yet. */
  readonly isGenerated: boolean;
}

/** Makes the first organisation and API client of a fresh store, or finds those of an earlier start. */
export async function ensureInstallation(
  store: Store,
  { firstStart, dataFolder }: Pick<Configuration, 'firstStart' | 'dataFolder'>,
): Promise<Installation> {
  const existing = await existingInstallation(store, dataFolder);
  if (existing !== undefined) return existing;
  const orgId = firstStart.orgId ?? `${randomBytes(12).toString('hex').toUpperCase()}@AdobeOrg`;
  const clientId = firstStart.clientId ?? randomBytes(16).toString('hex');
  const clientSecret = firstStart.clientSecret ?? `p8e-${randomBytes(24).toString('base64url')}`;
  const tenantId = tenantIdOf(orgId);
  const client = { id: clientId, secret: clientSecret };
  const isGenerated = firstStart.clientSecret === undefined;
  if (isGenerated) await keepUntold(dataFolder, { clientId, clientSecret });
  const isFirst = await store.organizations.createFirst({ id: orgId, tenantId }, client);
  // Another server, started on the same store at the same time, came first.
  if (!isFirst) return ensureInstallation(store, { firstStart, dataFolder });
  return { orgId, tenantId, clientId, clientSecret, isGenerated };
}

async function existingInstallation(store: Store, dataFolder: string): Promise<Installation | undefined> {
  const first = await store.organizations.first();
  if (first === undefined) return undefined;
  const { id: orgId, tenantId, clientId } = first;
  const clientSecret = await untoldSecretOf(dataFolder, clientId);
  return { orgId, tenantId, clientId, clientSecret, isGenerated: clientSecret !== undefined };
}

/** The namespace of an organisation's own fields: its id's first part, as far as a field name may hold it. */
function tenantIdOf(orgId: string): string {
  const name = (orgId.split('@', 1)[0] ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');
  return name === '' ? 'tenant' : name.slice(0, 32);
}
