import { randomBytes } from 'node:crypto';
import type { Store } from '@tributary/store';
import type { Configuration } from './configuration.ts';

/** The credential that this installation was set up with. */
export interface Installation {
  readonly orgId: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Only at the start that made it: afterwards a hash is all there is. */
  readonly clientSecret: string | undefined;
  /** Whether the secret was made up at this start, so that nobody else knows it yet. */
  readonly isGenerated: boolean;
}

/** Makes the first organisation and API client of a fresh store, or finds those of an earlier start. */
export async function ensureInstallation(store: Store, { firstStart }: Configuration): Promise<Installation> {
  const existing = await store.organizations.first();
  if (existing !== undefined) {
    const { id: orgId, tenantId, clientId } = existing;
    return { orgId, tenantId, clientId, clientSecret: undefined, isGenerated: false };
  }
  const orgId = firstStart.orgId ?? `${randomBytes(12).toString('hex').toUpperCase()}@AdobeOrg`;
  const clientId = firstStart.clientId ?? randomBytes(16).toString('hex');
  const clientSecret = firstStart.clientSecret ?? `p8e-${randomBytes(24).toString('base64url')}`;
  const tenantId = tenantIdOf(orgId);
  await store.organizations.create({ id: orgId, tenantId }, { id: clientId, secret: clientSecret });
  return { orgId, tenantId, clientId, clientSecret, isGenerated: firstStart.clientSecret === undefined };
}

/** The namespace of an organisation's own fields: its id's first part, as far as a field name may hold it. */
function tenantIdOf(orgId: string): string {
  const name = (orgId.split('@', 1)[0] ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');
  return name === '' ? 'tenant' : name.slice(0, 32);
}
