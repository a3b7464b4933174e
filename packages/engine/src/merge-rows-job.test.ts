import { describe, expect, test } from 'vitest';
import type { LiveFile, TargetField } from './index.ts';
import { dataFiles } from './testing/data-files.ts';
import { engineBench } from './testing/engine-bench.ts';
import { writeParquet } from './testing/parquet-file.ts';

const bench = engineBench();
const { pathOf, locationOf, write } = dataFiles(bench);

const text = { kind: 'scalar', icebergType: 'string' } as const;
const number = { kind: 'scalar', icebergType: 'long' } as const;
const ID: TargetField = { name: 'id', id: 1, type: text };
const FIELDS: readonly TargetField[] = [
  ID,
  {
    name: 'person',
    id: 2,
    type: {
      kind: 'struct',
      fields: [
        { name: 'name', id: 3, type: text },
        { name: 'score', id: 4, type: number },
        { name: 'tags', id: 5, type: { kind: 'list', elementId: 6, element: text } },
      ],
    },
  },
  { name: 'note', id: 7, type: text },
  { name: 'unwritten', id: 8, type: text },
];
const IDS =
  'id: 1, person: {__duckdb_field_id: 2, name: 3, score: 4, tags: {__duckdb_field_id: 5, element: 6}}, note: 7';

/** A data file of rows of id, name, score, tags and note. */
function dataFile(name: string, ...rows: string[]): Promise<LiveFile> {
  return write(
    name,
    `SELECT i AS id, {name: n, score: s::BIGINT, tags: t::VARCHAR[]} AS person, o AS note FROM (VALUES ${rows.join(', ')}) v(i, n, s, t, o)`,
    IDS,
  );
}

/** Fresh scores, and tags where they are given. */
function freshFile(...rows: string[]): Promise<LiveFile> {
  return write(
    'fresh',
    `SELECT i AS id, {score: s::BIGINT, tags: t::VARCHAR[]} AS person FROM (VALUES ${rows.join(', ')}) v(i, s, t)`,
    'id: 1, person: {__duckdb_field_id: 2, score: 4, tags: {__duckdb_field_id: 5, element: 6}}',
  );
}

async function merge(table: readonly LiveFile[], fresh: { path: string }, ...replaces: string[]) {
  const result = await bench.engine.mergeRows({
    key: [ID],
    table,
    fresh: [fresh],
    replaces: replaces.map((path) => path.split('.')),
    fields: FIELDS,
    dataDirectory: bench.folder.data,
    directory: bench.folder.data,
  });
  const rows = await bench.engine.readRows(result.files, { limit: 100 });
  return { ...result, rows };
}

describe('merging fresh values', () => {
  test('replaces what is asked for in the rows that differ, and leaves all else as it was', async () => {
    const table = [
      await dataFile(
        'a',
        `('1', 'Ada', 1, ['x'], 'kept')`,
        `('2', 'Bob', 2, NULL, NULL)`,
        `('3', 'Cy', 3, NULL, 'z')`,
      ),
      await dataFile('b', `('4', 'Di', 4, NULL, NULL)`),
    ];
    const fresh = await freshFile(
      `('1', 10, ['lost'])`,
      `('2', 2, NULL)`,
      `('4', NULL, NULL)`,
      `('9', 9, NULL)`,
    );
    const result = await merge(table, fresh, 'person.score');
    expect(result.rows).toEqual([
      { id: '1', person: { name: 'Ada', score: 10, tags: ['x'] }, note: 'kept' },
      { id: '4', person: { name: 'Di' } },
    ]);
    expect(result.changedRows).toBe(2);
    expect(result.deleteFile).toMatchObject({ rows: 1, firstDataFile: 'file:///lake/a' });
    expect(result.emptiedFiles).toEqual(['file:///lake/b']);
  });

  test('compares lists whole', async () => {
    const table = [await dataFile('a', `('1', 'Ada', 1, ['x', 'y'], NULL)`, `('2', 'Bob', 2, ['x'], NULL)`)];
    const fresh = await freshFile(`('1', 1, ['x', 'y'])`, `('2', 2, ['y'])`);
    const { rows } = await merge(table, fresh, 'person.tags');
    expect(rows).toEqual([{ id: '2', person: { name: 'Bob', score: 2, tags: ['y'] } }]);
  });

  test('fills a field of an object that a row does not have, and empties the object with its last value', async () => {
    const table = [
      await dataFile(
        'a',
        `('1', NULL, NULL, NULL, NULL)`,
        `('2', NULL, 2, NULL, NULL)`,
        `('3', 'Cy', 3, NULL, NULL)`,
      ),
    ];
    const fresh = await freshFile(`('1', 10, NULL)`, `('2', NULL, NULL)`);
    const { rows } = await merge(table, fresh, 'person.score');
    expect(rows).toEqual([{ id: '1', person: { score: 10 } }, { id: '2' }]);
  });

  test('changes every row of a key, but none that is deleted', async () => {
    const file = await dataFile(
      'a',
      `('1', 'Ada', 1, NULL, NULL)`,
      `('1', 'Eve', 1, NULL, NULL)`,
      `('1', 'Flo', 1, NULL, NULL)`,
    );
    await writeParquet(pathOf('gone'), `SELECT '${locationOf('a')}' AS file_path, 1::BIGINT AS pos`);
    const table = [{ ...file, deleteFiles: [pathOf('gone')] }];
    const { rows, deleteFile } = await merge(table, await freshFile(`('1', 7, NULL)`), 'person.score');
    expect(rows).toMatchObject([{ person: { name: 'Ada' } }, { person: { name: 'Flo' } }]);
    expect(deleteFile).toBeUndefined();
  });

  test('reads files that were written before there was such a field', async () => {
    const table = [await write('old', `SELECT '1' AS id, 'n' AS note`, 'id: 1, note: 7')];
    const { rows, emptiedFiles } = await merge(table, await freshFile(`('1', 7, NULL)`), 'person.score');
    expect(rows).toEqual([{ id: '1', person: { score: 7 }, note: 'n' }]);
    expect(emptiedFiles).toEqual(['file:///lake/old']);
  });

  test('writes nothing where all stands as it is', async () => {
    const table = [await dataFile('a', `('1', 'Ada', 1, NULL, NULL)`)];
    expect(await merge(table, await freshFile(`('1', 1, NULL)`), 'person.score')).toEqual({
      files: [],
      rows: [],
      changedRows: 0,
      deleteFile: undefined,
      emptiedFiles: [],
    });
  });

  test('refuses fresh rows that do not tell by their key what they are', async () => {
    const table = [await dataFile('a', `('1', 'Ada', 1, NULL, NULL)`)];
    const fresh = await freshFile(`('1', 2, NULL)`, `('1', 3, NULL)`);
    await expect(merge(table, fresh, 'person.score')).rejects.toThrow('Several fresh rows have one key');
  });
});
