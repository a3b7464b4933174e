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

/** The files that a snapshot added to a table, and those that it took from it. */
export interface ChangedFiles {
  /** Whether the rows that are added are those that are taken away. */
  readonly isReplacement: boolean;
  readonly added: readonly DataFile[];
  readonly removed: readonly DataFile[];
}

/**
 * A snapshot's summary: what the caller has to say of it, then the counts of appendix F. What did not change is left out,
 * but for the added data; a total is left out where the parent does not tell its own.
 */
export function snapshotSummary(
  parent: Snapshot | undefined,
  { added, removed, isReplacement }: ChangedFiles,
  properties: Readonly<Record<string, string>>,
): SnapshotSummary {
  const counts: Record<string, string> = {};
  for (const { of, verb, hasTotal, count } of COUNTS) {
    const [more, less] = [count(added), count(removed)];
    if (more > 0 || ALWAYS_TOLD.has(of)) counts[`added-${of}`] = String(more);
    if (less > 0) counts[`${verb}-${of}`] = String(less);
    const before = parent ? parent.summary[`total-${of}`] : '0';
    if (hasTotal && before !== undefined && /^\d+$/.test(before))
      counts[`total-${of}`] = String(BigInt(before) + BigInt(more - less));
  }
  return { ...properties, ...counts, operation: isReplacement ? 'replace' : operationOf(added, removed) };
}

/** Spec, "Snapshots": `append` only adds data, `delete` only takes rows away, `overwrite` does both. */
function operationOf(added: readonly DataFile[], removed: readonly DataFile[]): SnapshotOperation {
  const takesRows = removed.length > 0 || added.some(({ content }) => content !== 'data');
  if (!takesRows) return 'append';
  return added.some(({ content }) => content === 'data') ? 'overwrite' : 'delete';
}

const ALWAYS_TOLD: ReadonlySet<string> = new Set(['data-files', 'records', 'files-size']);

/** The counts of appendix F: `added-…`, `deleted-…` or `removed-…`, and most of them `total-…`. */
const COUNTS: readonly Count[] = [
  counted('data-files', 'deleted', filesOf('data')),
  counted('delete-files', 'removed', (files) => files.filter(({ content }) => content !== 'data').length),
  counted('position-delete-files', 'removed', filesOf('position-deletes'), false),
  counted('records', 'deleted', rowsOf('data')),
  counted('files-size', 'removed', (files) => sum(files, ({ fileSizeInBytes }) => fileSizeInBytes)),
  counted('position-deletes', 'removed', rowsOf('position-deletes')),
  counted('equality-deletes', 'removed', rowsOf('equality-deletes')),
];

interface Count {
  readonly of: string;
  /** How appendix F calls it that it went. */
  readonly verb: 'deleted' | 'removed';
  readonly count: (files: readonly DataFile[]) => number;
  readonly hasTotal: boolean;
}

function counted(of: string, verb: Count['verb'], count: Count['count'], hasTotal = true): Count {
  return { of, verb, count, hasTotal };
}

function filesOf(kind: DataFile['content']) {
  return (files: readonly DataFile[]) => files.filter(({ content }) => content === kind).length;
}

function rowsOf(kind: DataFile['content']) {
  return (files: readonly DataFile[]) =>
    sum(
      files.filter(({ content }) => content === kind),
      ({ recordCount }) => recordCount,
    );
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
