import { randomBytes } from 'node:crypto';
import type { DataFile } from './data-file.ts';

declare const snapshotIdBrand: unique symbol;

/** A 64-bit id, hence a bigint; other writers use all of its bits. */
export type SnapshotId = bigint & { readonly [snapshotIdBrand]: true };

export type SnapshotOperation = 'append' | 'replace' | 'overwrite' | 'delete';

/** What a snapshot changed (spec, "Snapshots", and appendix F for the counts): text to text. */
export interface SnapshotSummary {
  readonly operation: SnapshotOperation;
  readonly [property: string]: string;
}

/** The state of a table at some time, in its JSON form. */
export interface Snapshot {
  readonly 'snapshot-id': SnapshotId;
  readonly 'parent-snapshot-id'?: SnapshotId;
  readonly 'sequence-number': number;
  readonly 'timestamp-ms': number;
  readonly 'manifest-list': string;
  readonly summary: SnapshotSummary;
  readonly 'schema-id'?: number;
}

export function asSnapshotId(id: bigint): SnapshotId {
  // The only place where the brand is given.
  return id as SnapshotId;
}

/**
 * A new id: positive, random, and below 2^53, so that readers whose JSON numbers are doubles find the
 * snapshot too. 53 random bits collide once in about 10^8 snapshots of one table; a collision is looked for
 * nevertheless.
 */
export function newSnapshotId(taken: readonly Snapshot[]): SnapshotId {
  for (;;) {
    const id = asSnapshotId(BigInt.asUintN(53, randomBytes(8).readBigUInt64LE()));
    if (id > 0n && taken.every((snapshot) => snapshot['snapshot-id'] !== id)) return id;
  }
}

/**
 * The summary of an append: what the caller has to say of it, then the counts of appendix F. A total is left
 * out where the parent does not tell its own.
 */
export function appendSummary(
  parent: Snapshot | undefined,
  files: readonly DataFile[],
  properties: Readonly<Record<string, string>>,
): SnapshotSummary {
  const added = {
    'data-files': files.length,
    records: sum(files, (file) => file.recordCount),
    'files-size': sum(files, (file) => file.fileSizeInBytes),
  };
  const unchanged = { 'delete-files': 0, 'position-deletes': 0, 'equality-deletes': 0 };
  const counts: Record<string, string> = {};
  for (const [name, count] of Object.entries(added)) counts[`added-${name}`] = String(count);
  for (const [name, count] of Object.entries({ ...added, ...unchanged })) {
    const before = parent ? parent.summary[`total-${name}`] : '0';
    if (before !== undefined && /^\d+$/.test(before))
      counts[`total-${name}`] = String(BigInt(before) + BigInt(count));
  }
  return { ...properties, ...counts, operation: 'append' };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
