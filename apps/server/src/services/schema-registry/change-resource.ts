import {
  type AffectedResources,
  affectedBy,
  asRegistryResource,
  evolveDataSets,
  holdRegistry,
  recordChange,
  schemaLookup,
  tidyTables,
} from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import {
  composeResource,
  composeSchema,
  type RegistryProblem,
  type RegistryResource,
  type ResolvedResource,
  updateTenantResource,
} from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { matchesEntityTag } from '../../http/entity-tag.ts';
import { Problem } from '../../http/problem.ts';
import type { Dependencies } from '../dependencies.ts';
import type { TenantCollection } from './collections.ts';
import { refuseBreakingChanges } from './evolution-problems.ts';
import { mentionedIds } from './mentioned-ids.ts';
import { refuse, unwrap } from './problem-document.ts';
import { notFound } from './read-routes.ts';
import { eTagOf, requireFreeTitle, tenantContextOf } from './tenant-resources.ts';
import { requireUnionRules } from './union-rules.ts';

/** What is asked of a stored resource. */
export interface ResourceChange {
  readonly collection: TenantCollection;
  readonly id: string;
  readonly ifMatch: string | undefined;
  /** The body that the resource shall have. @throws {Problem} where there is none */
  bodyOf(current: RegistryResource): unknown;
}

/**
 * Changes a resource, and in the same transaction the tables of every dataset whose schema is composed of it. The result
 * is checked as at creation, for itself and within everything that is composed of it. Of two changes at once the second
 * is refused, so that neither undoes the other unseen.
 * @throws {Problem} of kind `notFound`, `preconditionFailed`, `conflict` or `invalidBody`
 */
export async function changeResource(
  { lake }: Pick<Dependencies, 'lake'>,
  caller: SandboxedCaller,
  change: ResourceChange,
): Promise<RegistryResource> {
  const { collection, id, ifMatch } = change;
  const seen = await caller.store.resources(collection.kind).get(id);
  if (seen === undefined) throw notFound(collection, id);
  requireMatch(seen, ifMatch);
  const { resource, tables } = await caller.store.transaction(async (store) => {
    await holdRegistry(store);
    await requireUnchanged(store, collection, seen);
    const { resource, roots } = await changeWithin(store, caller, change, seen);
    // Last, so that what it writes is in vain only where the transaction itself fails to commit.
    const tables = await evolveDataSets(lake.io, store, roots, new Date());
    return { resource, tables };
  });
  await tidyTables(lake.io, tables);
  return resource;
}

function requireMatch(resource: Resource, ifMatch: string | undefined): void {
  const etag = eTagOf(asRegistryResource(resource));
  if (ifMatch === undefined || matchesEntityTag(ifMatch, { etag })) return;
  throw new Problem(
    'preconditionFailed',
    `The header If-Match names another version of ${resource.id} than the current one, whose eTag is ${etag}. Read the resource again and send its eTag.`,
    { violations: [{ path: 'If-Match', message: 'is not the current eTag' }] },
  );
}

async function requireUnchanged(
  store: ScopedStore,
  collection: TenantCollection,
  seen: Resource,
): Promise<void> {
  const current = await store.resources(collection.kind).getForUpdate(seen.id);
  if (current === undefined) throw notFound(collection, seen.id);
  if (current.etag === seen.etag) return;
  const message = `${seen.id} was changed by another request at the same moment. Read it again and repeat the change.`;
  throw new Problem('conflict', message, { violations: [{ path: '', message }] });
}

interface ChangeOutcome {
  readonly resource: RegistryResource;
  /** Resolved fields of the schemas that datasets use or Profile relies on, by id. */
  readonly roots: ReadonlyMap<string, ResolvedResource['root']>;
}

async function changeWithin(
  store: ScopedStore,
  caller: SandboxedCaller,
  { collection, id, bodyOf }: ResourceChange,
  seen: Resource,
): Promise<ChangeOutcome> {
  const former = asRegistryResource(seen);
  const body = bodyOf(former);
  const mentioned = mentionedIds(body, caller.organization.tenantId).filter((other) => other !== id);
  const lookup = await schemaLookup(store, mentioned);
  const updated = updateTenantResource(former, body, tenantContextOf(caller), lookup);
  const { resource } = unwrap(updated, 'invalidBody');
  if (resource.title !== former.title) await requireFreeTitle(store, resource.title, id);

  const affected = await affectedBy(store, former);
  const boundIds = affected.bound.map((bound) => bound.id);
  const before = await resolvedBefore(store, boundIds);
  const stored = await store.resources(collection.kind).replace(id, seen.etag, resource, caller.actor);
  if (stored === undefined) throw notFound(collection, id);
  const after = await resolvedAfter(store, affected);
  refuseBreakingChanges(former, resource, affected, before, after);
  for (const schema of affected.all) await requireUnionRules(store, schema.$id === id ? resource : schema);
  await recordChange(store, caller.actor, {
    resourceId: id,
    id,
    type: collection.type,
    before: former,
    after: resource,
  });
  const roots = new Map(Array.from(after, ([schemaId, { root }]) => [schemaId, root]));
  return { resource: asRegistryResource(stored), roots };
}

async function resolvedBefore(
  store: ScopedStore,
  schemaIds: readonly string[],
): Promise<ReadonlyMap<string, ResolvedResource>> {
  const lookup = await schemaLookup(store, schemaIds);
  const resolved = new Map<string, ResolvedResource>();
  for (const id of schemaIds) {
    const composed = composeSchema(id, lookup);
    if (composed.ok) resolved.set(id, composed.value);
  }
  return resolved;
}

/**
 * The bound schemas as they are now.
 * @throws {Problem} where anything that is composed of the changed resource composes no more
 */
async function resolvedAfter(
  store: ScopedStore,
  { all, bound }: AffectedResources,
): Promise<ReadonlyMap<string, ResolvedResource>> {
  const lookup = await schemaLookup(
    store,
    all.map(({ $id }) => $id),
  );
  const boundIds = new Set(bound.map(({ id }) => id));
  const resolved = new Map<string, ResolvedResource>();
  const problems: RegistryProblem[] = [];
  for (const { $id, title, 'meta:resourceType': type } of all) {
    const composed = type === 'schemas' ? composeSchema($id, lookup) : composeResource($id, lookup);
    if (!composed.ok) {
      problems.push(
        ...composed.problems.map((problem) => ({
          ...problem,
          message: `In ${$id} (${title}): ${problem.message}`,
        })),
      );
    } else if (boundIds.has($id)) resolved.set($id, composed.value);
  }
  refuse(problems, 'invalidBody');
  return resolved;
}
