import type { SourceColumn } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines } from './testing/job-folder.ts';
import { list, mapped, object, scalar } from './testing/mapped.ts';

const bench = engineBench();
const columns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'Changed', type: 'date-time' },
  { name: 'Interests', type: { kind: 'array', items: 'string' }, separator: ';' },
];
const target = object({
  _id: scalar('string'),
  changed: scalar('date-time'),
  interests: list(scalar('string')),
});
const mapping = mapped(
  [
    ['Id', '_id'],
    ['Changed', 'changed'],
    ['Interests', 'interests'],
  ],
  columns,
  target,
);
const table = { ...mapping, identities: [] };

const csv = `"Id","Changed","Interests"
"1","2024-03-01T12:00:00.000Z","Jazz;Wine & Food;[""a""]"
"2","2024-03-01T12:00:00.000Z","Jazz"
"3","2024-03-01T12:00:00.000Z",""
`;
const page = {
  records: [
    { Id: '1', Changed: '2024-03-01T12:00:00.000+0000', Interests: 'Jazz;Wine & Food;["a"]' },
    { Id: '2', Changed: '2024-03-01T12:00:00.000+0000', Interests: 'Jazz' },
    { Id: '3', Changed: '2024-03-01T12:00:00.000+0000', Interests: null },
  ],
};
const landed = [
  { _id: '1', changed: '2024-03-01T12:00:00Z', interests: ['Jazz', 'Wine & Food', '["a"]'] },
  { _id: '2', changed: '2024-03-01T12:00:00Z', interests: ['Jazz'] },
  { _id: '3', changed: '2024-03-01T12:00:00Z' },
];

describe('a column whose texts hold several values', () => {
  test('lands as lists, whether its rows were staged as CSV or as JSON', async () => {
    for (const staged of [bench.folder.csv('1.csv', csv), bench.folder.jsonPage('1.json', 'records', page)]) {
      const result = await bench.engine.transform(bench.folder.request(table, columns, [staged]));
      expect(await bench.landedRows(result)).toEqual(landed);
    }
  });

  test('is the same in rows that landed before, whichever way they were staged', async () => {
    const result = await bench.engine.transform(
      bench.folder.request(
        table,
        columns,
        [bench.folder.jsonPage('1.json', 'records', page)],
        [bench.folder.csv('old.csv', csv)],
      ),
    );
    expect(result).toMatchObject({ inputRows: 3, skippedRows: 3 });
  });

  test('is shown in diagnostics as the source wrote it', async () => {
    const staged = bench.folder.csv('1.csv', '"Id","Changed","Interests"\n"4","soon","a;b"\n');
    const result = await bench.engine.transform(bench.folder.request(table, columns, [staged]));
    expect(result).toMatchObject({ failedRows: 1 });
    expect(JSON.stringify(result.diagnosticsFiles.flatMap(readJsonLines))).toContain('a;b');
  });

  test('is previewed as it lands', async () => {
    const rows = page.records.map((record) => ({ ...record }));
    const previewed = await bench.engine.preview({ ...mapping, rows });
    expect(previewed.map(({ data }) => data)).toEqual(landed);
  });
});
