import type { PackageRecord } from '@tributary/store';
import type { ArtifactReference } from './artifact-graph.ts';

/** An artifact as a published package carries it. */
export interface CarriedArtifact extends ArtifactReference {
  readonly title: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly needs: readonly ArtifactReference[];
  readonly brings: readonly ArtifactReference[];
}

export interface Snapshot {
  /** Those that the package names; the others are there because these need them. */
  readonly roots: readonly ArtifactReference[];
  /** Each behind all that it needs. */
  readonly artifacts: readonly CarriedArtifact[];
}

/** A stored snapshot. Only publishing writes them. */
export function snapshotOf({ body }: PackageRecord): Snapshot {
  return body as unknown as Snapshot;
}

/** Each behind all that it needs. What needs itself, by whatever way, is left where it is met. */
export function inOrderOfNeed<T extends ArtifactReference & { readonly needs: readonly ArtifactReference[] }>(
  artifacts: ReadonlyMap<string, T>,
): readonly T[] {
  const ordered: T[] = [];
  const seen = new Set<string>();
  const visit = (artifact: T): void => {
    if (seen.has(artifact.id)) return;
    seen.add(artifact.id);
    for (const { id } of artifact.needs) {
      const needed = artifacts.get(id);
      if (needed !== undefined) visit(needed);
    }
    ordered.push(artifact);
  };
  for (const artifact of artifacts.values()) visit(artifact);
  return ordered;
}

/** What has to be made for the roots, where those in `given` are there already: what only they need is left out. */
export function neededArtifacts(
  { roots, artifacts }: Snapshot,
  given: ReadonlySet<string>,
): readonly CarriedArtifact[] {
  const byId = new Map(artifacts.map((artifact) => [artifact.id, artifact]));
  const needed = new Set<string>();
  const visit = ({ id }: ArtifactReference): void => {
    const artifact = byId.get(id);
    if (artifact === undefined || needed.has(id) || given.has(id)) return;
    needed.add(id);
    [...artifact.needs, ...artifact.brings].forEach(visit);
  };
  roots.forEach(visit);
  return artifacts.filter(({ id }) => needed.has(id));
}

/** A copy of a JSON value with every text that is an id of `ids` replaced. */
export function withIds<T>(value: T, ids: ReadonlyMap<string, string>): T {
  // Only texts change, each into another, so that the value keeps its type.
  return replaced(value, ids) as T;
}

function replaced(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, ids)]));
}
