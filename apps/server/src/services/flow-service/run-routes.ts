import { Type } from 'typebox';
import { entityTag } from '../../http/entity-tag.ts';
import { requestUrl } from '../../http/request-url.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { AnyObject, answers, Id, listOf, oneOf } from './answer-schemas.ts';
import { ListQuery } from './list-request.ts';
import { queueRun } from './queue-run.ts';
import { ResourceNotFound } from './refusal.ts';
import { shownRun } from './run-document.ts';
import { listRuns } from './run-list.ts';
import { RunParams, readRunParams } from './run-params.ts';

const RunBody = Type.Object({
  flowId: Type.String({ minLength: 1 }),
  params: Type.Optional(RunParams),
});

/** Flow runs: listing them, looking at one, and running a flow now. */
export function registerRunRoutes(routes: Routes, dependencies: Dependencies): void {
  routes.get(
    '/runs',
    {
      schema: {
        summary: 'List flow runs',
        description: 'Newest first. Filter by property=flowId=={id} for the runs of one flow.',
        querystring: ListQuery,
        response: answers({ 200: listOf(AnyObject) }),
      },
    },
    (request) => listRuns(sandboxOf(request), request.query, requestUrl(request).origin),
  );

  routes.get(
    '/runs/:id',
    { schema: { summary: 'Get a flow run', params: Id, response: answers({ 200: oneOf(AnyObject) }) } },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const run = await caller.store.runs.get(request.params.id);
      if (run === undefined) throw new ResourceNotFound('runs', request.params.id);
      reply.header('etag', entityTag(run));
      return { items: [shownRun(run, caller, requestUrl(request).origin)] };
    },
  );

  routes.post(
    '/runs',
    {
      schema: {
        summary: 'Run a flow now, or at a time',
        description:
          'A run takes what has changed since the last one; or all rows of refreshColumns; or the window from windowStartTime to windowEndTime, landed or not.',
        body: RunBody,
        response: answers({ 201: AnyObject }),
      },
    },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const { flowId, params = {} } = request.body;
      const run = await queueRun(caller, flowId, readRunParams(params, new Date()));
      dependencies.wakeRunner();
      return reply
        .code(201)
        .header('etag', entityTag(run))
        .send(shownRun(run, caller, requestUrl(request).origin));
    },
  );
}
