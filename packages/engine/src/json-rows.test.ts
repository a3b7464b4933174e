import type { SourceColumn } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines } from './testing/job-folder.ts';
import { list, mapped, object, scalar } from './testing/mapped.ts';

const bench = engineBench();
const columns: readonly SourceColumn[] = [
  { name: 'id', type: 'string' },
  { name: 'age', type: 'long' },
  { name: 'tags', type: { kind: 'array', items: 'string' } },
];
const table = mapped(
  [
    ['id', '_id'],
    ['age', 'age'],
    ['tags', 'tags'],
  ],
  columns,
  object({ _id: scalar('string'), age: scalar('long'), tags: list(scalar('string')) }, ['_id']),
);

async function land(kind: 'json-lines' | 'json-array', ...texts: readonly (string | Uint8Array)[]) {
  const staged = texts.map((text, index) => bench.folder.file(`${index + 1}.json`, { kind }, text));
  const result = await bench.engine.transform(bench.folder.request(table, columns, staged));
  return {
    result,
    rows: await bench.landedRows(result),
    diagnostics: result.diagnosticsFiles.flatMap(readJsonLines),
  };
}

const ada = { _id: 'a', age: 36, tags: ['x', 'y'] };

describe('JSON lines', () => {
  test('are a row each, whatever order and members they have', async () => {
    const { rows } = await land(
      'json-lines',
      '{"id":"a","age":36,"tags":["x","y"]}\n\n  \n{"other":1,"id":"b"}\n{"tags":null,"id":"c"}',
      '',
    );
    expect(rows).toEqual([ada, { _id: 'b' }, { _id: 'c' }]);
  });

  test('that are no objects are told with file and number, and the others land', async () => {
    const { result, rows, diagnostics } = await land(
      'json-lines',
      Buffer.concat([
        Buffer.from('{"id":"a","age":36,"tags":["x","y"]}\n{"id":"cut\n[1]\n"text"\n{"id":"'),
        Buffer.from([0xff]),
        Buffer.from('"}\n{"id":"f","age":"old"}\n{"id":"g"}\n'),
      ]),
    );
    expect(rows).toEqual([ada, { _id: 'g' }]);
    expect(result).toMatchObject({ inputRows: 7, outputRows: 2, failedRows: 5 });
    expect(diagnostics.map(({ _filename, _row }) => [_filename, _row])).toEqual([
      ['1.json', 2],
      ['1.json', 3],
      ['1.json', 4],
      ['1.json', 6],
      ['1.json', 5],
    ]);
    expect(diagnostics[0]).toMatchObject({
      _errors: [
        {
          code: 'INGEST-1401-400',
          message: "The row can't be read: it is no JSON object.",
          value: '{"id":"cut',
        },
      ],
    });
  });
});

describe('a JSON document', () => {
  test.each([
    ['an array of objects', '[{"id":"a","age":36,"tags":["x","y"]}]'],
    ['one object', ' {"id":"a",\n "age":36,\n "tags":["x","y"]}\n'],
  ])('may be %s', async (_what, text) => {
    const { rows } = await land('json-array', text);
    expect(rows).toEqual([ada]);
  });

  test('may hold no rows', async () => {
    const { result } = await land('json-array', '[]', ' ');
    expect(result).toMatchObject({ inputRows: 0, files: [] });
  });

  test('may hold what is no object, which is told', async () => {
    const { result, diagnostics } = await land('json-array', '[{"id":"a"}, 5, null, {"id":"b"}]');
    expect(result).toMatchObject({ outputRows: 2, failedRows: 2 });
    expect(diagnostics).toMatchObject([
      { _row: 2, _errors: [{ value: '5' }] },
      { _row: 3, _errors: [{ value: 'null' }] },
    ]);
  });

  test('that is cut off is refused by its name', async () => {
    await expect(land('json-array', '[{"id":"a"}, {"id":')).rejects.toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('1.json'),
    });
  });
});

describe('a file in which nothing is a JSON object', () => {
  test.each([
    ['json-lines', 'no JSON'],
    ['json-lines', 'no JSON\n\n{"id": "cut\n'],
    ['json-lines', '1\n[{"id":"a"}]\nnull\n'],
    ['json-lines', Buffer.from([0xff, 0xfe, 0x0a, 0x7b, 0xff])],
    ['json-lines', `{"id":"a","more":${'['.repeat(2_000)}${']'.repeat(2_000)}}`],
    ['json-array', '[5, null]'],
    ['json-array', ' null'],
  ] as const)('is refused by its name: %s of %s', async (kind, text) => {
    const good = kind === 'json-lines' ? '{"id":"a"}\nbad' : '[{"id":"a"}, 5]';
    const names = ['good.json', 'bad.json'];
    const files = [good, text].map((content, index) =>
      bench.folder.file(names[index] ?? '', { kind }, content),
    );
    const refusal = { kind: 'unreadable', message: 'bad.json holds no JSON objects.' };
    await expect(bench.engine.transform(bench.folder.request(table, columns, files))).rejects.toMatchObject(
      refusal,
    );
    const unreadable = await bench.engine.unreadableFiles({ files, columns });
    expect(unreadable.map(({ message }) => message)).toEqual([refusal.message]);
  });

  test('is none where nothing at all is in it', async () => {
    const texts = ['', ' \n\t\n'];
    const files = texts.map((text, index) =>
      bench.folder.file(`${index}.json`, { kind: 'json-lines' }, text),
    );
    const empty = bench.folder.file('2.json', { kind: 'json-array' }, '[]');
    expect(await bench.engine.unreadableFiles({ files: [...files, empty], columns })).toEqual([]);
  });
});
