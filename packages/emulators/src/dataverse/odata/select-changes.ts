import { type TableSnapshot, versionColumn } from '../definitions.ts';

/** A row that was changed, inserted or deleted. */
export interface Change {
  readonly index: number;
  readonly version: number;
  readonly isDeleted: boolean;
}

/** The place of a change among others; where a page of them ended. */
export type ChangePosition = Omit<Change, 'index'>;

/**
 * The rows whose last change has a version above `since` and not above `upTo`: new and changed ones first, then deleted
 * ones, each in the order of their versions (Use change tracking to synchronize data with external systems).
 */
export function selectChanges(
  snapshot: TableSnapshot,
  { since, upTo, after }: { since: number; upTo: number; after: ChangePosition | undefined },
): readonly Change[] {
  const versionAt = snapshot.column(versionColumn(snapshot.object));
  return [...snapshot.overlay.keys()]
    .map((index) => ({ index, version: Number(versionAt(index)), isDeleted: snapshot.isDeleted(index) }))
    .filter(({ version }) => version > since && version <= upTo)
    .filter((change) => after === undefined || compare(change, after) > 0)
    .sort(compare);
}

function compare(one: ChangePosition, other: ChangePosition): number {
  return Number(one.isDeleted) - Number(other.isDeleted) || one.version - other.version;
}
