import type { SourceColumn } from '@tributary/xdm';
import { expect, test } from 'vitest';
import type { StagedFileFormat } from './index.ts';
import { engineBench } from './testing/engine-bench.ts';
import { sorted } from './testing/job-folder.ts';
import { mapped, object, scalar } from './testing/mapped.ts';

const bench = engineBench();
const columns: readonly SourceColumn[] = [
  { name: 'contactid', type: 'string' },
  { name: 'reason', type: 'string' },
  { name: '_deleted', type: 'boolean' },
];
const table = mapped(
  [
    ['contactid', '_id'],
    ['reason', 'reason'],
    ['_deleted', 'gone'],
  ],
  columns,
  object({ _id: scalar('string'), reason: scalar('string'), gone: scalar('boolean') }, ['_id']),
);
const format: StagedFileFormat = {
  kind: 'json-page',
  rowsAt: 'value',
  deletions: {
    column: '_deleted',
    marker: { member: '@odata.context', ending: '/$deletedEntity' },
    key: { member: 'id', column: 'contactid' },
  },
};
const context = 'https://org.crm.dynamics.com/api/data/v9.2/$metadata#contacts/$deletedEntity';
const gone = (id: string | null) => ({ '@odata.context': context, id, reason: 'deleted' });

async function land(pages: readonly (readonly unknown[])[], formats: readonly StagedFileFormat[] = []) {
  const staged = pages.map((value, index) =>
    bench.folder.file(`${index}.json`, formats[index] ?? format, JSON.stringify({ value })),
  );
  const result = await bench.engine.transform(bench.folder.request(table, columns, staged));
  return { result, rows: sorted(await bench.landedRows(result)) };
}

test('rows that are gone are rows of their key and a mark, among rows that are there', async () => {
  const { result, rows } = await land([
    [{ contactid: 'a', reason: 'new' }, gone('b'), { contactid: 'c', id: 'x', reason: null }],
    [],
    [gone('d')],
  ]);
  expect(result).toMatchObject({ inputRows: 4, outputRows: 4, failedRows: 0 });
  expect(rows).toEqual([
    { _id: 'a', reason: 'new', gone: false },
    { _id: 'b', gone: true },
    { _id: 'c', gone: false },
    { _id: 'd', gone: true },
  ]);
});

test('a row is taken for gone by the end of the marker alone', async () => {
  const { rows } = await land([
    [
      { contactid: 'a', reason: context },
      { contactid: 'b', '@odata.context': `${context}/x` },
      { contactid: 'c', '@odata.context': { ending: context } },
      { contactid: 'd', '@odata.context': null },
    ],
  ]);
  expect(rows.map((row) => Object(row).gone)).toEqual([false, false, false, false]);
});

test('pages with and without the mark are read in one run', async () => {
  const plain: StagedFileFormat = { kind: 'json-page', rowsAt: 'value' };
  const { rows } = await land([[{ contactid: 'a' }], [gone('b')]], [plain, format]);
  expect(rows).toEqual([{ _id: 'a' }, { _id: 'b', gone: true }]);
});

test.each([null, undefined])(
  'a row that is gone without saying which makes its page unreadable: %s',
  async (id) => {
    await expect(land([[{ ...gone(null), id }]])).rejects.toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('a deleted row without its key'),
    });
  },
);

test('rows that are gone are told from those that landed before', async () => {
  const file = (name: string, value: readonly unknown[]) =>
    bench.folder.file(name, format, JSON.stringify({ value }));
  const landed = [file('landed.json', [gone('a'), { contactid: 'b' }])];
  const staged = [file('staged.json', [gone('a'), gone('b'), { contactid: 'a' }])];
  const result = await bench.engine.transform(bench.folder.request(table, columns, staged, landed));
  expect(result).toMatchObject({ inputRows: 3, skippedRows: 1, outputRows: 2 });
});
