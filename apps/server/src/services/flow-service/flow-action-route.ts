import { documentOf } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { entityTag } from '../../http/entity-tag.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, Id, Reference } from './answer-schemas.ts';
import { publish } from './drafts.ts';
import { flows, putSchedule } from './flows.ts';
import { enforceIfMatch, IfMatch } from './if-match.ts';
import { ResourceNotFound, refusal } from './refusal.ts';
import { referenceTo, remove } from './resource-routes.ts';

/** The actions that turn a flow on and off. */
const transitions = {
  enable: { from: 'disabled', to: 'enabled' },
  disable: { from: 'enabled', to: 'disabled' },
} as const;

type Transition = keyof typeof transitions;

/** `POST /flows/{id}/action?op=`: turns a flow on and off, or deletes it. */
export function registerFlowAction(routes: Routes, dependencies: Dependencies): void {
  routes.post(
    '/flows/:id/action',
    {
      schema: {
        summary: 'Enable, disable, publish or delete a flow',
        description:
          'Honours the header If-Match. A draft that is published is checked as at a creation, and enabled. A disabled flow falls due no more; a run that is under way goes on to its end.',
        params: Id,
        headers: IfMatch,
        querystring: Type.Object({
          op: Type.String({ description: 'enable, disable, publish or delete, in upper or lower case' }),
        }),
        response: answers({ 200: Reference }),
      },
    },
    async (request, reply) => {
      const act = (op: string, id: string) => {
        if (op === 'delete') return remove(flows, request, id);
        if (op === 'publish') return publish(flows, dependencies, request, id);
        return move(request, id, transitionOf(op));
      };
      const flow = await act(request.query.op.toLowerCase(), request.params.id);
      dependencies.wakeRunner();
      return reply.header('etag', entityTag(flow)).send(referenceTo(flow));
    },
  );
}

async function move(request: FastifyRequest, id: string, op: Transition): Promise<Resource> {
  const { store, actor } = sandboxOf(request);
  return store.transaction(async (transaction) => {
    const resources = transaction.resources('flow');
    const resource = await resources.getForUpdate(id);
    if (resource === undefined) throw new ResourceNotFound('flows', id);
    enforceIfMatch(request, resource, 'honoured');
    const flow = documentOf('flow', resource);
    const { from, to } = transitions[op];
    if (flow.state !== from) {
      throw refusal('1422-400', `The action ${op} cannot be applied in the current state ${flow.state}.`, {
        violations: [{ path: 'op', message: `asks for a flow that is ${from}` }],
      });
    }
    const moved = await resources.replace(id, resource.etag, { ...flow, state: to }, actor);
    if (moved === undefined) throw new Error(`flow ${id} changed while its row was locked`);
    await putSchedule(transaction, id, to === 'enabled' ? flow.scheduleParams : undefined);
    return moved;
  });
}

function transitionOf(op: string): Transition {
  if (Object.hasOwn(transitions, op)) {
    // Just found among the keys.
    return op as Transition;
  }
  const known = `${Object.keys(transitions).join(', ')}, publish or delete`;
  const violations = [{ path: 'op', message: `must be ${known}` }];
  if (op.startsWith('finalize')) {
    throw refusal('1402-400', `The action '${op}' is for providers only.`, { violations });
  }
  throw refusal('1434-400', `The operation '${op}' is not known. Use ${known}.`, { violations });
}
