import { expect, test } from 'vitest';
import { compileTransform } from './compile-transform.ts';
import type { FileLayout } from './file-layout.ts';
import { textColumns } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';

const table = tableOf([{ path: 'person.name', xdmType: 'string', from: column('Name') }]);
const request = {
  ...table,
  columns: textColumns('Id', 'Name'),
  staged: [],
  landed: [],
  dataDirectory: '/lake/data',
  diagnosticsDirectory: '/lake/diagnostics',
  now: new Date(0),
};

function csv(path: string, ...header: readonly string[]): FileLayout {
  return { kind: 'csv', path, name: path, header, isSequential: false };
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

test('files with the same header are read together, others apart', () => {
  const staged = [csv('/1', 'Id', 'Name'), csv('/2', 'Name', 'Id'), csv('/3', 'Id', 'Name')];
  const { write } = compileTransform(request, staged, []).goodRows;
  expect(count(write, 'read_csv')).toBe(2);
  expect(write).toContain(`read_csv(['/1', '/3']`);
  expect(write).toContain(
    `SELECT c1 AS r0, c0 AS r1, CAST(NULL AS VARCHAR) AS unreadable FROM read_csv(['/2']`,
  );
});

test('JSON pages are read together, with room for the largest', () => {
  const staged = [10, 30, 20].map((bytes): FileLayout => {
    return { kind: 'json-page', path: `/${bytes}`, name: `${bytes}`, rowsAt: 'value', bytes };
  });
  const { write } = compileTransform(request, staged, []).goodRows;
  expect(count(write, 'read_json')).toBe(1);
  expect(write).toContain('maximum_object_size = 31');
});

test('nothing is joined where nothing landed before', () => {
  const staged = [csv('/1', 'Id', 'Name')];
  expect(compileTransform(request, staged, []).goodRows.write).not.toContain('JOIN');
  expect(compileTransform(request, staged, staged).goodRows.write).toContain('LEFT JOIN');
});

test('the second pass reads file by file', () => {
  const staged = [csv('/a/1', 'Id', 'Name'), csv('/a/b/1', 'Id', 'Name')];
  const { setup, collect } = compileTransform(request, staged, []).failedRows();
  expect(collect).toHaveLength(2);
  expect(setup[0]).toContain(`(0, '/a/1', '1', 1), (1, '/a/b/1', 'b/1', 1)`);
});

test('field ids follow the nesting of the columns', () => {
  const { write } = compileTransform(request, [csv('/1', 'Id', 'Name')], []).goodRows;
  expect(write).toContain(`FIELD_IDS {"person": {__duckdb_field_id: 1, "name": 2}}`);
});
