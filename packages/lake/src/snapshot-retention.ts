import type { Snapshot, SnapshotId } from './snapshots.ts';
import { MAIN_BRANCH, type SnapshotRef, type TableMetadata } from './table-metadata.ts';

/*
 * Which snapshots a table keeps (spec, "Snapshot Retention Policy"): what its references lead to. Each branch keeps its newest
 * snapshots, by number and by age; a tag keeps the one that it names; a reference that is too old is given up itself.
 */

/** How long snapshots stay, where a table says nothing else. */
export interface RetentionDefaults {
  /** `Infinity`: for ever. */
  readonly maxSnapshotAgeMs: number;
  readonly minSnapshotsToKeep: number;
}

/** What goes from a table's metadata. */
export interface Expired {
  readonly snapshotIds: readonly SnapshotId[];
  readonly refs: readonly string[];
}

const MAX_SNAPSHOT_AGE = 'history.expire.max-snapshot-age-ms';
const MIN_SNAPSHOTS = 'history.expire.min-snapshots-to-keep';
const MAX_REF_AGE = 'history.expire.max-ref-age-ms';

/** What has expired at `now`. A table's properties go before `defaults`, a reference's own before those. */
export function expiredAt(metadata: TableMetadata, defaults: RetentionDefaults, now: Date): Expired {
  const { properties, snapshots } = metadata;
  const byId = new Map(snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]));
  const maxSnapshotAgeMs = countIn(properties, MAX_SNAPSHOT_AGE) ?? defaults.maxSnapshotAgeMs;
  const minSnapshotsToKeep = countIn(properties, MIN_SNAPSHOTS) ?? defaults.minSnapshotsToKeep;
  const maxRefAgeMs = countIn(properties, MAX_REF_AGE) ?? Number.POSITIVE_INFINITY;
  const ageOf = (snapshot: Snapshot) => now.getTime() - snapshot['timestamp-ms'];

  const kept = new Set<SnapshotId>();
  const refs: string[] = [];
  for (const [name, ref] of Object.entries(metadata.refs)) {
    const named = byId.get(ref['snapshot-id']);
    if (named === undefined) continue;
    if (name !== MAIN_BRANCH && ageOf(named) > (countIn(ref, 'max-ref-age-ms') ?? maxRefAgeMs)) {
      refs.push(name);
      continue;
    }
    const most = countIn(ref, 'min-snapshots-to-keep') ?? minSnapshotsToKeep;
    const longest = countIn(ref, 'max-snapshot-age-ms') ?? maxSnapshotAgeMs;
    for (const [place, snapshot] of lineOf(ref, named, byId).entries()) {
      if (place > 0 && place >= most && ageOf(snapshot) > longest) break;
      kept.add(snapshot['snapshot-id']);
    }
  }
  // One that no reference leads to may be about to get one: only its age counts.
  const reached = new Set(
    Object.values(metadata.refs).flatMap((ref) => {
      const named = byId.get(ref['snapshot-id']);
      return named ? lineOf(ref, named, byId).map((snapshot) => snapshot['snapshot-id']) : [];
    }),
  );
  const expired = snapshots.filter((snapshot) => {
    const id = snapshot['snapshot-id'];
    return !kept.has(id) && (reached.has(id) || ageOf(snapshot) > maxSnapshotAgeMs);
  });
  return { snapshotIds: expired.map((snapshot) => snapshot['snapshot-id']), refs };
}

/** A branch's snapshots, newest first, as far as they are there; of a tag the one that it names. */
function lineOf(
  { type }: SnapshotRef,
  named: Snapshot,
  byId: ReadonlyMap<SnapshotId, Snapshot>,
): readonly Snapshot[] {
  const line: Snapshot[] = [];
  const seen = new Set<Snapshot>();
  for (let next: Snapshot | undefined = named; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    line.push(next);
    const parent: SnapshotId | undefined = next['parent-snapshot-id'];
    next = type === 'tag' || parent === undefined ? undefined : byId.get(parent);
  }
  return line;
}

/** A whole number of at least 0; other writers give it as a text in properties and as a number in references. */
function countIn(fields: object, name: string): number | undefined {
  const value = (fields as Readonly<Record<string, unknown>>)[name];
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
