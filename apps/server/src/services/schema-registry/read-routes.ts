import { schemaLookup } from '@tributary/runner';
import {
  type AcceptForm,
  type RegistryResource,
  type ResourceType,
  renderResource,
  standardLookup,
  standardResource,
  standardResources,
} from '@tributary/xdm';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { requestUrl } from '../../http/request-url.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { acceptForm } from './accept-header.ts';
import { behaviors, type Collection, type TenantCollection, tenantCollections } from './collections.ts';
import { unwrap } from './problem-document.ts';
import { PageQuery, pageOf } from './resource-page.ts';
import { tenantIdOf, tenantResource, tenantResources } from './tenant-resources.ts';

/** Where resources of one collection are found: the standard library, or the sandbox. */
interface Container {
  readonly name: 'global' | 'tenant';
  /** What lists are sorted by when nothing is asked for. */
  readonly defaultOrder: string;
  list(caller: SandboxedCaller): Promise<readonly RegistryResource[]>;
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

const IdParameter = Type.Object({
  id: Type.String({ description: 'The `$id`, URL-encoded, or the `meta:altId`.' }),
});

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
    defaultOrder: 'title',
    async list() {
      return standardResources(type);
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
    defaultOrder: 'updated',
    list: ({ store }) => tenantResources(store, collection),
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
        const all = await container.list(sandboxOf(request));
        const page = pageOf(all, request.query, container.defaultOrder);
        return {
          results: page.resources.map((resource) =>
            unwrap(renderResource(resource, form, standardLookup), 'conflict'),
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
          response: { 200: Resource },
        },
      },
      async (request) => {
        const caller = sandboxOf(request);
        const form = acceptForm(request, 'single');
        const resource = await container.find(caller, request.params.id);
        if (resource === undefined || !servesVersion(resource, form)) {
          throw notFound(collection, request.params.id, form);
        }
        const lookup = await schemaLookup(caller.store, [resource.$id]);
        return unwrap(renderResource(resource, form, lookup), 'conflict');
      },
    );
  }
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
