import { describe, expect, test } from 'vitest';
import { expiredAt, type RetentionDefaults } from './snapshot-retention.ts';
import { asSnapshotId, type Snapshot } from './snapshots.ts';
import { newTableMetadata, type SnapshotRef, type TableMetadata } from './table-metadata.ts';

const DAY_MS = 86_400_000;
const NOW = new Date(100 * DAY_MS);
const DEFAULTS: RetentionDefaults = { maxSnapshotAgeMs: 7 * DAY_MS, minSnapshotsToKeep: 2 };

const idOf = (id: number) => asSnapshotId(BigInt(id));

/** A snapshot that is so many days old. */
function snapshot(id: number, daysOld: number, parent?: number): Snapshot {
  return {
    'snapshot-id': idOf(id),
    ...(parent !== undefined && { 'parent-snapshot-id': idOf(parent) }),
    'sequence-number': id,
    'timestamp-ms': NOW.getTime() - daysOld * DAY_MS,
    'manifest-list': `file:///t/metadata/snap-${id}.avro`,
    summary: { operation: 'append' },
  };
}

/** Snapshots 1 to 5, of which 5 is the current one, 1, 3, 8, 9 and 20 days old. */
const LINE = [20, 9, 8, 3, 1].map((daysOld, index) => snapshot(index + 1, daysOld, index || undefined));
const main = (id: number, own: object = {}): SnapshotRef => ({
  type: 'branch',
  'snapshot-id': idOf(id),
  ...own,
});

function table({
  snapshots = LINE,
  refs = { main: main(5) },
  properties = {},
}: {
  snapshots?: readonly Snapshot[];
  refs?: TableMetadata['refs'];
  properties?: Record<string, string>;
} = {}): TableMetadata {
  const schema = { type: 'struct', 'schema-id': 0, fields: [] } as const;
  const empty = newTableMetadata({ location: 'file:///t', schema, properties, now: NOW });
  return { ...empty, snapshots, refs };
}

function expired(metadata: TableMetadata, defaults = DEFAULTS) {
  const { snapshotIds, refs } = expiredAt(metadata, defaults, NOW);
  return { snapshots: snapshotIds.map(Number), refs };
}

describe('of a table’s snapshots expire', () => {
  test('those that are neither young enough nor among the newest', () => {
    expect(expired(table())).toEqual({ snapshots: [1, 2, 3], refs: [] });
    expect(expired(table(), { ...DEFAULTS, minSnapshotsToKeep: 4 }).snapshots).toEqual([1]);
    expect(expired(table(), { ...DEFAULTS, maxSnapshotAgeMs: 8.5 * DAY_MS }).snapshots).toEqual([1, 2]);
  });

  test('never the current one, however old and however few are to stay', () => {
    const none = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 0 };
    expect(expired(table(), none).snapshots).toEqual([1, 2, 3, 4]);
    expect(expired(table({ snapshots: [], refs: {} }), none).snapshots).toEqual([]);
  });

  test('none where they stay for ever', () => {
    const forEver = { maxSnapshotAgeMs: Number.POSITIVE_INFINITY, minSnapshotsToKeep: 1 };
    expect(expired(table(), forEver).snapshots).toEqual([]);
  });

  test.each([
    ['the table’s properties before the defaults', { 'history.expire.min-snapshots-to-keep': '4' }, {}, [1]],
    ['an age among them', { 'history.expire.max-snapshot-age-ms': String(2 * DAY_MS) }, {}, [1, 2, 3]],
    ['no property that is no number', { 'history.expire.min-snapshots-to-keep': 'all' }, {}, [1, 2, 3]],
    [
      'the branch’s own word before the table’s',
      { 'history.expire.min-snapshots-to-keep': '1', 'history.expire.max-snapshot-age-ms': '0' },
      { 'min-snapshots-to-keep': 3 },
      [1, 2],
    ],
  ])('by %s', (_, properties, own, left) => {
    expect(expired(table({ properties, refs: { main: main(5, own) } })).snapshots).toEqual(left);
  });

  test('none that a tag or another branch keeps', () => {
    const refs = {
      main: main(5),
      audit: { type: 'tag', 'snapshot-id': idOf(1) } as const,
      old: main(3, { 'min-snapshots-to-keep': 1 }),
    };
    expect(expired(table({ refs })).snapshots).toEqual([2]);
  });

  test('what only references have that are too old themselves', () => {
    const refs = {
      main: main(5, { 'max-ref-age-ms': 1 }),
      audit: { type: 'tag', 'snapshot-id': idOf(1), 'max-ref-age-ms': DAY_MS } as const,
    };
    expect(expired(table({ refs }))).toEqual({ snapshots: [1, 2, 3], refs: ['audit'] });
    const properties = { 'history.expire.max-ref-age-ms': String(30 * DAY_MS) };
    const kept = { main: main(5), audit: { type: 'tag', 'snapshot-id': idOf(1) } as const };
    expect(expired(table({ refs: kept, properties }))).toEqual({ snapshots: [2, 3], refs: [] });
  });

  test('such as no reference leads to, once they are old: one that was just made may be about to get one', () => {
    const snapshots = [...LINE, snapshot(6, 10, 2), snapshot(7, 1, 2)];
    expect(expired(table({ snapshots })).snapshots).toEqual([1, 2, 3, 6]);
  });
});
