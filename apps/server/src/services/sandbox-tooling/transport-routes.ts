import { type Static, Type } from 'typebox';
import type { Caller } from '../../http/caller.ts';
import { pointerTo } from '../../http/json-pointer.ts';
import { Problem } from '../../http/problem.ts';
import { callerOf, type Routes } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { type ArtifactReference, findArtifacts } from './artifact-graph.ts';
import { readArtifactType } from './artifact-types.ts';
import { findConflicts, importPackage } from './import-package.ts';
import { StartedJob, startedJob } from './job-documents.ts';
import { namedSandbox } from './named-sandbox.ts';
import { NamedArtifact, packageOf, SandboxReference, ShownArtifact } from './package-documents.ts';
import { PackageParameter } from './package-routes.ts';
import { publishPackage } from './publish-package.ts';
import { existingPackage, importableSnapshot } from './stored-package.ts';

const TargetSandbox = Type.Object({
  targetSandbox: Type.String({ minLength: 1, maxLength: 256, description: 'The name of the destination.' }),
});

const Alternatives = Type.Record(
  Type.String(),
  Type.Object({ id: Type.String({ minLength: 1, maxLength: 2_000 }), type: Type.String({ maxLength: 100 }) }),
  { description: 'By the id of an artifact of the package: what stands for it in the destination.' },
);

const ImportBody = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 200, description: 'The package.' }),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'For the job.' })),
  description: Type.Optional(Type.String({ maxLength: 5_000 })),
  destinationSandbox: SandboxReference,
  alternatives: Type.Optional(Alternatives),
});

const IMPORT_SUMMARY = {
  summary: 'Import a package into another sandbox',
  description:
    'Copies everything that the package carries under new ids, but for what `alternatives` names. All of it or nothing: an import that cannot be made answers 409 and names the artifact. Base connections come without credentials, dataflows as drafts, datasets without data.',
};

/** Publishing packages, and what comes before and of an import. */
export function registerTransport(
  routes: Routes,
  dependencies: Pick<Dependencies, 'store' | 'lake' | 'vault'>,
): void {
  const { store } = dependencies;

  routes.get(
    '/packages/:packageID/export',
    {
      schema: {
        summary: 'Publish a package',
        description:
          'Takes a snapshot of what it names and of all that this needs; imports copy the snapshot.',
        params: PackageParameter,
        querystring: Type.Object({
          expiryPeriod: Type.Optional(
            Type.Integer({ minimum: 0, maximum: 36_500, description: 'Days until it expires; 90 without.' }),
          ),
        }),
        response: { 200: StartedJob },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const record = await existingPackage(store, caller.organization.id, request.params.packageID);
      const { sourceSandbox } = packageOf(record);
      const source = await namedSandbox(store, caller, { name: sourceSandbox }, 'The source of the package');
      return startedJob(
        await publishPackage(source, record, request.query.expiryPeriod),
        caller.organization,
      );
    },
  );

  routes.get(
    '/packages/:packageID/import',
    {
      schema: {
        summary: 'What an import of a package would meet in a sandbox',
        description:
          'The artifacts of whose name the sandbox has others already, with those as suggestions for `alternatives`. Titles in the registry are unique: such an artifact can only be imported as an alternative.',
        params: PackageParameter,
        querystring: TargetSandbox,
        response: {
          200: Type.Array(
            Type.Object({
              artifact: ShownArtifact,
              suggestionList: Type.Array(ShownArtifact),
              parentID: Type.String(),
            }),
          ),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const orgId = caller.organization.id;
      const record = await existingPackage(store, orgId, request.params.packageID);
      const snapshot = await importableSnapshot(store, orgId, record);
      const target = await namedSandbox(
        store,
        caller,
        { name: request.query.targetSandbox },
        'targetSandbox',
      );
      const conflicts = await findConflicts(target.store, snapshot);
      const { sourceSandbox } = packageOf(record);
      return conflicts.map(({ artifact: { id, type, title }, suggestions }) => ({
        artifact: { id, type, title },
        suggestionList: [...suggestions],
        parentID: `${orgId}::${sourceSandbox}::${type}::${id}`,
      }));
    },
  );

  for (const method of ['post', 'put'] as const) {
    routes[method](
      '/packages/import',
      { schema: { ...IMPORT_SUMMARY, body: ImportBody, response: { 202: StartedJob } } },
      async (request, reply) => {
        const caller = callerOf(request);
        return reply.code(202).send(await runImport(dependencies, caller, request.body));
      },
    );
  }

  routes.post(
    '/packages/:packageID/import',
    {
      schema: {
        ...IMPORT_SUMMARY,
        params: PackageParameter,
        querystring: TargetSandbox,
        response: { 202: StartedJob },
      },
    },
    async (request, reply) => {
      const destinationSandbox = { name: request.query.targetSandbox };
      const body = { id: request.params.packageID, destinationSandbox };
      return reply.code(202).send(await runImport(dependencies, callerOf(request), body));
    },
  );

  routes.post(
    '/packages/:packageID/children',
    {
      schema: {
        summary: 'What artifacts of a package need',
        description: 'Those that the body names, or all that the package names where there is no body.',
        params: PackageParameter,
        body: Type.Optional(Type.Union([Type.Array(NamedArtifact, { maxItems: 1_000 }), Type.Null()])),
        response: {
          200: Type.Array(Type.Object({ ...ShownArtifact.properties, children: Type.Array(ShownArtifact) })),
        },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const record = await existingPackage(store, caller.organization.id, request.params.packageID);
      const { sourceSandbox, artifacts } = packageOf(record);
      const source = await namedSandbox(store, caller, { name: sourceSandbox }, 'The source of the package');
      const asked: readonly ArtifactReference[] =
        request.body?.map(({ id, type }, index) => ({
          id,
          type: readArtifactType(type, `/${index}/type`),
        })) ?? artifacts;
      const graph = await findArtifacts(source.store, asked);
      return asked.flatMap(({ id }) => {
        const found = graph.get(id);
        if (found === undefined) return [];
        const children = [...found.needs, ...found.brings].map((child) => ({
          ...child,
          title: graph.get(child.id)?.title ?? child.id,
        }));
        return [{ id, type: found.type, title: found.title, children }];
      });
    },
  );
}

interface AskedImport {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly destinationSandbox: Static<typeof SandboxReference>;
  readonly alternatives?: Static<typeof Alternatives>;
}

async function runImport(
  dependencies: Pick<Dependencies, 'store' | 'lake' | 'vault'>,
  caller: Caller,
  asked: AskedImport,
): Promise<Static<typeof StartedJob>> {
  const { store } = dependencies;
  const { organization } = caller;
  const record = await existingPackage(store, organization.id, asked.id);
  const snapshot = await importableSnapshot(store, organization.id, record);
  const destination = await namedSandbox(store, caller, asked.destinationSandbox, '/destinationSandbox/name');
  const { sourceSandbox, description } = packageOf(record);
  if (destination.sandbox.name === sourceSandbox) {
    const message = 'is the sandbox that the package comes from; choose another';
    throw new Problem('invalidBody', `/destinationSandbox/name ${message}.`, {
      violations: [{ path: '/destinationSandbox/name', message }],
    });
  }
  const alternatives = Object.entries(asked.alternatives ?? {}).map(
    ([id, alternative]): [string, ArtifactReference] => [
      id,
      { id: alternative.id, type: readArtifactType(alternative.type, pointerTo('alternatives', id, 'type')) },
    ],
  );
  const job = await importPackage(dependencies, destination, {
    package: record,
    snapshot,
    name: asked.name ?? record.name,
    description: asked.description ?? description,
    alternatives: new Map(alternatives),
  });
  return startedJob(job, organization);
}
