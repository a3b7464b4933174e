import { asRegistryResource, schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import {
  composeSchema,
  composeUnion,
  type Descriptor,
  isInUnion,
  type RegistryProblem,
  type RegistryResource,
  type RelatedSchema,
  type ResolvedSchema,
  type ResourceLookup,
  unionOf,
  unionProblems,
} from '@tributary/xdm';
import { descriptorsOf, relationshipsTo } from './descriptor-documents.ts';
import { refuse, unwrap } from './problem-document.ts';
import { unionMembers } from './union-documents.ts';

/**
 * Checks a schema that is, or is about to be, enabled for Profile: its relationships, its identities, and that it gives no
 * path another type than the other members of its class's union. Passes any schema without the tag. To be called with the
 * schema as it will be, before it is written, where it is created, changed or tagged.
 * @throws {Problem} XDM-1526-400, XDM-1527-400, XDM-1528-400, XDM-1413-400
 */
export async function requireUnionRules(store: ScopedStore, schema: RegistryResource): Promise<void> {
  if (!isInUnion(schema)) return;
  const descriptors = await descriptorsOf(store, schema.$id);
  refuse(await unionProblemsOf(store, schema, descriptors), 'invalidBody');
}

/** What keeps a tagged schema out of its union, if its descriptors are these. */
export async function unionProblemsOf(
  store: ScopedStore,
  schema: RegistryResource,
  descriptors: readonly Descriptor[],
): Promise<readonly RegistryProblem[]> {
  const classId = schema['meta:class'];
  const members = classId === undefined ? [] : await unionMembers(store, classId);
  const others = members.filter(({ $id }) => $id !== schema.$id);
  const lookup = await lookupOf(store, [schema, ...others]);
  const resolved = unwrap(composeSchema(schema, lookup), 'conflict');
  const related = await relatedSchemas(store, schema, descriptors);
  return [
    ...unionProblems(resolved, descriptors, (id) => related.get(id)),
    ...(classId === undefined ? [] : conflicts(resolved, classId, [...others, schema], lookup)),
  ];
}

/**
 * What would keep schemas that lead to this one out of their unions, if its descriptors were these: their reference
 * identities must have the namespace of its primary identity.
 */
export async function referrersProblems(
  store: ScopedStore,
  schema: RegistryResource,
  descriptors: readonly Descriptor[],
): Promise<readonly RegistryProblem[]> {
  if (!isInUnion(schema)) return [];
  const referrers = new Set(
    (await relationshipsTo(store, schema.$id)).map((from) => from['xdm:sourceSchema']),
  );
  const problems: RegistryProblem[] = [];
  for (const id of referrers) {
    const referrer = await storedSchema(store, id);
    if (referrer === undefined || !isInUnion(referrer)) continue;
    const lookup = await schemaLookup(store, [id]);
    const resolved = unwrap(composeSchema(referrer, lookup), 'conflict');
    const own = await descriptorsOf(store, id);
    const related = (to: string): RelatedSchema | undefined =>
      to === schema.$id ? { isInUnion: true, descriptors } : undefined;
    problems.push(...unionProblems(resolved, own, related).filter(({ code }) => code === 'XDM-1527-400'));
  }
  return problems;
}

function conflicts(
  schema: ResolvedSchema,
  classId: string,
  members: readonly RegistryResource[],
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  if (members.length < 2) return [];
  const composed = composeUnion(unionOf(classId, members, lookup), lookup);
  if (composed.ok) return [];
  return composed.problems.map((problem) => ({
    ...problem,
    message: `${schema.id} and the other schemas of the class that are enabled for Profile do not agree: ${problem.message}`,
  }));
}

/** The schemas that relationships lead to. A schema that leads to itself counts as it will be. */
async function relatedSchemas(
  store: ScopedStore,
  schema: RegistryResource,
  descriptors: readonly Descriptor[],
): Promise<ReadonlyMap<string, RelatedSchema>> {
  const related = new Map<string, RelatedSchema>([[schema.$id, { isInUnion: true, descriptors }]]);
  for (const { 'xdm:destinationSchema': id } of descriptors) {
    if (typeof id !== 'string' || related.has(id)) continue;
    const destination = await storedSchema(store, id);
    if (destination === undefined) continue;
    related.set(id, { isInUnion: isInUnion(destination), descriptors: await descriptorsOf(store, id) });
  }
  return related;
}

/** Over the schemas as they are given, which may not be what is stored, and all that they refer to. */
async function lookupOf(store: ScopedStore, schemas: readonly RegistryResource[]): Promise<ResourceLookup> {
  const parts = schemas.flatMap(({ allOf = [] }) => allOf.flatMap(({ $ref }) => $ref ?? []));
  return schemaLookup(store, parts);
}

async function storedSchema(store: ScopedStore, id: string): Promise<RegistryResource | undefined> {
  const resource = await store.resources('schema').get(id);
  return resource && asRegistryResource(resource);
}
