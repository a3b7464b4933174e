import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asSnapshotId, newSnapshotId, type Snapshot } from './snapshots.ts';
import { newTableMetadata, type TableMetadata } from './table-metadata.ts';
import { tableMetadataFromJson, tableMetadataToJson } from './table-metadata-json.ts';
import { updateTable } from './table-update.ts';
import { CONTACTS } from './testing/contacts.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const EMPTY = newTableMetadata({
  location: 'file:///lake/contacts',
  schema: CONTACTS,
  properties: {},
  now: NOW,
});

const snapshotIds = fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), {
  minLength: 1,
  maxLength: 5,
});

function withSnapshots(metadata: TableMetadata, ids: readonly bigint[]): TableMetadata {
  return ids.map(asSnapshotId).reduce((table, id, index) => {
    const parent = table['current-snapshot-id'];
    const snapshot: Snapshot = {
      'snapshot-id': id,
      ...(parent !== undefined && { 'parent-snapshot-id': parent }),
      'sequence-number': index + 1,
      'timestamp-ms': NOW.getTime(),
      'manifest-list': `${table.location}/metadata/snap-${id}.avro`,
      summary: { operation: 'append' },
      'schema-id': 0,
    };
    return updateTable(
      table,
      `${table.location}/metadata/${index}.metadata.json`,
      [
        { action: 'add-snapshot', snapshot },
        { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
      ],
      NOW,
    );
  }, metadata);
}

describe('table metadata as JSON', () => {
  test('reads back as what was written, to the last digit of 64-bit ids', () => {
    fc.assert(
      fc.property(snapshotIds, fc.dictionary(fc.string(), fc.string()), (ids, properties) => {
        const metadata = withSnapshots({ ...EMPTY, properties }, ids);
        expect(tableMetadataFromJson(tableMetadataToJson(metadata))).toEqual(metadata);
      }),
    );
  });

  test('keeps what it does not know, as other engines write it', () => {
    const foreign = `{${tableMetadataToJson(EMPTY).slice(1, -1)},"statistics":[{"snapshot-id":9223372036854775807,"size":1.5}]}`;
    expect(tableMetadataToJson(tableMetadataFromJson(foreign))).toContain(
      '"statistics":[{"snapshot-id":9223372036854775807,"size":1.5}]',
    );
  });

  test('writes an id of all 63 bits as a number', () => {
    const text = tableMetadataToJson(withSnapshots(EMPTY, [2n ** 63n - 1n]));
    expect(text).toContain('"current-snapshot-id":9223372036854775807');
  });

  test('knows the main branch where the references are left out', () => {
    const { refs, ...others } = withSnapshots(EMPTY, [7n]);
    const text = tableMetadataToJson({ ...others, refs: {} });
    expect(tableMetadataFromJson(text).refs).toEqual(refs);
  });

  test('takes the Java library’s -1 for no snapshot', () => {
    const text = JSON.stringify({ ...EMPTY, 'current-snapshot-id': -1 });
    expect(tableMetadataFromJson(text)).toEqual(EMPTY);
  });

  test.each([
    ['[]', 'table metadata must be an object, but is a list'],
    ['{"format-version": 2', 'table metadata is not JSON'],
    [changed({ 'format-version': 3 }), 'format-version is 3: only tables of format version 2 are served'],
    [changed({ 'table-uuid': undefined }), 'table-uuid must be a string, but is missing'],
    [changed({ 'last-column-id': '20' }), 'last-column-id must be a whole number, but is string'],
    [changed({ 'current-schema-id': 7 }), 'current-schema-id names nothing that the table metadata holds'],
    [
      changed({ 'current-snapshot-id': 7 }),
      'current-snapshot-id names nothing that the table metadata holds',
    ],
    [
      changed({ schemas: [{ type: 'struct', 'schema-id': 0, fields: [{ id: 1 }] }] }),
      'schemas[0].fields[0].name must be a string',
    ],
    [
      changed({ schemas: [structOf({ id: 1, type: 'varchar' })] }),
      'schemas[0].fields[0].type "varchar" is not a type of Iceberg',
    ],
    [
      changed({ schemas: [structOf({ id: 1, type: 'decimal(39,0)' })] }),
      'is not a type of Iceberg format version 2',
    ],
    [
      changed({ schemas: [structOf({ id: 1 }, { id: 1, name: 'b' })] }),
      'schemas[0] gives the field id 1 twice',
    ],
    [changed({ schemas: [structOf({ id: 1 }, { id: 2 })] }), 'schemas[0].fields has two fields named "a"'],
    [
      changed({ refs: { main: { 'snapshot-id': 1.5, type: 'branch' } } }),
      'refs.main.snapshot-id must be a 64-bit whole number',
    ],
    [changed({ properties: { a: 1 } }), 'properties.a must be a string, but is number'],
  ])('is refused: %#', (text, message) => {
    expect(() => tableMetadataFromJson(text)).toThrow(message);
  });
});

test('a new snapshot id is positive, exact as a double, and not taken', () => {
  for (let count = 0; count < 1000; count++) {
    const id = newSnapshotId([]);
    expect(id).toBeGreaterThan(0n);
    expect(Number.isSafeInteger(Number(id))).toBe(true);
  }
});

function changed(change: Record<string, unknown>): string {
  return JSON.stringify({ ...EMPTY, ...change });
}

function structOf(...fields: readonly object[]): object {
  return {
    type: 'struct',
    'schema-id': 0,
    fields: fields.map((field) => ({ name: 'a', required: false, type: 'string', ...field })),
  };
}
