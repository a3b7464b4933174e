import type { Organization, PackageRecord, Resource, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { mappingSetAsBody } from '../conversion/mapping-set-document.ts';
import { adhocIdsOf } from '../schema-registry/adhoc-schemas.ts';
import { type ArtifactReference, artifactsOfType, findArtifacts } from './artifact-graph.ts';
import { type ArtifactType, artifactTypes } from './artifact-types.ts';
import { recordJob } from './job-documents.ts';
import {
  expiryAfter,
  type NamedArtifactDocument,
  type PackageDocument,
  packageOf,
} from './package-documents.ts';
import { inOrderOfNeed, type Snapshot } from './snapshot.ts';

/**
 * Takes a snapshot of what a package names and of all that it needs, and publishes it with that; the job's record.
 * @throws {Problem} of kind `conflict` where something that it names is not there any more
 */
export async function publishPackage(
  { store, actor, organization }: SandboxedCaller,
  record: PackageRecord,
  expiryDays: number | undefined,
): Promise<PackageRecord> {
  const draft = packageOf(record);
  return store.transaction(async (transaction) => {
    const artifacts =
      draft.packageType === 'FULL' ? await everythingIn(transaction, organization) : draft.artifacts;
    const snapshot = await takeSnapshot(transaction, artifacts);
    const published: PackageDocument = {
      ...draft,
      artifacts,
      status: 'PUBLISHED',
      publishDate: Date.now(),
      expiry: expiryAfter(expiryDays),
    };
    await transaction.packages('snapshot').remove(record.id);
    await transaction
      .packages('snapshot')
      .insert(record.id, { name: record.name, body: { ...snapshot } }, actor.user);
    const packages = transaction.packages('package');
    const content = { name: record.name, body: { ...published } };
    if ((await packages.replace(record.id, record.version, content, actor.user)) === undefined) {
      throw new Problem('conflict', `The package ${record.id} has been changed meanwhile. Try again.`);
    }
    const job = {
      packageId: record.id,
      packageType: draft.packageType,
      description: draft.description,
      requestType: 'EXPORT',
      status: 'SUCCESS',
      sourceSandbox: draft.sourceSandbox,
      created: [],
      replacements: {},
    } as const;
    return recordJob(transaction.packages('job'), record.name, job, actor.user);
  });
}

/** All but what source connections bring into the registry by themselves, also where they are imported. */
async function everythingIn(
  store: ScopedStore,
  { tenantId }: Organization,
): Promise<readonly NamedArtifactDocument[]> {
  const found = [];
  for (const type of artifactTypes) found.push(...(await artifactsOfType(store, type)));
  const adhoc = new Set(
    found.flatMap(({ id, type }) => (type === 'SOURCE_CONNECTION' ? adhocIdsOf(tenantId, id) : [])),
  );
  return found.filter(({ id }) => !adhoc.has(id));
}

async function takeSnapshot(store: ScopedStore, roots: readonly ArtifactReference[]): Promise<Snapshot> {
  const graph = await findArtifacts(store, roots);
  const missing = roots.filter(({ id }) => !graph.has(id));
  if (missing.length > 0) {
    throw new Problem(
      'conflict',
      `The package names what is not there any more: ${missing.map(({ type, id }) => `${type} ${id}`).join(', ')}. Take it out of the package.`,
      { violations: missing.map(({ id }) => ({ path: '/artifacts', message: `${id} is not there` })) },
    );
  }
  return {
    roots: roots.map(({ id, type }) => ({ id, type })),
    artifacts: inOrderOfNeed(graph).map(({ id, type, title, resource, needs, brings }) => ({
      id,
      type,
      title,
      body: carriedBody(type, resource),
      needs,
      brings,
    })),
  };
}

/** What of a resource travels: of a base connection not even the sealed credentials. */
function carriedBody(type: ArtifactType, resource: Resource): Readonly<Record<string, unknown>> {
  if (type === 'MAPPING_SET') return { ...mappingSetAsBody(resource) };
  const { sealedParams: _, ...body } = resource.body;
  return body;
}
