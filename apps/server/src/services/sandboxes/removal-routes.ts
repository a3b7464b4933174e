import type { Organizations } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { callerOf, type Routes } from '../../http/service.ts';
import { AcceptedSandbox, acceptedSandbox, SandboxParameter } from './sandbox-documents.ts';
import { existingSandbox, notActive } from './sandbox-routes.ts';

const RemovalQuery = Type.Object({
  validationOnly: Type.Optional(
    Type.Boolean({ description: 'Only checks whether it could be done; answers the sandbox as it is.' }),
  ),
  ignoreWarnings: Type.Optional(
    Type.Boolean({
      description:
        'Taken and without effect: what the platform warns of, data shared with other products, is not kept here.',
    }),
  ),
});

const answers = {
  200: Type.Object(AcceptedSandbox.properties, { description: 'Only checked; the sandbox as it is.' }),
  202: Type.Object(AcceptedSandbox.properties, { description: 'Accepted.' }),
};

/**
 * Resetting and deleting sandboxes. A request closes the sandbox; what is in it is removed after the answer.
 * @param wakeCleaner called when there is something to remove
 */
export function registerRemovals(
  routes: Routes,
  organizations: Organizations,
  wakeCleaner: () => void,
): void {
  routes.put(
    '/sandboxes/:sandboxName',
    {
      schema: {
        summary: 'Reset a sandbox',
        description:
          'Removes everything in it: resources, dataflows with their runs, datasets with their data. Until its state is `active` again, calls for it are refused.',
        params: SandboxParameter,
        querystring: RemovalQuery,
        body: Type.Object({
          action: Type.String({ const: 'reset', description: 'There is no other action than `reset`.' }),
        }),
        response: answers,
      },
    },
    async (request, reply) => {
      const { organization, actor } = callerOf(request);
      const sandbox = await existingSandbox(organizations, organization.id, request.params.sandboxName);
      refuseIgnoring(sandbox.isDefault, request.query);
      if (sandbox.state !== 'active') throw notActive(sandbox);
      if (request.query.validationOnly) return acceptedSandbox(sandbox);
      const scope = { orgId: organization.id, sandboxId: sandbox.id };
      const closed = await organizations.closeSandbox(scope, 'resetting', actor.user);
      if (closed === undefined) throw notActive({ ...sandbox, state: 'resetting' });
      wakeCleaner();
      return reply.code(202).send(acceptedSandbox(closed));
    },
  );

  routes.delete(
    '/sandboxes/:sandboxName',
    {
      schema: {
        summary: 'Delete a sandbox',
        description:
          'Removes everything in it for good. The default sandbox cannot be deleted. The answer says `deleted`, as the platform does; while its content is being removed, looking it up says `deleting`.',
        params: SandboxParameter,
        querystring: RemovalQuery,
        response: answers,
      },
    },
    async (request, reply) => {
      const { organization, actor } = callerOf(request);
      const sandbox = await existingSandbox(organizations, organization.id, request.params.sandboxName);
      if (sandbox.isDefault) {
        throw new Problem(
          'invalidParameter',
          `The sandbox '${sandbox.name}' is the default sandbox of the organisation, which cannot be deleted. Reset it instead.`,
        );
      }
      if (sandbox.state !== 'active') throw notActive(sandbox);
      if (request.query.validationOnly) return acceptedSandbox(sandbox);
      const scope = { orgId: organization.id, sandboxId: sandbox.id };
      const closed = await organizations.closeSandbox(scope, 'deleting', actor.user);
      if (closed === undefined) throw notActive({ ...sandbox, state: 'deleting' });
      wakeCleaner();
      return reply.code(202).send(acceptedSandbox(closed, 'deleted'));
    },
  );
}

function refuseIgnoring(isDefault: boolean, { ignoreWarnings }: Static<typeof RemovalQuery>): void {
  if (!isDefault || !ignoreWarnings) return;
  throw new Problem(
    'invalidParameter',
    "The parameter 'ignoreWarnings' cannot be used for the default sandbox. Leave it out.",
    { violations: [{ path: 'ignoreWarnings', message: 'is not for the default sandbox' }] },
  );
}
