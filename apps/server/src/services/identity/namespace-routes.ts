import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import {
  createNamespace,
  type GivenNamespace,
  ID_TYPES,
  namespaceById,
  namespacesOf,
  replaceNamespace,
} from './namespaces.ts';

const NamespaceBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255, description: 'For people.' }),
  code: Type.String({
    pattern: '^[A-Za-z0-9_]{1,255}$',
    description:
      'One word of letters, digits and underscores; unique, and never changed. Descriptors name it.',
  }),
  idType: Type.String({
    maxLength: 100,
    description: `In small letters or capitals; answered in capitals. One of ${ID_TYPES.join(', ')}.`,
  }),
  description: Type.Optional(Type.String({ maxLength: 2_000 })),
});

const Namespace = Type.Object({
  id: Type.Integer(),
  code: Type.String(),
  name: Type.String(),
  idType: Type.String(),
  description: Type.Optional(Type.String()),
  status: Type.String(),
  custom: Type.Boolean({ description: 'Whether the tenant made it.' }),
  namespaceType: Type.Enum(['Standard', 'Custom']),
  createTime: Type.Integer({ description: 'Milliseconds since 1970.' }),
  updateTime: Type.Integer(),
});

const Id = Type.Object({ id: Type.String({ maxLength: 100 }) });

/** Listing, looking up, creating and replacing identity namespaces. */
export function registerNamespaces(routes: Routes): void {
  routes.get(
    '/idnamespace/identities',
    { schema: { summary: 'List identity namespaces', response: { 200: Type.Array(Namespace) } } },
    async (request) => [...(await namespacesOf(sandboxOf(request).store))],
  );

  routes.get(
    '/idnamespace/identities/:id',
    { schema: { summary: 'Look up an identity namespace', params: Id, response: { 200: Namespace } } },
    async (request) => {
      const { id } = request.params;
      const found = await namespaceById(sandboxOf(request).store, id);
      if (found === undefined) throw notFound(id);
      return found;
    },
  );

  routes.post(
    '/idnamespace/identities',
    {
      schema: { summary: 'Create an identity namespace', body: NamespaceBody, response: { 200: Namespace } },
    },
    async (request) => createNamespace(sandboxOf(request), namespaceOf(request.body)),
  );

  routes.put(
    '/idnamespace/identities/:id',
    {
      schema: {
        summary: 'Replace an identity namespace of one’s own',
        params: Id,
        body: NamespaceBody,
        response: { 200: Namespace },
      },
    },
    async (request) => {
      const { id } = request.params;
      const replaced = await replaceNamespace(sandboxOf(request), id, namespaceOf(request.body));
      if (replaced === undefined) throw notFound(id);
      return replaced;
    },
  );
}

/** What a body says; the platform's own documentation writes types of identities as `Cross_device`, too. */
function namespaceOf(body: GivenNamespace): GivenNamespace {
  const idType = ID_TYPES.find((known) => known === body.idType.toUpperCase());
  if (idType !== undefined) return { ...body, idType };
  const message = `must be one of ${ID_TYPES.join(', ')}`;
  throw new Problem('invalidBody', `/idType ${message}.`, { violations: [{ path: '/idType', message }] });
}

function notFound(id: string): Problem {
  return new Problem('notFound', `Namespace ${id} not found.`);
}
