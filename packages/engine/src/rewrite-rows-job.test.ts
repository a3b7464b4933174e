import { expect, test } from 'vitest';
import type { LiveFile, TargetField } from './index.ts';
import { dataFiles } from './testing/data-files.ts';
import { engineBench } from './testing/engine-bench.ts';
import { sorted } from './testing/job-folder.ts';
import { writeParquet } from './testing/parquet-file.ts';

const bench = engineBench();
const { pathOf, locationOf, write: dataFile } = dataFiles(bench);

const text = { kind: 'scalar', icebergType: 'string' } as const;
const FIELDS: readonly TargetField[] = [
  { name: 'id', id: 1, type: { kind: 'scalar', icebergType: 'long' } },
  {
    name: 'person',
    id: 2,
    type: {
      kind: 'struct',
      fields: [
        { name: 'name', id: 3, type: text },
        { name: 'mail', id: 4, type: text },
      ],
    },
  },
  { name: 'tags', id: 5, type: { kind: 'list', elementId: 6, element: text } },
  { name: 'unwritten', id: 7, type: text },
];

async function rewrite(files: readonly LiveFile[]) {
  const { files: written } = await bench.engine.rewriteRows({
    files,
    fields: FIELDS,
    dataDirectory: bench.folder.data,
  });
  return { written, rows: sorted(await bench.engine.readRows(written, { limit: 100 })) };
}

test('rows of files with different columns come into one, each value as it was', async () => {
  const old = await dataFile(
    'old',
    `SELECT i::INTEGER AS id, CASE i WHEN 1 THEN NULL ELSE {name: 'n' || i} END AS person FROM (VALUES (3), (1), (2)) v(i)`,
    'id: 1, person: {__duckdb_field_id: 2, name: 3}',
  );
  const young = await dataFile(
    'young',
    `SELECT 9::BIGINT AS id, {name: 'z', mail: 'z@x.org'} AS person, ['a', NULL] AS tags`,
    'id: 1, person: {__duckdb_field_id: 2, name: 3, mail: 4}, tags: {__duckdb_field_id: 5, element: 6}',
  );
  const { written, rows } = await rewrite([old, young]);
  expect(rows).toEqual([
    { id: 1 },
    { id: 2, person: { name: 'n2' } },
    { id: 3, person: { name: 'n3' } },
    { id: 9, person: { name: 'z', mail: 'z@x.org' }, tags: ['a', null] },
  ]);
  expect(written).toMatchObject([{ rows: 4 }]);
  const figures = new Map(written[0]?.columns.map((column) => [column.fieldId, column]));
  expect(figures.get(1)).toMatchObject({ icebergType: 'long', min: '1', max: '9', nullCount: 0 });
  expect(figures.has(7)).toBe(false);
});

test('rows that are deleted stay behind, though several deletes name one, or rows of other files', async () => {
  const file = await dataFile('a', 'SELECT i AS id FROM range(5) r(i)', 'id: 1');
  const other = await dataFile('b', 'SELECT 5 + i AS id FROM range(2) r(i)', 'id: 1');
  const deletes = async (name: string, ...rows: readonly [string, number][]) => {
    const values = rows.map(([of, pos]) => `('${locationOf(of)}', ${pos}::BIGINT)`).join(', ');
    await writeParquet(pathOf(name), `SELECT * FROM (VALUES ${values}) t(file_path, pos)`);
    return pathOf(name);
  };
  const shared = await deletes('d', ['a', 1], ['b', 0], ['gone', 0]);
  const own = await deletes('e', ['a', 1], ['a', 4]);
  const { rows } = await rewrite([
    { ...file, deleteFiles: [shared, own], sharesDeletes: true },
    { ...other, deleteFiles: [shared], sharesDeletes: true },
  ]);
  expect(rows).toEqual([{ id: 0 }, { id: 2 }, { id: 3 }, { id: 6 }]);
});

test('nothing is written where no row is left', async () => {
  const file = await dataFile('a', 'SELECT 1 AS id', 'id: 1');
  await writeParquet(pathOf('d'), `SELECT '${locationOf('a')}' AS file_path, 0::BIGINT AS pos`);
  expect(await rewrite([{ ...file, deleteFiles: [pathOf('d')] }])).toEqual({ written: [], rows: [] });
  expect(await rewrite([])).toEqual({ written: [], rows: [] });
});

test('a file outside of the engine’s folders is refused', async () => {
  await expect(rewrite([{ path: 'a.parquet' }])).rejects.toThrow('not absolute');
});
