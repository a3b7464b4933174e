import { nextMetadataLog } from './metadata-log.ts';
import { highestFieldId, type IcebergSchema } from './schema.ts';
import type { Snapshot, SnapshotId } from './snapshots.ts';
import { MAIN_BRANCH, type TableMetadata } from './table-metadata.ts';

/*
 * Changes to a table and the conditions they hold under, as data. Both carry the names of the Iceberg REST
 * catalog's commit request.
 */

export type TableUpdate =
  | { readonly action: 'add-schema'; readonly schema: IcebergSchema }
  | { readonly action: 'set-current-schema'; readonly 'schema-id': number }
  | { readonly action: 'add-snapshot'; readonly snapshot: Snapshot }
  | {
      readonly action: 'set-snapshot-ref';
      readonly 'ref-name': string;
      readonly type: 'branch' | 'tag';
      readonly 'snapshot-id': SnapshotId;
    }
  | { readonly action: 'remove-snapshot-ref'; readonly 'ref-name': string }
  | { readonly action: 'remove-snapshots'; readonly 'snapshot-ids': readonly SnapshotId[] };

export type TableRequirement =
  | { readonly type: 'assert-table-uuid'; readonly uuid: string }
  | { readonly type: 'assert-current-schema-id'; readonly 'current-schema-id': number }
  | { readonly type: 'assert-last-assigned-field-id'; readonly 'last-assigned-field-id': number }
  | {
      readonly type: 'assert-ref-snapshot-id';
      readonly ref: string;
      /** Null: the reference must not exist. */
      readonly 'snapshot-id': SnapshotId | null;
    };

/** The table is not, or no longer, as a change needs it. */
export class RequirementError extends Error {
  override readonly name = 'RequirementError';
}

/** Throws `RequirementError` at the first requirement that the table does not meet. */
export function checkRequirements(metadata: TableMetadata, requirements: readonly TableRequirement[]): void {
  for (const requirement of requirements) {
    const { what, expected, found } = comparison(metadata, requirement);
    if (found !== expected) {
      throw new RequirementError(
        `the table's ${what} must be ${expected ?? 'unset'}, but is ${found ?? 'unset'}`,
      );
    }
  }
}

type Compared = string | number | bigint | null;

function comparison(
  metadata: TableMetadata,
  requirement: TableRequirement,
): { what: string; expected: Compared; found: Compared } {
  switch (requirement.type) {
    case 'assert-table-uuid':
      return { what: 'UUID', expected: requirement.uuid, found: metadata['table-uuid'] };
    case 'assert-current-schema-id': {
      const expected = requirement['current-schema-id'];
      return { what: 'current schema id', expected, found: metadata['current-schema-id'] };
    }
    case 'assert-last-assigned-field-id': {
      const expected = requirement['last-assigned-field-id'];
      return { what: 'last column id', expected, found: metadata['last-column-id'] };
    }
    case 'assert-ref-snapshot-id': {
      const found = metadata.refs[requirement.ref]?.['snapshot-id'] ?? null;
      return { what: `snapshot of ${requirement.ref}`, expected: requirement['snapshot-id'], found };
    }
  }
}

/**
 * The metadata after some updates; `metadata` stays as it is. `metadataLocation` is where it lies, for the
 * log of former metadata files. Time never runs backwards in a table, even where the clocks of its writers
 * do.
 */
export function updateTable(
  metadata: TableMetadata,
  metadataLocation: string,
  updates: readonly TableUpdate[],
  now: Date,
): TableMetadata {
  const stamped: TableMetadata = {
    ...metadata,
    'last-updated-ms': Math.max(now.getTime(), metadata['last-updated-ms']),
    'metadata-log': nextMetadataLog(metadata, metadataLocation),
  };
  return updates.reduce(applyUpdate, stamped);
}

function applyUpdate(metadata: TableMetadata, update: TableUpdate): TableMetadata {
  switch (update.action) {
    case 'add-schema':
      return {
        ...metadata,
        schemas: [...metadata.schemas, update.schema],
        'last-column-id': Math.max(metadata['last-column-id'], highestFieldId(update.schema)),
      };
    case 'set-current-schema':
      return { ...metadata, 'current-schema-id': update['schema-id'] };
    case 'add-snapshot':
      return {
        ...metadata,
        snapshots: [...metadata.snapshots, update.snapshot],
        'last-sequence-number': update.snapshot['sequence-number'],
      };
    case 'set-snapshot-ref':
      return setSnapshotRef(metadata, update['ref-name'], update.type, update['snapshot-id']);
    case 'remove-snapshot-ref': {
      const { [update['ref-name']]: _, ...refs } = metadata.refs;
      return { ...metadata, refs };
    }
    case 'remove-snapshots':
      return removeSnapshots(metadata, new Set(update['snapshot-ids']));
  }
}

function removeSnapshots(metadata: TableMetadata, gone: ReadonlySet<SnapshotId>): TableMetadata {
  const log = metadata['snapshot-log'];
  // A history with holes would tell wrongly what was current when: it begins after the last hole (spec, "Table Metadata Fields").
  const lastHole = log.findLastIndex((entry) => gone.has(entry['snapshot-id']));
  return {
    ...metadata,
    snapshots: metadata.snapshots.filter((snapshot) => !gone.has(snapshot['snapshot-id'])),
    'snapshot-log': log.slice(lastHole + 1),
  };
}

function setSnapshotRef(
  metadata: TableMetadata,
  name: string,
  type: 'branch' | 'tag',
  id: SnapshotId,
): TableMetadata {
  // What the reference says of its retention stays.
  const refs = { ...metadata.refs, [name]: { ...metadata.refs[name], 'snapshot-id': id, type } };
  if (name !== MAIN_BRANCH) return { ...metadata, refs };
  const logged = { 'timestamp-ms': metadata['last-updated-ms'], 'snapshot-id': id };
  return {
    ...metadata,
    refs,
    'current-snapshot-id': id,
    'snapshot-log': [...metadata['snapshot-log'], logged],
  };
}
