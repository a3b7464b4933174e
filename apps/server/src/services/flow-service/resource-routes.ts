import { randomUUID } from 'node:crypto';
import type { Resource } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { entityTag } from '../../http/entity-tag.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, Id, listOf, oneOf, Reference, shownAs } from './answer-schemas.ts';
import { asksForDraft, isDraft } from './drafts.ts';
import { envelopeFields, envelopeOf, storedEnvelopeFields } from './envelope.ts';
import { enforceIfMatch, IfMatch } from './if-match.ts';
import { applyJsonPatch, JsonPatch } from './json-patch.ts';
import { ListQuery, readListRequest } from './list-request.ts';
import { invalidBody, ResourceNotFound, refusal } from './refusal.ts';
import type { Draft, ResourceType } from './resource-type.ts';
import { schemaViolations } from './spec-schema.ts';

const CreationQuery = Type.Object({
  mode: Type.Optional(
    Type.String({ description: 'draft: fields may be left out, and nothing is used before it is published' }),
  ),
});

/** The five routes that every stored resource has: create, list, get, patch and delete. */
export function registerResourceRoutes<Given>(
  routes: Routes,
  type: ResourceType<Given>,
  dependencies: Dependencies,
): void {
  const path = `/${type.name}`;
  const shown = shownAs(type.body);

  routes.post(
    path,
    {
      // What the body of a draft must be is another thing.
      attachValidation: true,
      schema: {
        summary: `Create a ${type.title}`,
        querystring: CreationQuery,
        body: type.body,
        response: answers({ 201: Reference }),
      },
    },
    async (request, reply) => {
      const isForDraft = asksForDraft(request.query.mode);
      const { validationError } = request;
      if (validationError && !(isForDraft && validationError.validationContext === 'body'))
        throw validationError;
      const resource = await create(type, dependencies, request, isForDraft);
      return reply.code(201).header('etag', entityTag(resource)).send(referenceTo(resource));
    },
  );

  routes.get(
    path,
    {
      schema: {
        summary: `List ${type.title}s`,
        querystring: ListQuery,
        response: answers({ 200: listOf(shown) }),
      },
    },
    (request) => list(type, sandboxOf(request), request.query),
  );

  routes.get(
    `${path}/:id`,
    { schema: { summary: `Get a ${type.title}`, params: Id, response: answers({ 200: oneOf(shown) }) } },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const resource = await caller.store.resources(type.kind).get(request.params.id);
      if (resource === undefined) throw new ResourceNotFound(type.name, request.params.id);
      reply.header('etag', entityTag(resource));
      return { items: await shownResources(type, [resource], caller) };
    },
  );

  routes.patch(
    `${path}/:id`,
    {
      schema: {
        summary: `Change a ${type.title}`,
        description: 'Demands the header If-Match with the current etag.',
        params: Id,
        headers: IfMatch,
        body: JsonPatch,
        response: answers({ 200: Reference }),
      },
    },
    async (request, reply) => {
      const resource = await patch(type, dependencies, request, request.params.id, request.body);
      return reply.header('etag', entityTag(resource)).send(referenceTo(resource));
    },
  );

  routes.delete(
    `${path}/:id`,
    {
      schema: {
        summary: `Delete a ${type.title}`,
        description: 'Honours the header If-Match. Refused while other resources use this one.',
        params: Id,
        headers: IfMatch,
        response: answers({ 204: Type.Null({ description: 'Deleted' }) }),
      },
    },
    async (request, reply) => {
      await remove(type, request, request.params.id);
      return reply.code(204).send();
    },
  );
}

/** What a write answers: the id, and the etag to send next. */
export function referenceTo(resource: Pick<Resource, 'id' | 'etag'>): Static<typeof Reference> {
  return { id: resource.id, etag: entityTag(resource) };
}

/** Deletes a resource that nothing uses, with what belongs to it. */
export async function remove<Given>(
  type: ResourceType<Given>,
  request: FastifyRequest,
  id: string,
): Promise<Resource> {
  return sandboxOf(request).store.transaction(async (store) => {
    const resource = await store.resources(type.kind).getForUpdate(id);
    if (resource === undefined) throw new ResourceNotFound(type.name, id);
    enforceIfMatch(request, resource, 'honoured');
    const users = await type.users(store, id);
    if (users.length > 0) {
      const names = users.map((user) => `${user.kind} ${user.id}`).join(', ');
      throw refusal(
        type.inUseCode,
        `The ${type.title} ${id} cannot be deleted because it is in use by ${names}. Delete these first.`,
        { violations: users.map((user) => ({ path: user.id, message: `this ${user.kind} uses it` })) },
      );
    }
    await store.resources(type.kind).remove(id);
    await type.removed?.(store, id, sandboxOf(request));
    return resource;
  });
}

async function create<Given>(
  type: ResourceType<Given>,
  dependencies: Dependencies,
  request: FastifyRequest,
  isForDraft: boolean,
): Promise<Resource> {
  const caller = sandboxOf(request);
  if (isForDraft) requireSchema(type.draftBody, request.body);
  const created = await caller.store.transaction(async (store) => {
    const draft = { store, dependencies, id: randomUUID(), given: request.body, stored: undefined };
    const document = await composed(type, draft, isForDraft);
    const resource = await store.resources(type.kind).insert(draft.id, document, caller.actor);
    await type.written?.(store, resource, undefined, caller);
    return resource;
  });
  type.committed?.(dependencies);
  return created;
}

/** What was given has met the schema that goes with it. */
function composed<Given>(type: ResourceType<Given>, draft: Draft<unknown>, isForDraft: boolean) {
  const { given } = draft;
  return isForDraft
    ? type.composeDraft({ ...draft, given: given as Partial<Given> })
    : type.compose({ ...draft, given: given as Given });
}

function requireSchema(schema: TSchema, given: unknown): void {
  const violations = schemaViolations(schema, given, '');
  if (violations.length > 0) throw invalidBody(violations);
}

async function list<Given>(
  type: ResourceType<Given>,
  caller: SandboxedCaller,
  query: Static<typeof ListQuery>,
) {
  const request = readListRequest(query, new Set([...storedEnvelopeFields, 'state', ...type.filterable]));
  const filters = type.narrow === undefined ? request.filters : type.narrow(request.filters);
  const resources = caller.store.resources(type.kind);
  if (request.countOnly) {
    return { items: [], _links: {}, count: filters === undefined ? 0 : await resources.count(filters) };
  }
  if (filters === undefined) return { items: [], _links: {} };
  const { order, limit, after } = request;
  const page = await resources.list({ filters, order, limit, ...(after && { after }) });
  return {
    items: await shownResources(type, page.items, caller),
    _links: page.next === undefined ? {} : request.nextLink(`/${type.name}`, page.next),
  };
}

async function patch<Given>(
  type: ResourceType<Given>,
  dependencies: Dependencies,
  request: FastifyRequest,
  id: string,
  operations: Static<typeof JsonPatch>,
): Promise<Resource> {
  const caller = sandboxOf(request);
  const changed = await caller.store.transaction(async (store) => {
    const resources = store.resources(type.kind);
    const stored = await resources.getForUpdate(id);
    if (stored === undefined) throw new ResourceNotFound(type.name, id);
    enforceIfMatch(request, stored, 'required');
    const editable = type.editable?.(stored) ?? stored.body;
    const staysDraft = isDraft(stored);
    const given = applyJsonPatch(editable, operations, (field) => readOnlyReason(type, field, staysDraft));
    requireSchema(staysDraft ? type.draftBody : type.body, given);
    const document = await composed(type, { store, dependencies, id, given, stored }, staysDraft);
    const resource = await resources.replace(id, stored.etag, document, caller.actor);
    if (resource === undefined) throw new Error(`${type.kind} ${id} changed while its row was locked`);
    await type.written?.(store, resource, stored, caller);
    return resource;
  });
  type.committed?.(dependencies);
  return changed;
}

function readOnlyReason<Given>(
  type: ResourceType<Given>,
  field: string,
  isOfDraft: boolean,
): string | undefined {
  if (field === '') return 'the whole resource cannot be replaced; patch its fields';
  if (envelopeFields.has(field)) return `${field} is read-only`;
  if (isOfDraft && type.openInDrafts.includes(field)) return undefined;
  return Object.hasOwn(type.fixed, field) ? type.fixed[field] : undefined;
}

async function shownResources<Given>(
  type: ResourceType<Given>,
  resources: readonly Resource[],
  caller: SandboxedCaller,
) {
  const bodies = await type.show(resources, caller.store, caller);
  return resources.map((resource, index) => ({ ...envelopeOf(resource, caller), ...bodies[index] }));
}
