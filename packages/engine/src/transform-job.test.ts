import { describe, expect, test } from 'vitest';
import { contactColumns, contacts } from './testing/contacts.ts';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines, sorted, textColumns } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';

const bench = engineBench();
const { engine } = bench;

describe('names and values that look like SQL', () => {
  const evil = `"; DROP TABLE failed; --'`;
  const rowsAt = `re"c'ords`;
  const root = `x"y'`;

  test('stay names and values', async () => {
    const name = `a"'${evil}`;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const table = tableOf([
      { path: `${root}.${evil}`, xdmType: 'string', from: column(name) },
      {
        path: 'id',
        xdmType: 'string',
        from: column('Id'),
        constraints: { enum: [evil], pattern: '^["\';]' },
      },
    ]);
    const staged = [
      bench.folder.csv(
        `it's "${'; --'}.csv`,
        `${quoted},Id\n"${evil.replaceAll('"', '""')}","${evil.replaceAll('"', '""')}"\nx,y\n`,
      ),
      bench.folder.jsonPage('1.json', rowsAt, { [rowsAt]: [{ [name]: evil, Id: evil }] }),
    ];
    const result = await engine.transform(bench.folder.request(table, textColumns(name, 'Id'), staged));
    expect(result).toMatchObject({ inputRows: 3, outputRows: 2, failedRows: 1 });
    const row = { [root]: { [evil]: evil }, id: evil };
    expect(await bench.landedRows(result)).toEqual([row, row]);
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([{ [name]: 'x', Id: 'y', _row: 2 }]);
  });
});

test('a column of a JSON page may be called otherwise than the member that holds it', async () => {
  const key = 'industrycode@OData.Community.Display.V1.FormattedValue';
  const table = tableOf([
    { path: 'code', xdmType: 'string', from: column('industrycode') },
    { path: 'label', xdmType: 'string', from: column('industrycodename') },
  ]);
  const rows = [
    { industrycode: 1, [key]: 'Accounting' },
    { industrycode: 2, industrycodename: 'not this' },
  ];
  const staged = [
    bench.folder.jsonPage('1.json', 'value', { value: rows }, { industrycodename: key }),
    bench.folder.jsonPage('2.json', 'value', { value: [{ industrycode: 3, industrycodename: 'Brokers' }] }),
  ];
  const columns = textColumns('industrycode', 'industrycodename');
  const result = await engine.transform(bench.folder.request(table, columns, staged));
  expect(sorted(await bench.landedRows(result))).toEqual([
    { code: '1', label: 'Accounting' },
    { code: '2' },
    { code: '3', label: 'Brokers' },
  ]);
});

describe('a request that contradicts itself', () => {
  const csv = 'Id,FirstName,Employees,Modified\n1,Ada,3,\n';

  test.each([
    ['a column that the header lacks', 'Id,FirstName,Employees\n1,Ada,3\n', /no column named "Modified"/],
    [
      'a column that the header has twice',
      'Id,Id,FirstName,Employees,Modified\n1,1,Ada,3,\n',
      /more than one column named "Id"/,
    ],
  ])('is refused: %s', async (_, text, message) => {
    const staged = bench.folder.csv('1.csv', text);
    const transform = engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    await expect(transform).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(message),
    });
  });

  test('is refused: a target that is no field of the dataset', async () => {
    const request = bench.folder.request({ ...contacts, fields: contacts.fields.slice(1) }, contactColumns, [
      bench.folder.csv('1.csv', csv),
    ]);
    await expect(engine.transform(request)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/_id/),
    });
  });

  test('is refused: a mapping of a column that the source has not', async () => {
    const request = bench.folder.request(contacts, contactColumns.slice(1), [bench.folder.csv('1.csv', csv)]);
    await expect(engine.transform(request)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/"Id"/),
    });
  });

  test.each([
    [['name', 'Name'], /name and Name differ in case only/],
    [['person.name', 'person.Name'], /person.name and person.Name differ in case only/],
  ])('is refused: targets %j', async (paths, message) => {
    const table = tableOf(paths.map((path) => ({ path, xdmType: 'string', from: column('Id') })));
    const transform = engine.transform(
      bench.folder.request(table, contactColumns, [bench.folder.csv('1.csv', csv)]),
    );
    await expect(transform).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(message),
    });
  });

  test('is refused: a staged file that is not there', async () => {
    const missing = { path: `${bench.folder.root}/none.csv`, format: { kind: 'csv' } } as const;
    const transform = engine.transform(bench.folder.request(contacts, contactColumns, [missing]));
    await expect(transform).rejects.toMatchObject({
      kind: 'unreadable',
      message: expect.stringMatching(/none\.csv/),
    });
  });

  test('is refused: a CSV page that is cut off, at whatever byte', async () => {
    const rows = '"1","plain"\n"2","say ""hi"" to them"\n"3","é漢👩"\n"4",""\n';
    const page = Buffer.from(`"Id","Name"\n${rows}`);
    const table = tableOf([
      { path: 'id', xdmType: 'string', from: column('Id') },
      { path: 'name', xdmType: 'string', from: column('Name') },
    ]);
    for (let length = 1; length < page.length; length++) {
      // A cut between two records leaves whole ones; that some are missing is seen by their number.
      if (page[length - 1] === 0x0a) continue;
      const staged = bench.folder.csv('1.csv', page.subarray(0, length));
      const transform = engine.transform(bench.folder.request(table, textColumns('Id', 'Name'), [staged]));
      await expect(transform).rejects.toMatchObject({ kind: 'unreadable' });
    }
  });

  test.each([
    ['breaks off', '{"records":[{"Id":'],
    ['has no such array', '{"value":[]}'],
    ['has something else there', '{"records":{"Id":1}}'],
    ['has rows that are no objects', '{"records":[{"Id":"1"},null]}'],
    ['is within an array', '[{"records":[{"Id":"1"}]}]'],
    ['is empty', ''],
  ])('is refused: a JSON page that %s', async (_, text) => {
    const staged = bench.folder.jsonPage('1.json', 'records', text);
    const transform = engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    await expect(transform).rejects.toMatchObject({ kind: 'unreadable' });
  });
});
