import type { SourceColumn } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { jsonDepth, MAX_JSON_DEPTH } from './json-depth.ts';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines } from './testing/job-folder.ts';
import { mapped, object, scalar } from './testing/mapped.ts';
import type { StagedFile } from './transform.ts';

const bench = engineBench();
const columns: readonly SourceColumn[] = [
  { name: 'id', type: 'string' },
  { name: 'more', type: 'json' },
];
const table = mapped(
  [
    ['id', '_id'],
    ['more', 'more'],
  ],
  columns,
  object({ _id: scalar('string'), more: scalar('string') }),
);
const arrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const row = (more: string) => `{"id":"deep","more":${more}}`;
const OTHER = '{"id":"other"}';

async function land(file: StagedFile) {
  const result = await bench.engine.transform(bench.folder.request(table, columns, [file]));
  const rows = (await bench.landedRows(result)).map((landed) => (landed as { _id: string })._id);
  return { rows, diagnostics: result.diagnosticsFiles.flatMap(readJsonLines) };
}

const files = {
  'JSON lines': (more: string) =>
    bench.folder.file('1.json', { kind: 'json-lines' }, `${row(more)}\n${OTHER}\n`),
  'a JSON document': (more: string) =>
    bench.folder.file('1.json', { kind: 'json-array' }, `[${row(more)},${OTHER}]`),
  'a JSON page': (more: string) =>
    bench.folder.jsonPage('1.json', 'value', `{"value":[${row(more)},${OTHER}]}`),
};

describe.each(Object.entries(files))('a row of %s', (_kind, file) => {
  test.each([
    ['arrays', arrays(100_000)],
    ['objects', objects(100_000)],
    ['one array too many', arrays(MAX_JSON_DEPTH)],
  ])('that is nested too deep (%s) is told, and the others land', async (_what, more) => {
    const { rows, diagnostics } = await land(file(more));
    expect(rows).toEqual(['other']);
    const message = "The row can't be read: its JSON is nested more than 1000 levels deep.";
    expect(diagnostics).toMatchObject([{ _row: 1, _errors: [{ code: 'INGEST-1401-400', message }] }]);
  });

  test('that is nested as deep as may be lands', async () => {
    const { rows, diagnostics } = await land(file(objects(MAX_JSON_DEPTH - 1)));
    expect(rows).toEqual(['deep', 'other']);
    expect(diagnostics).toEqual([]);
  });
});

test.each([arrays(100_000), objects(100_000)])(
  'a file with a row that is nested too deep has the columns of its others',
  async (more) => {
    const text = `${row(more)}\n{"id":"other","age":3}\n`;
    const file = bench.folder.file('1.json', { kind: 'json-lines' }, text);
    const { columns: found, rows } = await bench.engine.inspectFile({ file, rows: 5 });
    expect(found).toEqual([
      { name: 'id', type: 'string' },
      { name: 'age', type: 'long' },
    ]);
    expect(rows).toEqual([{ id: 'other', age: 3 }]);
  },
);

test('a sample that is nested too deep is refused', async () => {
  const { path } = bench.folder.file('1.json', { kind: 'json-lines' }, row(arrays(100_000)));
  await expect(bench.engine.describeFile({ path, format: 'json' })).rejects.toMatchObject({
    kind: 'unreadable',
    message: 'The sample is nested more than 1000 levels deep.',
  });
});

test.each([arrays(100), objects(100)])('values that are nested deep are read at once', async (more) => {
  const file = bench.folder.file('1.json', { kind: 'json-lines' }, row(more));
  const found = await bench.engine.inspectFile({ file, rows: 1 });
  expect(found.rows).toMatchObject([{ id: 'deep' }]);
});

test.each([
  ['', 0],
  ['1', 0],
  ['[]', 1],
  ['[{"a":[]},{}]', 3],
  [String.raw`{"[[[":"{\"[\\","a":[]}`, 2],
  ['[[]', 2],
  ['"[[', 0],
])('%s has so many levels: %i', (text, levels) => {
  expect(jsonDepth.call(text)).toBe(BigInt(levels));
});
