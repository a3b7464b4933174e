import { randomUUID } from 'node:crypto';
import { highestFieldId, type IcebergSchema } from './schema.ts';
import type { Snapshot, SnapshotId } from './snapshots.ts';

/** How rows are divided over files (spec, "Partitioning"). Tributary writes unpartitioned tables. */
export interface PartitionSpec {
  readonly 'spec-id': number;
  readonly fields: readonly unknown[];
}

export interface SortOrder {
  readonly 'order-id': number;
  readonly fields: readonly unknown[];
}

/** A name for a snapshot (spec, "Snapshot References"). */
export interface SnapshotRef {
  readonly 'snapshot-id': SnapshotId;
  readonly type: 'branch' | 'tag';
}

export interface SnapshotLogEntry {
  readonly 'timestamp-ms': number;
  readonly 'snapshot-id': SnapshotId;
}

export interface MetadataLogEntry {
  readonly 'timestamp-ms': number;
  readonly 'metadata-file': string;
}

/** Table metadata of format version 2, in its JSON form (spec, "Table Metadata"). Immutable. */
export interface TableMetadata {
  readonly 'format-version': 2;
  readonly 'table-uuid': string;
  readonly location: string;
  readonly 'last-sequence-number': number;
  readonly 'last-updated-ms': number;
  readonly 'last-column-id': number;
  readonly schemas: readonly IcebergSchema[];
  readonly 'current-schema-id': number;
  readonly 'partition-specs': readonly PartitionSpec[];
  readonly 'default-spec-id': number;
  readonly 'last-partition-id': number;
  readonly properties: Readonly<Record<string, string>>;
  /** Absent until the first snapshot. */
  readonly 'current-snapshot-id'?: SnapshotId;
  readonly snapshots: readonly Snapshot[];
  readonly 'snapshot-log': readonly SnapshotLogEntry[];
  readonly 'metadata-log': readonly MetadataLogEntry[];
  readonly 'sort-orders': readonly SortOrder[];
  readonly 'default-sort-order-id': number;
  readonly refs: Readonly<Record<string, SnapshotRef>>;
}

export const MAIN_BRANCH = 'main';

const UNPARTITIONED: PartitionSpec = { 'spec-id': 0, fields: [] };
const UNSORTED: SortOrder = { 'order-id': 0, fields: [] };
/** Partition fields are numbered from 1000. */
const LAST_PARTITION_ID_OF_NONE = 999;

/** The metadata of a table that has no snapshot yet. `location` is the table's folder. */
export function newTableMetadata(table: {
  readonly location: string;
  readonly schema: IcebergSchema;
  readonly properties: Readonly<Record<string, string>>;
  readonly now: Date;
}): TableMetadata {
  return {
    'format-version': 2,
    'table-uuid': randomUUID(),
    location: table.location,
    'last-sequence-number': 0,
    'last-updated-ms': table.now.getTime(),
    'last-column-id': highestFieldId(table.schema),
    'current-schema-id': table.schema['schema-id'],
    schemas: [table.schema],
    'default-spec-id': UNPARTITIONED['spec-id'],
    'partition-specs': [UNPARTITIONED],
    'last-partition-id': LAST_PARTITION_ID_OF_NONE,
    'default-sort-order-id': UNSORTED['order-id'],
    'sort-orders': [UNSORTED],
    properties: table.properties,
    snapshots: [],
    refs: {},
    'snapshot-log': [],
    'metadata-log': [],
  };
}

export function currentSchema(metadata: TableMetadata): IcebergSchema {
  const id = metadata['current-schema-id'];
  const schema = metadata.schemas.find((candidate) => candidate['schema-id'] === id);
  if (!schema) throw new TypeError(`no schema has the current id ${id}`);
  return schema;
}

export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  const id = metadata['current-snapshot-id'];
  return id === undefined ? undefined : metadata.snapshots.find((snapshot) => snapshot['snapshot-id'] === id);
}

export function defaultPartitionSpec(metadata: TableMetadata): PartitionSpec {
  const id = metadata['default-spec-id'];
  const spec = metadata['partition-specs'].find((candidate) => candidate['spec-id'] === id);
  if (!spec) throw new TypeError(`no partition spec has the default id ${id}`);
  return spec;
}
