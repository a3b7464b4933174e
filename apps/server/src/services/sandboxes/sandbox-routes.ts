import type { Organizations, Sandbox } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { meetsFilters, parsePropertyFilters } from '../../http/property-filter.ts';
import { requestUrl } from '../../http/request-url.ts';
import { callerOf, type Routes } from '../../http/service.ts';

/** Where this installation's sandboxes are; the platform names its data centers here. */
const REGION = 'self-hosted';
const DEFAULT_LIMIT = 50;

const SandboxType = Type.Enum(['production', 'development']);

const ShownSandbox = Type.Object({
  id: Type.String(),
  name: Type.String(),
  title: Type.String(),
  state: Type.String(),
  type: SandboxType,
  region: Type.String(),
  isDefault: Type.Boolean(),
  eTag: Type.Integer(),
  createdDate: Type.String(),
  lastModifiedDate: Type.String(),
  createdBy: Type.String(),
  modifiedBy: Type.String(),
});

const ListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Together with `offset`.' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'Together with `limit`.' })),
  property: Type.Optional(Type.Array(Type.String({ maxLength: 2_000 }))),
});

const SandboxList = Type.Object({
  sandboxes: Type.Array(ShownSandbox),
  _page: Type.Object({ limit: Type.Integer(), count: Type.Integer() }),
  _links: Type.Object({}, { additionalProperties: true }),
});

const NewSandbox = Type.Object({
  name: Type.String({
    pattern: '^[a-z][a-z0-9-]{0,254}$',
    description: 'Lower-case letters, digits and dashes; begins with a letter.',
  }),
  title: Type.String({ minLength: 1, maxLength: 255 }),
  type: SandboxType,
});

/** Listing, looking up and creating sandboxes. */
export function registerSandboxes(routes: Routes, organizations: Organizations): void {
  for (const [path, summary] of [
    ['/', 'The sandboxes that the caller may use'],
    ['/sandboxes', 'All sandboxes of the organisation'],
  ] as const) {
    routes.get(
      path,
      { schema: { summary, querystring: ListQuery, response: { 200: SandboxList } } },
      async (request) => {
        const all = await organizations.sandboxes(callerOf(request).organization.id);
        return listed(all, request.query, request);
      },
    );
  }

  routes.get(
    '/sandboxTypes',
    {
      schema: {
        summary: 'The types of sandboxes',
        response: {
          200: Type.Object({
            sandboxTypes: Type.Array(Type.Object({ id: Type.String(), title: Type.String() })),
          }),
        },
      },
    },
    async () => ({
      sandboxTypes: [
        { id: 'production', title: 'Production' },
        { id: 'development', title: 'Development' },
      ],
    }),
  );

  routes.get(
    '/sandboxes/:name',
    {
      schema: {
        summary: 'Look up a sandbox',
        params: Type.Object({ name: Type.String() }),
        response: { 200: ShownSandbox },
      },
    },
    async (request) => {
      const { name } = request.params;
      const sandbox = await organizations.sandbox(callerOf(request).organization.id, name);
      if (sandbox === undefined)
        throw new Problem('notFound', `There is no sandbox '${name}' in this organisation.`);
      return shown(sandbox);
    },
  );

  routes.post(
    '/sandboxes',
    {
      schema: {
        summary: 'Create a sandbox; it can be used at once',
        body: NewSandbox,
        response: {
          202: Type.Pick(ShownSandbox, ['id', 'name', 'title', 'state', 'type', 'region']),
        },
      },
    },
    async (request, reply) => {
      const { organization, actor } = callerOf(request);
      const { name, title, type } = request.body;
      const created = await organizations.createSandbox(organization.id, {
        name,
        title,
        type,
        createdBy: actor.user,
      });
      if (created === undefined) {
        throw new Problem('conflict', `A sandbox named '${name}' exists already. Choose another name.`, {
          violations: [{ path: '/name', message: 'is taken' }],
        });
      }
      reply.code(202);
      return shown(created);
    },
  );
}

function listed(all: readonly Sandbox[], query: Static<typeof ListQuery>, request: FastifyRequest) {
  const { limit = DEFAULT_LIMIT, offset = 0 } = pageBounds(query);
  const filters = parsePropertyFilters(query.property);
  const matching = all.map(shown).filter((sandbox) => meetsFilters(sandbox, filters));
  const page = matching.slice(offset, offset + limit);
  const linkTo = (from: number) => {
    const url = requestUrl(request);
    url.searchParams.set('limit', String(limit));
    url.searchParams.set('offset', String(from));
    return { href: url.href, templated: false };
  };
  return {
    sandboxes: page,
    _page: { limit, count: page.length },
    _links: {
      page: linkTo(offset),
      ...(offset + limit < matching.length && { next: linkTo(offset + limit) }),
    },
  };
}

function pageBounds({ limit, offset }: Static<typeof ListQuery>) {
  if ((limit === undefined) === (offset === undefined)) {
    return limit === undefined || offset === undefined ? {} : { limit, offset };
  }
  const missing = limit === undefined ? 'limit' : 'offset';
  throw new Problem(
    'invalidParameter',
    `limit and offset go together; the parameter '${missing}' is missing.`,
    {
      violations: [{ path: missing, message: 'is missing' }],
    },
  );
}

function shown(sandbox: Sandbox): Static<typeof ShownSandbox> {
  return {
    id: sandbox.id,
    name: sandbox.name,
    title: sandbox.title,
    state: sandbox.state,
    type: sandbox.type,
    region: REGION,
    isDefault: sandbox.isDefault,
    eTag: sandbox.version,
    createdDate: dateText(sandbox.createdAt),
    lastModifiedDate: dateText(sandbox.updatedAt),
    createdBy: sandbox.createdBy,
    modifiedBy: sandbox.updatedBy,
  };
}

/** `YYYY-MM-DD hh:mm:ss` in UTC, as the sandbox service prints times. */
function dateText(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
