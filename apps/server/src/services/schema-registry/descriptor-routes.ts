import type { Resource } from '@tributary/store';
import { DESCRIPTOR_TYPES } from '@tributary/xdm';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { requestUrl } from '../../http/request-url.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { createDescriptor, deleteDescriptor, replaceDescriptor } from './change-descriptor.ts';
import { type DescriptorListForm, descriptorListForm, requireSingleForm } from './descriptor-accept.ts';
import {
  asDescriptor,
  descriptorResources,
  MAX_DESCRIPTORS,
  shownDescriptor,
} from './descriptor-documents.ts';

import { listConditions } from './resource-page.ts';

const NOT_FOUND_CODE = 'XDM-1015-404';

/** Checked by `parseDescriptor`, whose messages say more than a schema could. */
const DescriptorBody = Type.Object(
  {
    '@type': Type.Optional(
      Type.Unknown({ description: `Required. One of ${Object.keys(DESCRIPTOR_TYPES).join(', ')}.` }),
    ),
    'xdm:sourceSchema': Type.Optional(Type.Unknown({ description: 'Required. The `$id` of the schema.' })),
    'xdm:sourceVersion': Type.Optional(Type.Unknown({ description: 'The schema’s major version, 1.' })),
    'xdm:sourceProperty': Type.Optional(
      Type.Unknown({
        description: 'The path of the field, such as `/personalEmail/address`; for some types an array.',
      }),
    ),
    'xdm:namespace': Type.Optional(Type.Unknown({ description: 'Code or id of an identity namespace.' })),
    'xdm:property': Type.Optional(Type.Unknown({ description: '`xdm:code` or `xdm:id`.' })),
    'xdm:isPrimary': Type.Optional(
      Type.Unknown({ description: 'Whether this is the schema’s primary identity.' }),
    ),
    'xdm:destinationSchema': Type.Optional(Type.Unknown({ description: 'The `$id` of the other schema.' })),
    'xdm:destinationProperty': Type.Optional(
      Type.Unknown({ description: 'The path of a field of the other schema.' }),
    ),
  },
  {
    additionalProperties: true,
    description: 'Which further fields there are depends on the `@type`.',
  },
);

const ShownDescriptor = Type.Object(
  {
    '@id': Type.String(),
    '@type': Type.String(),
    'xdm:sourceSchema': Type.String(),
    'xdm:sourceVersion': Type.Integer(),
    imsOrg: Type.String(),
    version: Type.String(),
    created: Type.Integer({ description: 'Milliseconds since 1970.' }),
    updated: Type.Integer(),
    createdUser: Type.String(),
    updatedUser: Type.String(),
    createdClient: Type.String(),
    updatedClient: Type.String(),
    'meta:containerId': Type.String(),
    'meta:sandboxId': Type.String(),
    'meta:sandboxType': Type.String(),
  },
  { additionalProperties: true },
);

const Shown = Type.Unknown({ description: 'An id, a path, or the descriptor, as the Accept header says.' });

const DescriptorList = Type.Object(
  {
    results: Type.Optional(Type.Array(Shown, { description: 'With `-v2`.' })),
    _page: Type.Optional(
      Type.Object({
        orderby: Type.String(),
        next: Type.Union([Type.String(), Type.Null()], { description: 'The `start` of the next page.' }),
        count: Type.Integer(),
      }),
    ),
    _links: Type.Optional(Type.Object({}, { additionalProperties: true })),
  },
  {
    additionalProperties: true,
    description: 'Without `-v2`: an array for each `@type` of which there are descriptors.',
  },
);

const DescriptorQuery = Type.Object({
  property: Type.Optional(
    Type.Array(Type.String({ maxLength: 2_000 }), {
      description: 'Conditions such as `@type==xdm:descriptorIdentity` or `xdm:sourceSchema==https://…`.',
    }),
  ),
  orderby: Type.Optional(
    Type.String({
      maxLength: 200,
      description: '`created` (the default), `updated` or a field; `-` turns the order round.',
    }),
  ),
  start: Type.Optional(
    Type.String({ maxLength: 4_000, description: 'The `_page.next` of the page before.' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_DESCRIPTORS })),
});

const Id = Type.Object({ id: Type.String({ description: 'The `@id`.' }) });

const AcceptHeader = Type.Object({
  accept: Type.Optional(
    Type.String({
      description:
        'Lists: `application/vnd.adobe.xdm-id+json`, `…xdm-link+json` or `…xdm+json`; `…xdm-v2+json`, `-v2-id` or `-v2-link` for pages.',
    }),
  ),
});

/** Creating, reading, replacing and deleting descriptors. */
export function registerDescriptors(routes: Routes): void {
  registerReads(routes);
  registerWrites(routes);
}

function registerReads(routes: Routes): void {
  for (const container of ['tenant', 'global'] as const) {
    routes.get(
      `/${container}/descriptors`,
      {
        schema: {
          summary: `List ${container} descriptors`,
          querystring: DescriptorQuery,
          headers: AcceptHeader,
          response: { 200: DescriptorList },
        },
      },
      async (request) => {
        const form = descriptorListForm(request.headers.accept);
        const caller = sandboxOf(request);
        // All descriptors are the tenant's: the standard library has none.
        const page = await pageOf(caller, request.query, container === 'tenant');
        if (!form.isPaged) return grouped(page.descriptors, form, caller);
        const url = requestUrl(request);
        if (page.next !== null) url.searchParams.set('start', page.next);
        return {
          results: page.descriptors.map((descriptor) => shownAs(form, descriptor, caller)),
          _page: { orderby: page.orderby, next: page.next, count: page.descriptors.length },
          _links: { next: page.next === null ? null : { href: url.href } },
        };
      },
    );

    routes.get(
      `/${container}/descriptors/:id`,
      {
        schema: {
          summary: `Look up a ${container} descriptor`,
          params: Id,
          headers: AcceptHeader,
          response: { 200: ShownDescriptor },
        },
      },
      async (request) => {
        requireSingleForm(request.headers.accept);
        const caller = sandboxOf(request);
        const { id } = request.params;
        const found = container === 'tenant' ? await caller.store.resources('descriptor').get(id) : undefined;
        if (found === undefined) throw notFound(id);
        return shownDescriptor(found, caller);
      },
    );
  }
}

function registerWrites(routes: Routes): void {
  routes.post(
    '/tenant/descriptors',
    {
      schema: { summary: 'Create a descriptor', body: DescriptorBody, response: { 201: ShownDescriptor } },
    },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const created = await createDescriptor(caller, request.body);
      return reply.code(201).send(shownDescriptor(created, caller));
    },
  );

  routes.put(
    '/tenant/descriptors/:id',
    {
      schema: {
        summary: 'Replace a descriptor',
        params: Id,
        body: DescriptorBody,
        response: { 200: Type.Object({ '@id': Type.String() }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      if ((await replaceDescriptor(sandboxOf(request), id, request.body)) === undefined) throw notFound(id);
      return { '@id': id };
    },
  );

  routes.delete(
    '/tenant/descriptors/:id',
    {
      schema: {
        summary: 'Delete a descriptor that nothing needs',
        params: Id,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await deleteDescriptor(sandboxOf(request), id))) throw notFound(id);
      return reply.code(204).send(null);
    },
  );
}

interface Page {
  readonly descriptors: readonly Resource[];
  readonly orderby: string;
  readonly next: string | null;
}

/** Without a `limit` all descriptors come at once: there are few, and clients do not look for a second page. */
async function pageOf(
  { store }: SandboxedCaller,
  { property, orderby = 'created', start, limit = MAX_DESCRIPTORS }: Static<typeof DescriptorQuery>,
  hasAny: boolean,
): Promise<Page> {
  const conditions = conditionsOf(property);
  const found = hasAny ? await descriptorResources(store, conditions) : [];
  const isBackwards = orderby.startsWith('-');
  const name = orderby.replace(/^[-+]/, '').trim();
  const keyOf = (resource: Resource) => `${sortText(resource, name)} ${resource.id}`;
  const sorted = found
    .map((resource) => ({ resource, key: keyOf(resource) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1) * (isBackwards ? -1 : 1));
  const after = start === undefined ? undefined : Buffer.from(start, 'base64url').toString();
  const rest =
    after === undefined ? sorted : sorted.filter(({ key }) => (isBackwards ? key < after : key > after));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    descriptors: page.map(({ resource }) => resource),
    orderby,
    next: rest.length > page.length && last ? Buffer.from(last.key).toString('base64url') : null,
  };
}

/** Some clients join conditions by a comma instead of repeating the parameter. */
function conditionsOf(property: readonly string[] | undefined) {
  return listConditions(property?.flatMap((text) => text.split(/,(?=[@\w:]+(?:==|!=|<|>|~))/)));
}

/** Times sort as texts, since all have as many digits. */
function sortText({ body, createdAt, updatedAt }: Resource, name: string): string {
  if (name === 'created') return String(createdAt.getTime());
  if (name === 'updated') return String(updatedAt.getTime());
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function grouped(descriptors: readonly Resource[], form: DescriptorListForm, caller: SandboxedCaller) {
  const byType = Map.groupBy(descriptors, (resource) => asDescriptor(resource)['@type']);
  return Object.fromEntries(
    Array.from(byType, ([type, members]) => [type, members.map((member) => shownAs(form, member, caller))]),
  );
}

function shownAs({ shows }: DescriptorListForm, resource: Resource, caller: SandboxedCaller): unknown {
  switch (shows) {
    case 'ids':
      return resource.id;
    case 'links':
      return `/tenant/descriptors/${resource.id}`;
    case 'objects':
      return shownDescriptor(resource, caller);
  }
}

function notFound(id: string): Problem {
  return new Problem('notFound', `The requested descriptor ${id} is not found.`, { code: NOT_FOUND_CODE });
}
