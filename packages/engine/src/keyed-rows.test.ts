import { mkdir } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { SourceColumn } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import type { KeyedRows, LiveFile, StagedFile, TransformResult } from './index.ts';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';

const bench = engineBench();

const columns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'Points', type: 'integer' },
  { name: 'Changed', type: 'date-time' },
  { name: 'IsDeleted', type: 'boolean' },
];
const table = tableOf([
  { path: '_acme.id', xdmType: 'string', from: column('Id') },
  { path: '_acme.points', xdmType: 'int', from: column('Points', 'integer') },
]);

/** A page of rows `id,points,minute,gone`. */
function page(name: string, ...rows: readonly string[]): StagedFile {
  return pageOf(name, rows);
}

function pageOf(name: string, rows: readonly string[]): StagedFile {
  const lines = rows.map((row) => {
    const [id, points, minute, gone = 'false'] = row.split(',');
    return `${id},${points},2026-03-01T12:${minute}:00Z,${gone}`;
  });
  return bench.folder.csv(name, `${['Id,Points,Changed,IsDeleted', ...lines].join('\n')}\n`);
}

interface Keyed extends Partial<KeyedRows> {
  readonly landed?: readonly StagedFile[];
}

async function transform(staged: readonly StagedFile[], { landed, ...keyed }: Keyed = {}) {
  const directory = `${bench.folder.root}/keys`;
  await mkdir(directory, { recursive: true });
  return bench.engine.transform({
    ...bench.folder.request(table, columns, staged, landed),
    keyed: {
      key: [['_acme', 'id']],
      versionColumn: 'Changed',
      deletionColumn: 'IsDeleted',
      directory,
      ...keyed,
    },
  });
}

const pointsOf = async (result: TransformResult) =>
  Object.fromEntries(
    (await bench.landedRows(result)).map((row) => {
      const { id, points } = (row as { _acme: { id: string; points?: number } })._acme;
      return [id, points];
    }),
  );

async function query(sql: string) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The keys that came: true of those that are gone. */
async function keysOf({ keys }: TransformResult): Promise<Record<string, unknown>> {
  return Object.fromEntries(await query(`SELECT k0, gone FROM '${keys?.path}' ORDER BY k0`));
}

const asTable = ({ files }: TransformResult): readonly LiveFile[] =>
  files.map(({ path }) => ({ path, location: `file://${path}` }));

describe('of the rows with one key', () => {
  test('the newest lands, wherever it stands', async () => {
    const result = await transform([page('1.csv', 'a,1,05', 'a,2,07', 'b,1,01'), page('2.csv', 'a,3,06')]);
    expect(await pointsOf(result)).toEqual({ a: 2, b: 1 });
    expect(result).toMatchObject({ inputRows: 4, outputRows: 2, supersededRows: 2, failedRows: 0 });
  });

  test('and of equally new ones that of the later page, then the later row', async () => {
    const result = await transform([
      page('1.csv', 'a,1,05', 'b,1,05'),
      page('2.csv', 'a,2,05', 'b,2,05', 'b,3,05'),
    ]);
    expect(await pointsOf(result)).toEqual({ a: 2, b: 3 });
  });

  test('one without a version is older than any with one', async () => {
    const staged = bench.folder.csv(
      '1.csv',
      'Id,Points,Changed,IsDeleted\na,1,2026-03-01T12:00:00Z,\na,2,,\n',
    );
    expect(await pointsOf(await transform([staged]))).toEqual({ a: 1 });
  });

  test('the last lands where no column tells versions apart', async () => {
    const staged = [page('1.csv', 'a,1,07'), page('2.csv', 'a,2,05')];
    const directory = bench.folder.root;
    const result = await bench.engine.transform({
      ...bench.folder.request(table, columns, staged),
      keyed: { key: [['_acme', 'id']], directory },
    });
    expect(await pointsOf(result)).toEqual({ a: 2 });
  });

  test('none lands if the newest fails, and the rows in error are numbered as they stand in their file', async () => {
    const result = await transform([page('1.csv', 'a,1,01', 'a,none,02', 'b,1,01', 'c,none,03')]);
    expect(await pointsOf(result)).toEqual({ b: 1 });
    expect(result).toMatchObject({ inputRows: 4, outputRows: 1, supersededRows: 1, failedRows: 2 });
    const rows = result.diagnosticsFiles.flatMap(readJsonLines).map(({ Id, _row }) => [Id, Number(_row)]);
    expect(rows).toEqual([
      ['a', 2],
      ['c', 4],
    ]);
    expect(await keysOf(result)).toEqual({ a: false, b: false, c: false });
    expect(result.keys?.isComplete).toBe(true);
  });

  test('the right one lands of very many that are read by several threads', async () => {
    const [keys, count] = [50_000, 80_000];
    const minuteOf = (index: number) => index % 7;
    const rows = Array.from(
      { length: count },
      (_, index) => `id-${index % keys},${index},0${minuteOf(index)}`,
    );
    const result = await transform([pageOf('1.csv', rows)]);
    expect(result).toMatchObject({ inputRows: count, outputRows: keys, supersededRows: count - keys });
    const newest = Array.from({ length: keys }, (_, index) => {
      const later = index + keys;
      return later < count && minuteOf(later) >= minuteOf(index) ? later : index;
    });
    const [file] = result.files;
    const sum = await query(`SELECT CAST(sum(_acme.points) AS VARCHAR) AS points FROM '${file?.path}'`);
    expect(sum).toEqual([[String(newest.reduce((total, points) => total + points, 0))]]);
  });
});

describe('rows that tell that their key is gone', () => {
  test('land nothing, are counted on their own, and are told by their key', async () => {
    const result = await transform([page('1.csv', 'a,1,01', 'b,,02,true', 'c,,03,1')]);
    expect(await pointsOf(result)).toEqual({ a: 1 });
    expect(result).toMatchObject({ inputRows: 3, outputRows: 1, deletedRows: 2, failedRows: 0 });
    expect(await keysOf(result)).toEqual({ a: false, b: true, c: true });
  });

  test('count as the newest or not as rows do', async () => {
    const result = await transform([
      page('1.csv', 'a,1,01', 'a,,02,true', 'b,,01,true', 'b,2,02', 'c,,05,true'),
      page('2.csv', 'c,3,05'),
    ]);
    expect(await pointsOf(result)).toEqual({ b: 2, c: 3 });
    expect(result).toMatchObject({ deletedRows: 1, supersededRows: 3, outputRows: 2 });
    expect(await keysOf(result)).toEqual({ a: true, b: false, c: false });
  });

  test('fail where they do not tell of which key', async () => {
    const result = await transform([page('1.csv', ',,01,true', 'a,1,01')]);
    expect(result).toMatchObject({ failedRows: 1, deletedRows: 0, keys: { isComplete: false } });
  });
});

describe('a row without its key', () => {
  test('fails, and says so once', async () => {
    const result = await transform([page('1.csv', ',1,01', 'a,1,01')]);
    expect(result).toMatchObject({
      failedRows: 1,
      errors: [
        { code: 'INGEST-1555-400', column: '_acme.id', message: 'The key is missing or empty.', rows: 1 },
      ],
    });
  });

  test('or one that cannot be read leaves it open which keys came', async () => {
    expect((await transform([page('1.csv', ',1,01')])).keys?.isComplete).toBe(false);
    const cut = bench.folder.csv(
      '2.csv',
      'Id,Points,Changed,IsDeleted\na,1\nb,1,2026-03-01T12:00:00Z,false\n',
    );
    const result = await transform([cut]);
    expect(result).toMatchObject({ failedRows: 1, outputRows: 1, keys: { isComplete: false } });
  });
});

describe('rows that landed before', () => {
  test('take part in the contest of versions, and are skipped when they win', async () => {
    const landed = [page('0.csv', 'a,2,05', 'b,1,01')];
    const result = await transform([page('1.csv', 'a,2,05', 'b,1,01', 'b,2,02'), page('2.csv', 'a,1,04')], {
      landed,
    });
    expect(await pointsOf(result)).toEqual({ b: 2 });
    expect(result).toMatchObject({ inputRows: 4, skippedRows: 1, supersededRows: 2, outputRows: 1 });
  });
});

describe('rows that are compared with the table', () => {
  test('are left alone where they stand there as they are', async () => {
    const first = await transform([page('1.csv', 'a,1,01', 'b,1,01', 'c,,01')]);
    const second = await transform([page('2.csv', 'a,1,07', 'b,2,07', 'c,,08', 'd,1,07')], {
      table: asTable(first),
    });
    expect(await pointsOf(second)).toEqual({ b: 2, d: 1 });
    expect(second).toMatchObject({ inputRows: 4, unchangedRows: 2, outputRows: 2 });
    expect(await keysOf(second)).toEqual({ a: false, b: false, c: false, d: false });
  });

  test('are written where several rows have their key, or theirs is deleted', async () => {
    const first = await transform([page('1.csv', 'a,1,01', 'b,1,01')]);
    const again = await transform([page('2.csv', 'a,1,01')]);
    const result = await transform([page('3.csv', 'a,1,01', 'b,1,01')], {
      table: [...asTable(first), ...asTable(again)],
    });
    expect(await pointsOf(result)).toEqual({ a: 1 });
  });

  test('of which none differs leave nothing to write', async () => {
    const first = await transform([page('1.csv', 'a,1,01', 'b,1,01')]);
    const result = await transform([page('2.csv', 'a,1,01', 'b,1,01')], { table: asTable(first) });
    expect(result).toMatchObject({ files: [], unchangedRows: 2, outputRows: 0 });
  });
});

test('nothing staged are no keys, and all that there are', async () => {
  const result = await transform([]);
  expect(result).toMatchObject({ inputRows: 0, files: [], keys: { isComplete: true } });
  expect(await keysOf(result)).toEqual({});
});

test('a key that the mappings do not fill is refused', async () => {
  await expect(transform([page('1.csv', 'a,1,01')], { key: [['_acme', 'name']] })).rejects.toMatchObject({
    kind: 'invalid',
    message: 'The mapping set does not map the key _acme.name.',
  });
});
