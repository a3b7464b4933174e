import { asRegistryResource, holdRegistry, recordChange, schemaLookup } from '@tributary/runner';
import type { Actor, ScopedStore } from '@tributary/store';
import { createTenantResource, type RegistryResource } from '@tributary/xdm';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { entityTag } from '../../http/entity-tag.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { changeResource } from './change-resource.ts';
import { type TenantCollection, tenantCollections } from './collections.ts';
import { removeDescriptorsOf } from './descriptor-documents.ts';
import { JsonPatch, patchedBody } from './json-patch.ts';
import { mentionedIds } from './mentioned-ids.ts';
import { unwrap } from './problem-document.ts';
import { notFound } from './read-routes.ts';
import { eTagOf, IdParameter, requireFreeTitle, tenantContextOf, tenantIdOf } from './tenant-resources.ts';
import { requireUnionRules } from './union-rules.ts';
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

const Resource = Type.Object({}, { additionalProperties: true });

const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'The eTag in `meta:registryMetadata`: changes that version only.' }),
  ),
});

/** Creating, changing and deleting the sandbox's own resources. */
export function registerWrites(routes: Routes, dependencies: Pick<Dependencies, 'lake'>): void {
  for (const collection of tenantCollections) {
    for (const segment of collection.segments) {
      registerCreation(routes, collection, `/tenant/${segment}`);
      registerChanges(routes, dependencies, collection, `/tenant/${segment}/:id`);
      registerDeletion(routes, collection, `/tenant/${segment}/:id`);
    }
  }
}

function registerCreation(routes: Routes, collection: TenantCollection, path: string): void {
  routes.post(
    path,
    {
      schema: {
        summary: `Create a ${collection.noun}`,
        body: ResourceBody,
        response: { 201: Resource },
      },
    },
    async (request, reply) => {
      const resource = await createResource(sandboxOf(request), collection, request.body);
      return reply
        .code(201)
        .header('etag', entityTag({ etag: eTagOf(resource) }))
        .send(resource);
    },
  );
}

function registerChanges(
  routes: Routes,
  dependencies: Pick<Dependencies, 'lake'>,
  collection: TenantCollection,
  path: string,
): void {
  routes.put(
    path,
    {
      schema: {
        summary: `Replace a ${collection.noun}`,
        description: `${CHANGE_RULES} Immutable tags that the body does not mention stay.`,
        params: IdParameter,
        headers: IfMatch,
        body: ResourceBody,
        response: { 200: Resource },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const resource = await changeResource(dependencies, sandboxOf(request), {
        ...changeOf(request, collection),
        bodyOf: () => body,
      });
      return reply.header('etag', entityTag({ etag: eTagOf(resource) })).send(resource);
    },
  );

  routes.patch(
    path,
    {
      schema: {
        summary: `Patch a ${collection.noun}`,
        description: CHANGE_RULES,
        params: IdParameter,
        headers: IfMatch,
        body: JsonPatch,
        response: { 200: Resource },
      },
    },
    async (request, reply) => {
      const patch = request.body;
      const resource = await changeResource(dependencies, sandboxOf(request), {
        ...changeOf(request, collection),
        bodyOf: (current) => patchedBody(current, patch),
      });
      return reply.header('etag', entityTag({ etag: eTagOf(resource) })).send(resource);
    },
  );
}

const CHANGE_RULES =
  'Once a dataset uses a schema, or it is enabled for Profile, it and all that it is composed of may change by additions only; the columns of datasets follow.';

function changeOf(
  request: {
    readonly params: { readonly id: string };
    readonly headers: { readonly 'if-match'?: string };
  } & FastifyRequest,
  collection: TenantCollection,
) {
  const { tenantId } = sandboxOf(request).organization;
  return {
    collection,
    id: tenantIdOf(request.params.id, tenantId, collection),
    ifMatch: request.headers['if-match'],
  };
}

function registerDeletion(routes: Routes, collection: TenantCollection, path: string): void {
  routes.delete(
    path,
    {
      schema: {
        summary: `Delete a ${collection.noun} that nothing uses`,
        params: IdParameter,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { store, organization, actor } = sandboxOf(request);
      const id = tenantIdOf(request.params.id, organization.tenantId, collection);
      await store.transaction((scoped) => deleteResource(scoped, actor, collection, id));
      return reply.code(204).send(null);
    },
  );
}

/**
 * Creates a resource of a tenant's from its JSON body.
 * @throws {Problem} that names each field that is wrong, or the one that has its title
 */
export async function createResource(
  caller: SandboxedCaller,
  collection: TenantCollection,
  body: { readonly title: string },
): Promise<RegistryResource> {
  const mentioned = mentionedIds(body, caller.organization.tenantId);
  return caller.store.transaction(async (store) => {
    await holdRegistry(store);
    const lookup = await schemaLookup(store, mentioned);
    const created = createTenantResource(collection.type, body, tenantContextOf(caller), lookup);
    const { resource } = unwrap(created, 'invalidBody');
    await requireFreeTitle(store, resource.title);
    await requireUnionRules(store, resource);
    const stored = await store.resources(collection.kind).insert(resource.$id, resource, caller.actor);
    await recordChange(store, caller.actor, {
      resourceId: resource.$id,
      id: resource.$id,
      type: collection.type,
      after: resource,
    });
    return asRegistryResource(stored);
  });
}

async function deleteResource(
  store: ScopedStore,
  actor: Actor,
  collection: TenantCollection,
  id: string,
): Promise<void> {
  await holdRegistry(store);
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
  if (collection.type === 'schemas') await removeDescriptorsOf(store, actor, id);
  await store.resources(collection.kind).remove(id);
  await recordChange(store, actor, {
    resourceId: id,
    id,
    type: collection.type,
    before: asRegistryResource(resource),
  });
}
