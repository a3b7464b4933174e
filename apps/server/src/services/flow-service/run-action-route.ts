import {
  acceptDrift,
  holdsFilesBack,
  recordRunEvent,
  refreshColumnsOf,
  requestedWindowOf,
} from '@tributary/runner';
import type { RunRecord } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { entityTag } from '../../http/entity-tag.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, Id, Reference } from './answer-schemas.ts';
import { queueRun } from './queue-run.ts';
import { ResourceNotFound, refusal } from './refusal.ts';
import { referenceTo } from './resource-routes.ts';
import { runStatus } from './run-document.ts';

const operations = {
  cancel,
  're-trigger': retrigger,
  'accept-drift': accept,
} as const;

/**
 * `POST /runs/{id}/action?op=`: ends a run that is under way, or runs a failed one's flow again, with changed
 * columns or without.
 */
export function registerRunAction(routes: Routes, dependencies: Dependencies): void {
  routes.post(
    '/runs/:id/action',
    {
      schema: {
        summary: 'Cancel a flow run, or run a failed one again',
        description:
          'A cancelled run lands nothing. re-trigger queues a new run, whose id is answered: what the failed run did not land, it takes, and reads files again that were held back. accept-drift does so for a run that has failed because the columns at the source have changed, and has the flow know them as they are now.',
        params: Id,
        querystring: Type.Object({
          op: Type.String({ description: 'cancel, re-trigger or accept-drift, in upper or lower case' }),
        }),
        response: answers({ 200: Reference }),
      },
    },
    async (request, reply) => {
      const operate = operationOf(request.query.op.toLowerCase());
      const run = await sandboxOf(request).store.runs.get(request.params.id);
      if (run === undefined) throw new ResourceNotFound('runs', request.params.id);
      const outcome = await operate(request, run);
      dependencies.wakeRunner();
      return reply.header('etag', entityTag(outcome)).send(referenceTo(outcome));
    },
  );
}

async function cancel(request: FastifyRequest, run: RunRecord): Promise<RunRecord> {
  const cancelled = await sandboxOf(request).store.transaction(async (store) => {
    const ended = await store.runs.cancel(run.id);
    if (ended !== undefined) await recordRunEvent(store, 'io.tributary.flow-run.cancelled.v1', ended);
    return ended;
  });
  if (cancelled !== undefined) return cancelled;
  throw notIn(run, 'cancel', 'a run that has not ended');
}

/**
 * A run that failed has moved no watermark, and one that was cancelled neither: a new run reads from where
 * they began. One that held files back has landed the others: a new one reads those again.
 */
async function retrigger(request: FastifyRequest, run: RunRecord): Promise<RunRecord> {
  const isUnfinished = run.state === 'failed' || run.state === 'cancelled' || holdsFilesBack(run);
  if (isUnfinished) return queueAgain(sandboxOf(request), run);
  throw notIn(run, 're-trigger', 'a run that has failed, was cancelled or has held files back');
}

/**
 * Where a run of the flow is open already it is that which is answered: one that has yet to look meets the
 * columns accepted.
 */
async function accept(request: FastifyRequest, run: RunRecord): Promise<RunRecord> {
  const caller = sandboxOf(request);
  return caller.store.transaction(async (store) => {
    // Of two that accept at once the second finds nothing left to accept.
    await store.resources('flow').getForUpdate(run.flowId);
    if (!(await acceptDrift(store, run)))
      throw notIn(
        run,
        'accept-drift',
        'a run that has failed because columns have changed, where neither has been accepted nor landed since',
      );
    const [newest] = await store.runs.list({ flowId: run.flowId, limit: 1 });
    if (newest !== undefined && newest.completedAt === undefined) return newest;
    return queueAgain({ ...caller, store }, run);
  });
}

/** A run that reads what another was to read. */
function queueAgain(caller: SandboxedCaller, run: RunRecord): Promise<RunRecord> {
  return queueRun(caller, run.flowId, {
    refreshColumns: refreshColumnsOf(run),
    window: requestedWindowOf(run),
    retriesHeldItems: true,
  });
}

function notIn(run: RunRecord, op: string, wanted: string) {
  return refusal('1422-400', `The action ${op} cannot be applied in the current state ${runStatus(run)}.`, {
    violations: [{ path: 'op', message: `asks for ${wanted}` }],
  });
}

function operationOf(op: string) {
  // Just found among the keys.
  if (Object.hasOwn(operations, op)) return operations[op as keyof typeof operations];
  const known = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(Object.keys(operations));
  throw refusal('1434-400', `The operation '${op}' is not known. Use ${known}.`, {
    violations: [{ path: 'op', message: `must be ${known}` }],
  });
}
