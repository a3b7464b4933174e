import { schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import {
  type AcceptForm,
  classOfUnion,
  metadataOf,
  type RegistryResource,
  type RenderedResource,
  type ResourceLookup,
  type ResourceType,
  referencedIds,
  renderResource,
  renderResourceText,
  standardLookup,
  standardResource,
  standardResources,
} from '@tributary/xdm';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { entityTag } from '../../http/entity-tag.ts';
import { Problem } from '../../http/problem.ts';
import { requestUrl } from '../../http/request-url.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { acceptForm } from './accept-header.ts';
import { behaviors, type Collection, type TenantCollection, tenantCollections } from './collections.ts';
import { shownDescriptorsOf } from './descriptor-documents.ts';
import { unwrap } from './problem-document.ts';
import { PageQuery, pageOf, type ResourcePage } from './resource-page.ts';
import { type ListedForm, tenantPage } from './tenant-page.ts';
import { eTagOf, IdParameter, tenantIdOf, tenantResource } from './tenant-resources.ts';
import { shownUnion } from './union-routes.ts';
import { usageCounts } from './users-of-resource.ts';

/** Where resources of one collection are found: the standard library, or the sandbox. */
interface Container {
  readonly name: 'global' | 'tenant';
  page(caller: SandboxedCaller, query: PageQuery, form: ListedForm): Promise<ResourcePage>;
  find(caller: SandboxedCaller, idOrAltId: string): Promise<RegistryResource | undefined>;
}

const Resource = Type.Object(
  {},
  { additionalProperties: true, description: 'A resource in the form asked for.' },
);

const ResourceList = Type.Object({
  results: Type.Array(Resource),
  _page: Type.Object({
    orderby: Type.String(),
    next: Type.Union([Type.String(), Type.Null()], { description: 'The `start` of the next page.' }),
    count: Type.Integer(),
  }),
  _links: Type.Object({}, { additionalProperties: true }),
});

const JSON_TEXT = 'application/json; charset=utf-8';

const AcceptHeader = Type.Object({
  accept: Type.Optional(
    Type.String({
      description:
        'Lists: `application/vnd.adobe.xed-id+json` or `application/vnd.adobe.xed+json`. One resource: also `xed-full`, with a version; `-notext` leaves titles and descriptions out.',
    }),
  ),
});

/** Listing and looking up resources, of the standard library and of the sandbox. */
export function registerReads(routes: Routes): void {
  registerCollection(routes, behaviors, globalContainer(behaviors));
  for (const collection of tenantCollections) {
    registerCollection(routes, collection, globalContainer(collection));
    registerCollection(routes, collection, tenantContainer(collection));
  }
}

function globalContainer({ type }: Collection): Container {
  return {
    name: 'global',
    async page(_caller, query) {
      return pageOf(standardResources(type), query, 'title');
    },
    async find(_caller, idOrAltId) {
      return standardResourceOf(type, idOrAltId);
    },
  };
}

/** Lists are of the tenant's own; a look-up finds what the tenant's schemas are made of, global resources too. */
function tenantContainer(collection: TenantCollection): Container {
  return {
    name: 'tenant',
    page: ({ store }, query, form) => tenantPage(store, collection, query, form),
    async find({ store, organization }, idOrAltId) {
      const id = tenantIdOf(idOrAltId, organization.tenantId, collection);
      return (await tenantResource(store, collection, id)) ?? standardResourceOf(collection.type, idOrAltId);
    },
  };
}

function standardResourceOf(type: ResourceType, idOrAltId: string): RegistryResource | undefined {
  const resource = standardResource(idOrAltId);
  return resource?.['meta:resourceType'] === type ? resource : undefined;
}

function registerCollection(routes: Routes, collection: Collection, container: Container): void {
  for (const segment of collection.segments) {
    const path = `/${container.name}/${segment}`;
    routes.get(
      path,
      {
        schema: {
          summary: `List ${container.name} ${segment}`,
          querystring: PageQuery,
          headers: AcceptHeader,
          response: { 200: ResourceList },
        },
      },
      async (request) => {
        const form = acceptForm(request, 'list');
        const caller = sandboxOf(request);
        const page = await container.page(caller, request.query, form.form === 'id' ? 'summary' : 'whole');
        const counts =
          form.form === 'id'
            ? NO_COUNTS
            : await usageCounts(
                caller.store,
                page.resources.map(({ $id }) => $id),
              );
        return {
          results: page.resources.map((resource) =>
            unwrap(renderResource(withUsage(resource, counts), form, standardLookup), 'conflict'),
          ),
          _page: { orderby: page.orderby, next: page.next, count: page.resources.length },
          _links: linksOf(request, page.next, container, segment),
        };
      },
    );

    routes.get(
      `${path}/:id`,
      {
        schema: {
          summary: `Look up a ${container.name} ${collection.noun}`,
          params: IdParameter,
          headers: AcceptHeader,
          response: { 200: Type.Unsafe<string>(Resource) },
        },
      },
      async (request, reply) => {
        const caller = sandboxOf(request);
        const form = acceptForm(request, 'single');
        const { id } = request.params;
        const resource = await container.find(caller, id);
        if (resource === undefined || !servesVersion(resource, form)) {
          const union = container.name === 'tenant' && (await unionAmong(collection, caller, id, form));
          if (union) return reply.type(JSON_TEXT).send(JSON.stringify(union));
          throw notFound(collection, id, form);
        }
        const text = await shownText(caller, resource, form);
        return reply
          .header('etag', entityTag({ etag: eTagOf(resource) }))
          .type(JSON_TEXT)
          .send(text);
      },
    );
  }
}

/** Unions are schemas of the system's making, and found among schemas too. */
async function unionAmong(
  { type }: Collection,
  caller: SandboxedCaller,
  id: string,
  form: AcceptForm,
): Promise<RenderedResource | undefined> {
  return type === 'schemas' && classOfUnion(id) !== undefined ? shownUnion(caller, id, form) : undefined;
}

/** The resource as JSON text: a resolved one has megabytes, which are made once. */
async function shownText(
  caller: SandboxedCaller,
  resource: RegistryResource,
  form: AcceptForm,
): Promise<string> {
  const { store } = caller;
  if (form.form === 'id') return unwrap(renderResourceText(resource, form, standardLookup), 'conflict');
  const counts = await usageCounts(store, [resource.$id]);
  const needsDescriptors = form.descriptors || form.deprecatedFields;
  const descriptors = needsDescriptors ? await shownDescriptorsOf(caller, resource.$id) : [];
  const lookup = form.form === 'full' ? await lookupFrom(store, resource) : standardLookup;
  return unwrap(renderResourceText(withUsage(resource, counts), form, lookup, descriptors), 'conflict');
}

function lookupFrom(store: ScopedStore, resource: RegistryResource): Promise<ResourceLookup> {
  return schemaLookup(store, referencedIds(resource));
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map();

function withUsage(resource: RegistryResource, counts: ReadonlyMap<string, number>): RegistryResource {
  if (counts === NO_COUNTS) return resource;
  const metadata = { ...metadataOf(resource), 'meta:usageCount': counts.get(resource.$id) ?? 0 };
  return { ...resource, 'meta:registryMetadata': metadata };
}

/** Only the newest minor of a major version is served. */
function servesVersion(resource: RegistryResource, form: AcceptForm): boolean {
  return form.form === 'id' || form.majorVersion === Number(resource.version.split('.')[0]);
}

/** The answer to an id that names nothing, in the collection's own code. */
export function notFound({ noun, notFoundCode }: Collection, id: string, form?: AcceptForm): Problem {
  const version = form === undefined || form.form === 'id' ? '' : ` with version ${form.majorVersion}`;
  return new Problem('notFound', `The requested ${noun} resource ${id}${version} is not found.`, {
    code: notFoundCode,
  });
}

function linksOf(request: FastifyRequest, next: string | null, { name }: Container, segment: string) {
  const url = requestUrl(request);
  const globalUrl = new URL(url.pathname.replace('/tenant/', '/global/').replace(/\/$/, ''), url);
  const other = name === 'tenant' ? { [`global_${segment}`]: { href: globalUrl.href } } : {};
  if (next === null) return { next: null, ...other };
  url.searchParams.set('start', next);
  return { next: { href: url.href }, ...other };
}
