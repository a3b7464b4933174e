import type { Resource, ScopedStore } from '@tributary/store';
import { type ArtifactType, artifactTypes, kindOf, titleMemberOf } from './artifact-types.ts';

export interface ArtifactReference {
  readonly id: string;
  readonly type: ArtifactType;
}

/** A resource as it is found in its sandbox. */
export interface Artifact extends ArtifactReference {
  readonly title: string;
  readonly resource: Resource;
  /** Those that it names; each must be there before it. */
  readonly needs: readonly ArtifactReference[];
  /** Those that belong to it without its naming them: the descriptors of a schema. */
  readonly brings: readonly ArtifactReference[];
}

/** Artifacts by their ids, in no promised order. */
export type ArtifactGraph = ReadonlyMap<string, Artifact>;

/** All of a type that a sandbox has; rows read at a time. */
const CHUNK = 500;

/** The artifacts of one type in a sandbox. */
export async function artifactsOfType(
  store: ScopedStore,
  type: ArtifactType,
): Promise<readonly (ArtifactReference & { readonly title: string })[]> {
  const found: Resource[] = [];
  for (;;) {
    const { items, next } = await store
      .resources(kindOf[type])
      .list({ order: { path: ['createdAt'], descending: false }, limit: CHUNK, offset: found.length });
    found.push(...items);
    if (next === undefined)
      return found.map((resource) => ({ id: resource.id, type, title: titleOf(resource, type) }));
  }
}

/** Those of `references` that the sandbox has, with everything that they need and bring, however far. */
export async function findArtifacts(
  store: ScopedStore,
  references: readonly ArtifactReference[],
): Promise<ArtifactGraph> {
  const graph = new Map<string, Artifact>();
  let frontier = references;
  while (frontier.length > 0) {
    const found = await readAll(store, frontier);
    for (const artifact of await withEdges(store, found)) graph.set(artifact.id, artifact);
    const next = [...graph.values()].flatMap(({ needs, brings }) => [...needs, ...brings]);
    const unseen = next.filter(({ id }) => !graph.has(id));
    frontier = [...new Map(unseen.map((reference) => [reference.id, reference])).values()];
  }
  return graph;
}

type FoundArtifact = Omit<Artifact, 'needs' | 'brings'>;

async function readAll(
  store: ScopedStore,
  references: readonly ArtifactReference[],
): Promise<readonly FoundArtifact[]> {
  const found = await Promise.all(
    artifactTypes.map(async (type) => {
      const ids = references.filter((reference) => reference.type === type).map(({ id }) => id);
      const resources = await store.resources(kindOf[type]).getAll(ids);
      return [...resources.values()].map((resource) => ({
        id: resource.id,
        type,
        title: titleOf(resource, type),
        resource,
      }));
    }),
  );
  return found.flat();
}

async function withEdges(store: ScopedStore, found: readonly FoundArtifact[]): Promise<readonly Artifact[]> {
  const named = found.map((artifact) => namedIds(artifact.resource.body, artifact.id));
  const types = await typesOf(store, [...new Set(named.flatMap((ids) => [...ids]))]);
  return Promise.all(
    found.map(async (artifact, index) => ({
      ...artifact,
      needs: [...(named[index] ?? [])].flatMap((id) => {
        const type = types.get(id);
        return type === undefined ? [] : [{ id, type }];
      }),
      brings: artifact.type === 'REGISTRY_SCHEMA' ? await descriptorsOf(store, artifact.id) : [],
    })),
  );
}

/** Which of some texts are ids in the sandbox, and of what. */
async function typesOf(
  store: ScopedStore,
  texts: readonly string[],
): Promise<ReadonlyMap<string, ArtifactType>> {
  const types = new Map<string, ArtifactType>();
  for (const type of artifactTypes) {
    const isRegistry = type.startsWith('REGISTRY_') && type !== 'REGISTRY_DESCRIPTOR';
    const candidates = texts.filter((text) => text.startsWith('https://') === isRegistry);
    for (const id of (await store.resources(kindOf[type]).getAll(candidates)).keys()) types.set(id, type);
  }
  return types;
}

async function descriptorsOf(store: ScopedStore, schemaId: string): Promise<readonly ArtifactReference[]> {
  const { items } = await store.resources('descriptor').list({
    filters: [{ path: ['xdm:sourceSchema'], operator: '==', value: schemaId }],
    limit: MAX_DESCRIPTORS,
  });
  return items.map(({ id }) => ({ id, type: 'REGISTRY_DESCRIPTOR' }));
}

/** More than any schema has. */
const MAX_DESCRIPTORS = 4_000;

/** URIs, UUIDs and the hex digits that other ids are made of. */
const ID = /^(?:https:\/\/\S{1,1000}|[0-9a-f-]{24,48})$/;

/** Every text in a document that could be another resource's id. */
function namedIds(document: unknown, ownId: string): ReadonlySet<string> {
  const ids = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value !== ownId && ID.test(value)) ids.add(value);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(document);
  return ids;
}

function titleOf({ id, body }: Resource, type: ArtifactType): string {
  const title = body[titleMemberOf(type)];
  return typeof title === 'string' && title !== '' ? title : id;
}
