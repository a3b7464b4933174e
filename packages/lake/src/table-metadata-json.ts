import {
  type Fields,
  IcebergFormatError,
  optional,
  readFields,
  readInteger,
  readList,
  readLong,
  readString,
  readStringMap,
} from './fields.ts';
import { readSchema } from './schema-json.ts';
import { asSnapshotId, type Snapshot, type SnapshotId, type SnapshotSummary } from './snapshots.ts';
import {
  MAIN_BRANCH,
  type PartitionSpec,
  type SnapshotRef,
  type SortOrder,
  type TableMetadata,
} from './table-metadata.ts';

const FORMAT_VERSION = 2;
const OPERATIONS: ReadonlySet<string> = new Set(['append', 'replace', 'overwrite', 'delete']);

/** The JSON text of table metadata. Snapshot ids are written as numbers, every digit of them. */
export function tableMetadataToJson(metadata: TableMetadata): string {
  return JSON.stringify(metadata, (_, value) => (typeof value === 'bigint' ? rawNumber(value) : value));
}

/**
 * Reads table metadata of format version 2 and checks all of it that Tributary relies on; what it does not
 * know is kept. Throws `IcebergFormatError` naming the field at fault.
 */
export function tableMetadataFromJson(text: string): TableMetadata {
  const fields = readFields(parseExactly(text), 'table metadata');
  const version = readInteger(fields['format-version'], 'format-version');
  if (version !== FORMAT_VERSION) {
    throw new IcebergFormatError(
      'format-version',
      `is ${version}: only tables of format version 2 are served`,
    );
  }
  const current = readCurrentSnapshotId(fields['current-snapshot-id'], 'current-snapshot-id');
  const { 'current-snapshot-id': _, ...others } = fields;
  const metadata: TableMetadata = {
    ...others,
    'format-version': FORMAT_VERSION,
    'table-uuid': readString(fields['table-uuid'], 'table-uuid'),
    location: readString(fields.location, 'location'),
    ...readCounters(fields),
    schemas: readList(fields.schemas, 'schemas', readSchema),
    'partition-specs': readList(fields['partition-specs'], 'partition-specs', readPartitionSpec),
    'sort-orders': readList(fields['sort-orders'], 'sort-orders', readSortOrder),
    properties: optional(fields.properties, 'properties', readStringMap) ?? {},
    ...(current !== undefined && { 'current-snapshot-id': current }),
    snapshots: optional(fields.snapshots, 'snapshots', readSnapshots) ?? [],
    // The main branch is there even where the references don't name it (spec, "Table Metadata Fields").
    refs: { ...mainBranch(current), ...optional(fields.refs, 'refs', readRefs) },
    'snapshot-log': optional(fields['snapshot-log'], 'snapshot-log', readSnapshotLog) ?? [],
    'metadata-log': optional(fields['metadata-log'], 'metadata-log', readMetadataLog) ?? [],
  };
  refuseDanglingIds(metadata);
  return metadata;
}

const COUNTERS = [
  'last-sequence-number',
  'last-updated-ms',
  'last-column-id',
  'current-schema-id',
  'default-spec-id',
  'last-partition-id',
  'default-sort-order-id',
] as const;

function readCounters(fields: Fields): Record<(typeof COUNTERS)[number], number> {
  const entries = COUNTERS.map((name) => [name, readInteger(fields[name], name)]);
  // fromEntries forgets the names; they are all of COUNTERS.
  return Object.fromEntries(entries) as Record<(typeof COUNTERS)[number], number>;
}

function readPartitionSpec(value: unknown, field: string): PartitionSpec {
  const fields = readFields(value, field);
  return {
    ...fields,
    'spec-id': readInteger(fields['spec-id'], `${field}.spec-id`),
    fields: readList(fields.fields, `${field}.fields`, readFields),
  };
}

function readSortOrder(value: unknown, field: string): SortOrder {
  const fields = readFields(value, field);
  return {
    ...fields,
    'order-id': readInteger(fields['order-id'], `${field}.order-id`),
    fields: readList(fields.fields, `${field}.fields`, readFields),
  };
}

function readSnapshots(value: unknown, field: string): readonly Snapshot[] {
  return readList(value, field, readSnapshot);
}

function readSnapshot(value: unknown, field: string): Snapshot {
  const fields = readFields(value, field);
  const { 'parent-snapshot-id': _, 'schema-id': __, ...others } = fields;
  const parent = optional(fields['parent-snapshot-id'], `${field}.parent-snapshot-id`, readSnapshotId);
  const schemaId = optional(fields['schema-id'], `${field}.schema-id`, readInteger);
  return {
    ...others,
    'snapshot-id': readSnapshotId(fields['snapshot-id'], `${field}.snapshot-id`),
    ...(parent !== undefined && { 'parent-snapshot-id': parent }),
    'sequence-number': readInteger(fields['sequence-number'], `${field}.sequence-number`),
    'timestamp-ms': readInteger(fields['timestamp-ms'], `${field}.timestamp-ms`),
    'manifest-list': readString(fields['manifest-list'], `${field}.manifest-list`),
    summary: readSummary(fields.summary, `${field}.summary`),
    ...(schemaId !== undefined && { 'schema-id': schemaId }),
  };
}

function readSummary(value: unknown, field: string): SnapshotSummary {
  const summary = readStringMap(value, field);
  if (!OPERATIONS.has(summary.operation ?? '')) {
    throw new IcebergFormatError(`${field}.operation`, `must be one of ${[...OPERATIONS].join(', ')}`);
  }
  // The operation was just checked against every one there is.
  return summary as SnapshotSummary;
}

function readRefs(value: unknown, field: string): Readonly<Record<string, SnapshotRef>> {
  const entries = Object.entries(readFields(value, field));
  return Object.fromEntries(entries.map(([name, ref]) => [name, readRef(ref, `${field}.${name}`)]));
}

function mainBranch(current: SnapshotId | undefined): Readonly<Record<string, SnapshotRef>> {
  return current === undefined ? {} : { [MAIN_BRANCH]: { 'snapshot-id': current, type: 'branch' } };
}

function readRef(value: unknown, field: string): SnapshotRef {
  const fields = readFields(value, field);
  const { type } = fields;
  if (type !== 'branch' && type !== 'tag')
    throw new IcebergFormatError(`${field}.type`, 'must be branch or tag');
  return { ...fields, type, 'snapshot-id': readSnapshotId(fields['snapshot-id'], `${field}.snapshot-id`) };
}

function readSnapshotLog(value: unknown, field: string): TableMetadata['snapshot-log'] {
  return readList(value, field, (entry, at) => {
    const fields = readFields(entry, at);
    return {
      ...fields,
      'timestamp-ms': readInteger(fields['timestamp-ms'], `${at}.timestamp-ms`),
      'snapshot-id': readSnapshotId(fields['snapshot-id'], `${at}.snapshot-id`),
    };
  });
}

function readMetadataLog(value: unknown, field: string): TableMetadata['metadata-log'] {
  return readList(value, field, (entry, at) => {
    const fields = readFields(entry, at);
    return {
      ...fields,
      'timestamp-ms': readInteger(fields['timestamp-ms'], `${at}.timestamp-ms`),
      'metadata-file': readString(fields['metadata-file'], `${at}.metadata-file`),
    };
  });
}

function readSnapshotId(value: unknown, field: string): SnapshotId {
  return asSnapshotId(readLong(value, field));
}

/** The Java library writes -1 for a table without a snapshot (spec, appendix F). */
function readCurrentSnapshotId(value: unknown, field: string): SnapshotId | undefined {
  const id = optional(value, field, readSnapshotId);
  return id === -1n ? undefined : id;
}

function refuseDanglingIds(metadata: TableMetadata): void {
  const current = metadata['current-snapshot-id'];
  const dangling = [
    [
      'current-schema-id',
      metadata.schemas.some((schema) => schema['schema-id'] === metadata['current-schema-id']),
    ],
    [
      'default-spec-id',
      metadata['partition-specs'].some((spec) => spec['spec-id'] === metadata['default-spec-id']),
    ],
    [
      'current-snapshot-id',
      current === undefined || metadata.snapshots.some((snapshot) => snapshot['snapshot-id'] === current),
    ],
  ] as const;
  for (const [field, found] of dangling) {
    if (!found) throw new IcebergFormatError(field, 'names nothing that the table metadata holds');
  }
}

/** JSON with whole numbers of more than 53 bits as bigints. */
function parseExactly(text: string): unknown {
  const reviver = (_: string, value: unknown, context?: { readonly source?: string }): unknown => {
    const isInexact = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isInexact && context?.source && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
  };
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw new IcebergFormatError('table metadata', 'is not JSON', { cause: error });
  }
}

function rawNumber(value: bigint): unknown {
  // ES2026's JSON.rawJSON, which Node.js has and TypeScript's library does not declare yet.
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
}
