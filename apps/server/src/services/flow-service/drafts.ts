import type { Resource } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { entityTag } from '../../http/entity-tag.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, Id, Reference } from './answer-schemas.ts';
import { enforceIfMatch, IfMatch } from './if-match.ts';
import { invalidBody, ResourceNotFound, refusal } from './refusal.ts';
import { referenceTo } from './resource-routes.ts';
import type { ResourceType } from './resource-type.ts';
import { schemaViolations } from './spec-schema.ts';

/*
 * A draft is a resource that is not finished: it has the fields that its author has filled in so far, and nothing uses it
 * but other drafts. It is checked as a whole when it is published, and from then on it is like any other.
 */

/** Whether a creation asks for a draft. To pass over another mode would start a flow that its author thinks is asleep. */
export function asksForDraft(mode: unknown): boolean {
  if (mode === undefined) return false;
  if (typeof mode === 'string' && mode.toLowerCase() === 'draft') return true;
  const message = 'must be draft, or left out';
  throw new Problem('invalidParameter', `The parameter mode ${message}.`, {
    violations: [{ path: 'mode', message }],
  });
}

export function isDraft(resource: Resource | undefined): boolean {
  return resource !== undefined && resource.body.state === 'draft';
}

/** @throws {Problem} where a spec takes no drafts */
export function requireDraftSupport(spec: {
  readonly name: string;
  readonly attributes: { readonly isDraftModeSupported?: boolean };
}): void {
  if (spec.attributes.isDraftModeSupported === true) return;
  const message = `cannot be draft: ${spec.name} takes no drafts (attributes.isDraftModeSupported)`;
  throw new Problem('invalidParameter', `The parameter mode ${message}.`, {
    violations: [{ path: 'mode', message }],
  });
}

/** `POST /{connections, …}/{id}/action?op=publish`. Flows have more actions, and a route of their own. */
export function registerPublishAction<Given>(
  routes: Routes,
  type: ResourceType<Given>,
  dependencies: Dependencies,
): void {
  routes.post(
    `/${type.name}/:id/action`,
    {
      schema: {
        summary: `Publish the draft of a ${type.title}`,
        description: 'Honours the header If-Match. The draft is checked as at a creation.',
        params: Id,
        headers: IfMatch,
        querystring: Type.Object({ op: Type.String({ description: 'publish, in upper or lower case' }) }),
        response: answers({ 200: Reference }),
      },
    },
    async (request, reply) => {
      if (request.query.op.toLowerCase() !== 'publish') {
        throw refusal('1434-400', `The operation '${request.query.op}' is not known. Use publish.`, {
          violations: [{ path: 'op', message: 'must be publish' }],
        });
      }
      const resource = await publish(type, dependencies, request, request.params.id);
      return reply.header('etag', entityTag(resource)).send(referenceTo(resource));
    },
  );
}

/**
 * Makes a draft what it is the draft of.
 * @throws {Problem} that names each field that is missing or wrong
 */
export async function publish<Given>(
  type: ResourceType<Given>,
  dependencies: Dependencies,
  request: FastifyRequest,
  id: string,
): Promise<Resource> {
  const caller = sandboxOf(request);
  const published = await caller.store.transaction(async (store) => {
    const resources = store.resources(type.kind);
    const stored = await resources.getForUpdate(id);
    if (stored === undefined) throw new ResourceNotFound(type.name, id);
    enforceIfMatch(request, stored, 'honoured');
    if (!isDraft(stored)) {
      const state = String(stored.body.state);
      throw refusal('1422-400', `The action publish cannot be applied in the current state ${state}.`, {
        violations: [{ path: 'op', message: `asks for a ${type.title} that is a draft` }],
      });
    }
    const given = type.editable?.(stored) ?? stored.body;
    const violations = schemaViolations(type.body, given, '');
    if (violations.length > 0) throw invalidBody(violations);
    // The schema has just been met.
    const document = await type.compose({ store, dependencies, id, given: given as Given, stored });
    const resource = await resources.replace(id, stored.etag, document, caller.actor);
    if (resource === undefined) throw new Error(`${type.kind} ${id} changed while its row was locked`);
    await type.written?.(store, resource, stored, caller);
    return resource;
  });
  type.committed?.(dependencies);
  return published;
}
