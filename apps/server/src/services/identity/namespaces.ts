import type { Resource, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import standard from './standard-namespaces.json' with { type: 'json' };

/** What kinds of identities a namespace of one's own may hold. */
export const ID_TYPES = [
  'COOKIE',
  'CROSS_DEVICE',
  'DEVICE',
  'EMAIL',
  'MOBILE',
  'NON_PEOPLE',
  'PHONE',
  'B2B_ACCOUNT',
  'B2B_ACCOUNT_PERSON',
  'B2B_CAMPAIGN',
  'B2B_CAMPAIGN_MEMBER',
  'B2B_MARKETING_LIST',
  'B2B_MARKETING_LIST_MEMBER',
  'B2B_OPPORTUNITY',
  'B2B_OPPORTUNITY_PERSON',
] as const;

export interface GivenNamespace {
  readonly name: string;
  readonly code: string;
  readonly idType: string;
  readonly description?: string;
}

export interface IdentityNamespace extends GivenNamespace {
  readonly id: number;
  readonly status: 'ACTIVE';
  /** Whether the tenant made it. */
  readonly custom: boolean;
  /** The same in a word, which clients that copy namespaces read. */
  readonly namespaceType: 'Standard' | 'Custom';
  /** Milliseconds since 1970. */
  readonly createTime: number;
  readonly updateTime: number;
}

/** Ids of a tenant's own namespaces count from here; those of the standard ones are lower. */
const FIRST_CUSTOM_ID = 10_000_000;
/** When the standard namespaces were first listed; they do not change. */
const STANDARD_TIME = Date.UTC(2017, 4, 19);

const standardNamespaces: readonly IdentityNamespace[] = standard.map((namespace) => ({
  ...namespace,
  status: 'ACTIVE',
  custom: false,
  namespaceType: 'Standard',
  createTime: STANDARD_TIME,
  updateTime: STANDARD_TIME,
}));

/** The standard namespaces, and the sandbox's own, the oldest first. */
export async function namespacesOf(store: ScopedStore): Promise<readonly IdentityNamespace[]> {
  const own = await store.resources('identityNamespace').list({
    order: { path: ['createdAt'], descending: false },
    limit: MAX_NAMESPACES,
  });
  return [...standardNamespaces, ...own.items.map(asNamespace)];
}

/** Namespaces of a sandbox's own (AEP guardrails speak of fewer). */
const MAX_NAMESPACES = 1_000;

export async function namespaceById(store: ScopedStore, id: string): Promise<IdentityNamespace | undefined> {
  const known = standardNamespaces.find((namespace) => String(namespace.id) === id);
  if (known !== undefined) return known;
  const own = await store.resources('identityNamespace').get(id);
  return own && asNamespace(own);
}

/** @throws {Problem} of kind `conflict` where the code is taken, whatever its case */
export async function createNamespace(
  caller: SandboxedCaller,
  given: GivenNamespace,
): Promise<IdentityNamespace> {
  return caller.store.transaction(async (store) => {
    await store.holdName(HOLD);
    const all = await namespacesOf(store);
    requireFreeCode(all, given.code);
    if (all.length >= MAX_NAMESPACES) {
      throw new Problem('conflict', `A sandbox has at most ${MAX_NAMESPACES} identity namespaces.`);
    }
    const id = Math.max(FIRST_CUSTOM_ID, ...all.map((namespace) => namespace.id + 1));
    return asNamespace(
      await store.resources('identityNamespace').insert(String(id), { ...given }, caller.actor),
    );
  });
}

/**
 * Replaces a namespace of the sandbox's own; its code stays, as descriptors name it.
 * @returns undefined where there is none of that id
 */
export async function replaceNamespace(
  caller: SandboxedCaller,
  id: string,
  given: GivenNamespace,
): Promise<IdentityNamespace | undefined> {
  return caller.store.transaction(async (store) => {
    await store.holdName(HOLD);
    const known = await namespaceById(store, id);
    if (known === undefined) return undefined;
    if (!known.custom) {
      throw new Problem('forbidden', `${known.code} is a standard namespace and cannot be changed.`);
    }
    if (known.code !== given.code) {
      const message = `is ${known.code} and cannot be changed`;
      throw new Problem('invalidBody', `The code ${message}.`, { violations: [{ path: '/code', message }] });
    }
    const stored = await store.resources('identityNamespace').getForUpdate(id);
    const replaced =
      stored &&
      (await store.resources('identityNamespace').replace(id, stored.etag, { ...given }, caller.actor));
    return replaced && asNamespace(replaced);
  });
}

const HOLD = 'identity namespaces';

function requireFreeCode(all: readonly IdentityNamespace[], code: string): void {
  const taken = all.find((namespace) => namespace.code.toLowerCase() === code.toLowerCase());
  if (taken === undefined) return;
  throw new Problem(
    'conflict',
    `Namespace code already exists: ${taken.code}. Please use a different code.`,
    {
      code: 'INTEGRATION_CODE_EXISTS',
      violations: [{ path: '/code', message: `is taken by the namespace ${taken.id}` }],
    },
  );
}

function asNamespace({ id, body, createdAt, updatedAt }: Resource): IdentityNamespace {
  // Bodies of this kind are written here alone.
  const given = body as unknown as GivenNamespace;
  return {
    ...given,
    id: Number(id),
    status: 'ACTIVE',
    custom: true,
    namespaceType: 'Custom',
    createTime: createdAt.getTime(),
    updateTime: updatedAt.getTime(),
  };
}
