import { describe, expect, test } from 'vitest';
import { contactColumns, contacts } from './testing/contacts.ts';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines } from './testing/job-folder.ts';

const bench = engineBench();
const { engine } = bench;

describe('rows that landed before', () => {
  test('are skipped where they are equal in all columns, nulls included', async () => {
    const header = 'Id,FirstName,Employees,Modified\n';
    const landed = [
      bench.folder.csv('old.csv', `${header}1,Ada,3,\n2,Bob,,\n2,Bob,,\n,bad then and now,,\ncorrupt\n`),
    ];
    const staged = [
      bench.folder.csv('1.csv', `${header}1,Ada,3,\n2,Bob,1,\n,bad then and now,,\n`),
      bench.folder.csv('2.csv', 'FirstName,Id,Employees,Modified\nBob,2,,\n,3,,\n,,1,\n'),
    ];
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, staged, landed));
    expect(result).toMatchObject({ inputRows: 6, skippedRows: 3, outputRows: 2, failedRows: 1 });
    expect(await bench.landedRows(result)).toEqual([
      { _id: '2', person: { name: { firstName: 'Bob' }, employees: 1 } },
      { _id: '3' },
    ]);
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([{ _filename: '2.csv', _row: 3 }]);
  });

  test('are compared as null in a column that was not asked for then', async () => {
    const landed = [bench.folder.csv('old.csv', 'Id,FirstName\n1,Ada\n2,Bob\n')];
    const staged = [bench.folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,,\n2,Bob,7,\n')];
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, staged, landed));
    expect(result).toMatchObject({ inputRows: 2, skippedRows: 1, outputRows: 1 });
  });

  test('are compared by what their values mean, however the source wrote them', async () => {
    const landed = [
      bench.folder.csv('old.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,2024-03-01T12:00:00.000+0000\n'),
    ];
    const staged = [
      bench.folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3.0,2024-03-01T12:00:00.000Z\n'),
    ];
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, staged, landed));
    expect(result).toMatchObject({ inputRows: 1, skippedRows: 1 });
  });

  test('are compared only in the columns that they were read with', async () => {
    const landed = [bench.folder.csv('old.csv', 'Id,FirstName\n1,Ada\n2,Bob\n')];
    const staged = [bench.folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,7,\n2,Rob,7,\n')];
    const request = bench.folder.request(contacts, contactColumns, staged, landed);
    const result = await engine.transform({ ...request, landedColumns: ['Id', 'FirstName'] });
    expect(result).toMatchObject({ inputRows: 2, skippedRows: 1, outputRows: 1 });
  });
});
