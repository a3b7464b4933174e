import { schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { createTenantResource, type RegistryResource, type TenantContext } from '@tributary/xdm';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { type TenantCollection, tenantCollections } from './collections.ts';
import { mentionedIds } from './mentioned-ids.ts';
import { unwrap } from './problem-document.ts';
import { notFound } from './read-routes.ts';
import { resourceTitled, tenantIdOf } from './tenant-resources.ts';
import { usersOfResource } from './users-of-resource.ts';

const ResourceBody = Type.Object(
  {
    title: Type.String({ description: 'Unique among all of the tenant’s resources.' }),
    description: Type.Optional(Type.String()),
  },
  {
    additionalProperties: true,
    description: 'Schemas name a class and field groups in `allOf`; the others define fields.',
  },
);

const CreatedResource = Type.Object({}, { additionalProperties: true });

/** Creating and deleting the sandbox's own resources. */
export function registerWrites(routes: Routes): void {
  for (const collection of tenantCollections) {
    for (const segment of collection.segments) registerCollection(routes, collection, segment);
  }
}

function registerCollection(routes: Routes, collection: TenantCollection, segment: string): void {
  routes.post(
    `/tenant/${segment}`,
    {
      schema: {
        summary: `Create a ${collection.noun}`,
        body: ResourceBody,
        response: { 201: CreatedResource },
      },
    },
    async (request, reply) => {
      reply.code(201);
      return createResource(sandboxOf(request), collection, request.body);
    },
  );

  routes.delete(
    `/tenant/${segment}/:id`,
    {
      schema: {
        summary: `Delete a ${collection.noun} that nothing uses`,
        params: Type.Object({
          id: Type.String({ description: 'The `$id`, URL-encoded, or the `meta:altId`.' }),
        }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { store, organization } = sandboxOf(request);
      const id = tenantIdOf(request.params.id, organization.tenantId, collection);
      await store.transaction((scoped) => deleteResource(scoped, collection, id));
      return reply.code(204).send(null);
    },
  );
}

async function createResource(
  caller: SandboxedCaller,
  collection: TenantCollection,
  body: { readonly title: string },
): Promise<RegistryResource> {
  const mentioned = mentionedIds(body, caller.organization.tenantId);
  return caller.store.transaction(async (store) => {
    await holdResources(store, mentioned);
    const lookup = await schemaLookup(store, mentioned);
    const created = createTenantResource(collection.type, body, contextOf(caller), lookup);
    const { resource } = unwrap(created, 'invalidBody');
    await requireFreeTitle(store, resource.title);
    await store.resources(collection.kind).insert(resource.$id, resource, caller.actor);
    return resource;
  });
}

/** Keeps others from deleting what the new resource is about to use. All hold in one order, so that no two wait for each other. */
async function holdResources(store: ScopedStore, ids: readonly string[]): Promise<void> {
  for (const id of ids.toSorted()) {
    const collection = tenantCollections.find(({ type }) => id.includes(`/${type}/`));
    if (collection) await store.resources(collection.kind).getForUpdate(id);
  }
}

/** Takes a title for this transaction alone, so that of two creations at once one is refused. */
async function requireFreeTitle(store: ScopedStore, title: string): Promise<void> {
  await store.holdName(`title of a registry resource: ${title}`);
  const holder = await resourceTitled(store, title);
  if (holder === undefined) return;
  throw new Problem(
    'invalidBody',
    `Object titles must be unique. An object ${holder} already exists with the same title.`,
    {
      code: 'XDM-1521-400',
      violations: [{ path: '/title', message: `choose a title other than '${title}'` }],
    },
  );
}

async function deleteResource(store: ScopedStore, collection: TenantCollection, id: string): Promise<void> {
  const resource = await store.resources(collection.kind).getForUpdate(id);
  if (resource === undefined) throw notFound(collection, id);
  const users = await usersOfResource(store, id);
  if (users.length > 0) {
    throw new Problem(
      'conflict',
      `The ${collection.noun} ${id} is used and cannot be deleted. Remove first: ${users.join('; ')}.`,
      { violations: users.map((user) => ({ path: '', message: `used by ${user}` })) },
    );
  }
  await store.resources(collection.kind).remove(id);
}

function contextOf({ organization, sandbox, actor }: SandboxedCaller): TenantContext {
  return {
    tenantId: organization.tenantId,
    imsOrg: organization.id,
    sandboxId: sandbox.id,
    sandboxType: sandbox.type,
    clientId: actor.client,
    userId: actor.user,
    now: new Date(),
  };
}
