import type { PackageRecord, ScopedStore } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { invalidBody, Problem } from '../../http/problem.ts';
import { callerOf, type Routes } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { findArtifacts } from './artifact-graph.ts';
import { readArtifactType } from './artifact-types.ts';
import { newRecordId } from './job-documents.ts';
import { namedSandbox } from './named-sandbox.ts';
import {
  NamedArtifact,
  type NamedArtifactDocument,
  type PackageDocument,
  PackageStatus,
  PackageType,
  packageOf,
  readExpiry,
  SandboxReference,
  ShownPackage,
  shownPackage,
} from './package-documents.ts';
import { pageOf, pageOfRecords, pageQuery } from './record-page.ts';
import { existingPackage } from './stored-package.ts';

const PackageName = Type.String({ minLength: 1, maxLength: 255 });
const Description = Type.String({ maxLength: 5_000 });
const Artifacts = Type.Union([Type.Array(NamedArtifact, { maxItems: 10_000 }), Type.Null()]);
const Expiry = Type.Union([Type.String({ description: 'In UTC; 90 days from now without.' }), Type.Null()]);

const NewPackage = Type.Object({
  name: PackageName,
  description: Type.Optional(Description),
  packageType: PackageType,
  sourceSandbox: Type.Optional(SandboxReference),
  expiry: Type.Optional(Expiry),
  artifacts: Type.Optional(Artifacts),
});

const PackageChange = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 200 }),
    action: Type.Enum(['ADD', 'DELETE', 'UPDATE']),
    name: Type.Optional(PackageName),
    description: Type.Optional(Description),
    sourceSandbox: Type.Optional(SandboxReference),
    expiry: Type.Optional(Expiry),
    artifacts: Type.Optional(Artifacts),
  },
  { description: '`ADD` and `DELETE` change the artifacts, `UPDATE` everything else.' },
);
type PackageChange = Static<typeof PackageChange>;

export const PackageParameter = Type.Object({ packageID: Type.String() });

/** Creating, listing, looking up, changing and deleting packages. */
export function registerPackages(routes: Routes, { store }: Pick<Dependencies, 'store'>): void {
  routes.post(
    '/packages',
    {
      schema: {
        summary: 'Create a package',
        description:
          'A `PARTIAL` package carries the artifacts that it names, a `FULL` one the whole sandbox. The sandbox is `sourceSandbox`, else that of the header x-sandbox-name.',
        body: NewPackage,
        response: { 201: ShownPackage },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { name, description, packageType, artifacts, expiry } = request.body;
      if (packageType === 'FULL' && (artifacts ?? []).length > 0) {
        throw invalidBody('/artifacts', 'must be empty or left out where packageType is FULL');
      }
      const source = await namedSandbox(
        store,
        caller,
        request.body.sourceSandbox ?? { name: sandboxHeader(request.headers) },
        '/sourceSandbox/name',
      );
      const document: PackageDocument = {
        description,
        packageType,
        status: 'DRAFT',
        expiry: readExpiry(expiry),
        sourceSandbox: source.sandbox.name,
        artifacts: await readArtifacts(source.store, artifacts ?? []),
      };
      const record = await store
        .packages(caller.organization.id, 'package')
        .insert(newRecordId(), { name, body: { ...document } }, caller.actor.user);
      if (record === undefined) throw nameTaken(name);
      return reply.code(201).send(shownPackage(record, caller.organization));
    },
  );

  routes.put(
    '/packages',
    {
      schema: {
        summary: 'Change a package',
        description: 'A package that was published is a draft again after that; publish it anew.',
        body: PackageChange,
        response: { 201: ShownPackage },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { organization, actor } = caller;
      const { body } = request;
      const record = await existingPackage(store, organization.id, body.id);
      const before = packageOf(record);
      if (before.packageType === 'FULL' && body.action !== 'UPDATE') {
        throw invalidBody('/action', 'must be UPDATE for a package of the whole sandbox');
      }
      const sandboxName = body.sourceSandbox ?? { name: before.sourceSandbox };
      const source = await namedSandbox(store, caller, sandboxName, '/sourceSandbox/name');
      if (source.sandbox.name !== before.sourceSandbox && before.artifacts.length > 0) {
        throw invalidBody('/sourceSandbox/name', 'cannot be changed while the package has artifacts');
      }
      const { publishDate: _, ...draft } = { ...before, ...(await changeOf(source.store, before, body)) };
      const changed = await store.packages(organization.id, 'package').replace(
        record.id,
        record.version,
        {
          name: body.name ?? record.name,
          body: { ...draft, sourceSandbox: source.sandbox.name, status: 'DRAFT' },
        },
        actor.user,
      );
      if (changed === undefined)
        throw body.name === undefined ? changedMeanwhile(record) : nameTaken(body.name);
      return reply.code(201).send(shownPackage(changed, organization));
    },
  );

  routes.get(
    '/packages',
    {
      schema: {
        summary: 'List the packages of the organisation, the newest first',
        querystring: Type.Object({ ...pageQuery, status: Type.Optional(PackageStatus) }),
        response: { 200: pageOf(ShownPackage) },
      },
    },
    async (request) => {
      const { organization } = callerOf(request);
      const { status, ...query } = request.query;
      const records = await store.packages(organization.id, 'package').list();
      const shown = records.map((record) => shownPackage(record, organization));
      return pageOfRecords(
        shown.filter((one) => status === undefined || one.status === status),
        query,
      );
    },
  );

  routes.get(
    '/packages/:packageID',
    { schema: { summary: 'Look up a package', params: PackageParameter, response: { 200: ShownPackage } } },
    async (request) => {
      const { organization } = callerOf(request);
      return shownPackage(
        await existingPackage(store, organization.id, request.params.packageID),
        organization,
      );
    },
  );

  routes.delete(
    '/packages/:packageID',
    {
      schema: {
        summary: 'Delete a package',
        description: 'What was imported from it stays, and so do its jobs.',
        params: PackageParameter,
        response: { 200: Type.Object({ reason: Type.String() }) },
      },
    },
    async (request) => {
      const { organization } = callerOf(request);
      const { id } = await existingPackage(store, organization.id, request.params.packageID);
      await store.packages(organization.id, 'package').remove(id);
      await store.packages(organization.id, 'snapshot').remove(id);
      return { reason: `Package ${id} deleted` };
    },
  );
}

function sandboxHeader(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const name = [headers['x-sandbox-name']].flat()[0];
  if (name !== undefined && name !== '') return name;
  throw invalidBody('/sourceSandbox', 'is missing, and so is the header x-sandbox-name');
}

/** Artifacts as the package keeps them, each once. @throws {Problem} that names those that are not there */
async function readArtifacts(
  store: ScopedStore,
  named: readonly Static<typeof NamedArtifact>[],
): Promise<readonly NamedArtifactDocument[]> {
  const references = named.map(({ id, type }, index) => ({
    id,
    type: readArtifactType(type, `/artifacts/${index}/type`),
  }));
  const graph = await findArtifacts(store, references);
  const missing = references.flatMap(({ id, type }, index) =>
    graph.get(id)?.type === type
      ? []
      : [{ path: `/artifacts/${index}/id`, message: `names no ${type} of the sandbox: ${id}` }],
  );
  if (missing.length > 0) {
    throw new Problem('invalidBody', missing.map(({ path, message }) => `${path} ${message}`).join('; '), {
      violations: missing,
    });
  }
  const kept = references.map(({ id, type }, index) => ({
    id,
    type,
    title: named[index]?.title ?? graph.get(id)?.title ?? id,
  }));
  return [...new Map(kept.map((artifact) => [artifact.id, artifact])).values()];
}

async function changeOf(
  source: ScopedStore,
  before: PackageDocument,
  { action, artifacts, description, expiry }: PackageChange,
): Promise<Partial<PackageDocument>> {
  const expires = expiry === undefined && action === 'DELETE' ? {} : { expiry: readExpiry(expiry) };
  switch (action) {
    case 'ADD': {
      const added = await readArtifacts(source, artifacts ?? []);
      const all = new Map([...before.artifacts, ...added].map((artifact) => [artifact.id, artifact]));
      return { ...expires, artifacts: [...all.values()] };
    }
    case 'DELETE': {
      const removed = new Set((artifacts ?? []).map(({ id }) => id));
      return { ...expires, artifacts: before.artifacts.filter(({ id }) => !removed.has(id)) };
    }
    case 'UPDATE':
      return { ...expires, ...(description !== undefined && { description }) };
  }
}

function nameTaken(name: string): Problem {
  return new Problem('conflict', `A package named '${name}' exists already. Choose another name.`, {
    violations: [{ path: '/name', message: 'is taken' }],
  });
}

function changedMeanwhile({ id }: PackageRecord): Problem {
  return new Problem('conflict', `The package ${id} has been changed meanwhile. Try again.`);
}
