import type { Organizations, Sandbox } from '@tributary/store';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { callerOf, type Routes } from '../../http/service.ts';
import {
  AcceptedSandbox,
  AvailableSandbox,
  acceptedSandbox,
  availableSandbox,
  ManagedSandbox,
  managedSandbox,
  SandboxName,
  SandboxParameter,
  SandboxTitle,
  SandboxType,
} from './sandbox-documents.ts';
import { ListQuery, listOf, listSandboxes } from './sandbox-list.ts';

/** Looking up, creating and retitling sandboxes. */
export function registerSandboxes(routes: Routes, organizations: Organizations): void {
  routes.get(
    '/',
    {
      schema: {
        summary: 'The sandboxes that the caller may use',
        querystring: ListQuery,
        response: { 200: listOf(AvailableSandbox) },
      },
    },
    async (request) => {
      const all = await organizations.sandboxes(callerOf(request).organization.id);
      const active = all.filter(({ state }) => state === 'active');
      return listSandboxes(active.map(availableSandbox), request.query, request);
    },
  );

  routes.get(
    '/sandboxes',
    {
      schema: {
        summary: 'All sandboxes of the organisation',
        description:
          'Those that are being reset or deleted, and those that have been deleted, are among them.',
        querystring: ListQuery,
        response: { 200: listOf(ManagedSandbox) },
      },
    },
    async (request) => {
      const all = await organizations.sandboxes(callerOf(request).organization.id);
      return listSandboxes(all.map(managedSandbox), request.query, request);
    },
  );

  routes.get(
    '/sandboxTypes',
    {
      schema: {
        summary: 'The types of sandboxes',
        response: {
          200: Type.Object({
            sandboxTypes: Type.Array(Type.Object({ id: SandboxType, title: Type.String() })),
          }),
        },
      },
    },
    async () => ({
      sandboxTypes: [
        { id: 'production' as const, title: 'Production' },
        { id: 'development' as const, title: 'Development' },
      ],
    }),
  );

  routes.get(
    '/sandboxes/:sandboxName',
    {
      schema: {
        summary: 'Look up a sandbox',
        description: 'One that has been deleted can be looked up until another is given its name.',
        params: SandboxParameter,
        response: { 200: ManagedSandbox },
      },
    },
    async (request) => {
      const { organization } = callerOf(request);
      return managedSandbox(
        await existingSandbox(organizations, organization.id, request.params.sandboxName),
      );
    },
  );

  routes.post(
    '/sandboxes',
    {
      schema: {
        summary: 'Create a sandbox',
        description: 'The answer says `creating`, as the platform does; here the sandbox is active by then.',
        body: Type.Object({ name: SandboxName, title: SandboxTitle, type: SandboxType }),
        response: { 202: AcceptedSandbox },
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
      return reply.code(202).send(acceptedSandbox(created, 'creating'));
    },
  );

  routes.patch(
    '/sandboxes/:sandboxName',
    {
      schema: {
        summary: 'Change the title of a sandbox',
        description: 'Nothing else of a sandbox can be changed.',
        params: SandboxParameter,
        body: Type.Object({ title: SandboxTitle }, { additionalProperties: false }),
        response: { 200: ManagedSandbox },
      },
    },
    async (request) => {
      const { organization, actor } = callerOf(request);
      const sandbox = await existingSandbox(organizations, organization.id, request.params.sandboxName);
      const scope = { orgId: organization.id, sandboxId: sandbox.id };
      const changed = await organizations.retitleSandbox(scope, request.body.title, actor.user);
      if (changed === undefined) throw notActive(sandbox);
      return managedSandbox(changed);
    },
  );
}

/** @throws {Problem} of kind `notFound` */
export async function existingSandbox(
  organizations: Organizations,
  orgId: string,
  name: string,
): Promise<Sandbox> {
  const sandbox = await organizations.sandbox(orgId, name);
  if (sandbox !== undefined) return sandbox;
  throw new Problem('notFound', `There is no sandbox '${name}' in this organisation.`);
}

/** Why a sandbox that was found a moment ago could not be changed. */
export function notActive({ name, state }: Sandbox): Problem {
  if (state === 'deleted') return new Problem('notFound', `The sandbox '${name}' has been deleted.`);
  return new Problem(
    'conflict',
    `The sandbox '${name}' is being reset or deleted. Wait until its state is active again.`,
  );
}
