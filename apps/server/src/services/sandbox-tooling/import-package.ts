import type { PackageRecord, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { pointerTo } from '../../http/json-pointer.ts';
import { Problem } from '../../http/problem.ts';
import { transactionWithEffects } from '../catalog/side-effects.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ArtifactReference } from './artifact-graph.ts';
import { kindOf, titleMemberOf } from './artifact-types.ts';
import { createArtifact } from './create-artifact.ts';
import { type JobDocument, recordJob } from './job-documents.ts';
import { packageOf } from './package-documents.ts';
import { type CarriedArtifact, neededArtifacts, type Snapshot, withIds } from './snapshot.ts';

export interface Import {
  readonly package: PackageRecord;
  readonly snapshot: Snapshot;
  /** How the job is called. */
  readonly name: string;
  readonly description: string | undefined;
  /** What stands for an artifact of the package in the destination, by the artifact's id. */
  readonly alternatives: ReadonlyMap<string, ArtifactReference>;
}

/**
 * Copies a package's artifacts into a sandbox, all in one transaction or none; the job's record. A failure is recorded
 * as a job too.
 * @throws {Problem} that names the artifact which could not be made
 */
export async function importPackage(
  dependencies: Pick<Dependencies, 'lake' | 'vault' | 'store'>,
  destination: SandboxedCaller,
  asked: Import,
): Promise<PackageRecord> {
  const { actor, organization, sandbox } = destination;
  const { packageType, sourceSandbox } = packageOf(asked.package);
  const job = {
    packageId: asked.package.id,
    packageType,
    description: asked.description,
    requestType: 'IMPORT',
    sourceSandbox,
    destinationSandbox: sandbox.name,
  } as const;
  try {
    return await transactionWithEffects(destination.store, async (store) => {
      const made = await copyArtifacts(dependencies, { ...destination, store }, asked);
      const document: JobDocument = { ...job, status: 'SUCCESS', ...made };
      return recordJob(store.packages('job'), asked.name, document, actor.user);
    });
  } catch (error) {
    const message = error instanceof Problem ? error.message : 'Something went wrong inside Tributary.';
    const failed: JobDocument = { ...job, status: 'FAILED', created: [], replacements: {}, message };
    await recordJob(dependencies.store.packages(organization.id, 'job'), asked.name, failed, actor.user);
    throw error;
  }
}

async function copyArtifacts(
  dependencies: Pick<Dependencies, 'lake' | 'vault'>,
  destination: SandboxedCaller,
  { snapshot, alternatives }: Import,
): Promise<Pick<JobDocument, 'created' | 'replacements'>> {
  await requireAlternatives(destination.store, snapshot, alternatives);
  const ids = new Map(Array.from(alternatives, ([id, alternative]) => [id, alternative.id]));
  const created = [];
  for (const { id, type, title, body } of neededArtifacts(snapshot, new Set(alternatives.keys()))) {
    try {
      const newId = await createArtifact(dependencies, destination, type, withIds(body, ids));
      ids.set(id, newId);
      created.push({ id, type, title, newId });
    } catch (error) {
      throw error instanceof Problem ? notMade(error, { id, type, title }) : error;
    }
  }
  return { created, replacements: Object.fromEntries(ids) };
}

function notMade(
  problem: Problem,
  { id, type, title }: Pick<CarriedArtifact, 'id' | 'type' | 'title'>,
): Problem {
  return new Problem(
    'conflict',
    `Nothing was imported: the ${type} '${title}' (${id}) cannot be made in the destination. ${problem.message} Name what it should be in 'alternatives', or change it.`,
    { violations: [{ path: '/alternatives', message: `${id}: ${problem.message}` }], cause: problem },
  );
}

async function requireAlternatives(
  store: ScopedStore,
  { artifacts }: Snapshot,
  alternatives: Import['alternatives'],
): Promise<void> {
  const types = new Map(artifacts.map(({ id, type }) => [id, type]));
  for (const [id, alternative] of alternatives) {
    const path = pointerTo('alternatives', id);
    if (types.get(id) !== alternative.type) {
      throw invalidAlternative(path, `stands for no ${alternative.type} of the package`);
    }
    if ((await store.resources(kindOf[alternative.type]).getForUpdate(alternative.id)) === undefined) {
      throw invalidAlternative(path, `names no ${alternative.type} of the destination: ${alternative.id}`);
    }
  }
}

function invalidAlternative(path: string, message: string): Problem {
  return new Problem('invalidBody', `Nothing was imported: ${path} ${message}.`, {
    violations: [{ path, message }],
  });
}

export interface Conflict {
  readonly artifact: CarriedArtifact;
  /** Those of the destination that have the same title. */
  readonly suggestions: readonly (ArtifactReference & { readonly title: string })[];
}

/** Suggestions for an artifact, at most. */
const MAX_SUGGESTIONS = 20;

/** The artifacts of a package of whose title the destination has others. */
export async function findConflicts(
  store: ScopedStore,
  { artifacts }: Snapshot,
): Promise<readonly Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const artifact of artifacts) {
    const { type, title } = artifact;
    // What has no title of its own goes by its id, which is nowhere else.
    const { items } = await store.resources(kindOf[type]).list({
      filters: [{ path: [titleMemberOf(type)], operator: '==', value: title }],
      limit: MAX_SUGGESTIONS,
    });
    const suggestions = items.map(({ id }) => ({ id, type, title }));
    if (suggestions.length > 0) conflicts.push({ artifact, suggestions });
  }
  return conflicts;
}
