import { expect, test } from 'vitest';
import { hasTooLongLine } from './sequential-reads.ts';
import { engineBench } from './testing/engine-bench.ts';
import { textColumns } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';
import type { StagedFileFormat } from './transform.ts';

const bench = engineBench();
const MIB = 1024 * 1024;
const ids = tableOf([{ path: '_id', xdmType: 'string', from: column('Id') }], ['_id']);
const formats = {
  csv: { kind: 'csv' },
  delimited: { kind: 'delimited', delimiter: ',', quote: '"', escape: '"', hasHeader: true, nullText: '' },
} satisfies Record<string, StagedFileFormat>;

function land(format: StagedFileFormat, ...pieces: readonly string[]) {
  const staged = bench.folder.file('large', format, pieces.join(''));
  return bench.engine.transform(bench.folder.request(ids, textColumns('Id', 'Text'), [staged]));
}

test.each(['csv', 'delimited'] as const)(
  'a large %s file has the rows that it has, whatever the lines within its texts look like',
  async (kind) => {
    const mail = '1,"Dear Ann,\nthank you, and\nkind regards,\nBob, Sales"\n';
    const rows = Math.ceil((17 * MIB) / mail.length);
    const result = await land(formats[kind], 'Id,Text\n', mail.repeat(rows));
    expect(result).toMatchObject({ inputRows: rows, failedRows: 0 });
  },
);

test('a record of a large file that is too long is told', async () => {
  const row = `1,${'x'.repeat(10_000)}\n`;
  const before = row.repeat((16 * MIB) / row.length);
  const result = await land(formats.delimited, 'Id,Text\n', before, `2,${'x'.repeat(17 * MIB)}\n`, row);
  expect(result.failedRows).toBe(1);
  expect(result.errors).toMatchObject([{ message: expect.stringContaining('line size'), rows: 1 }]);
});

test.each([
  [true, 'in the middle', ['x\n', 'x'.repeat(16 * MIB + 1), '\nx\n']],
  [true, 'at the end', ['x\n'.repeat(MIB), 'x'.repeat(16 * MIB + 1)]],
  [false, 'nowhere', ['x\n', 'x'.repeat(16 * MIB - 2), '\n', 'x'.repeat(9 * MIB)]],
])('it is %s that a text has too long a line, which is %s', async (isTold, _where, pieces) => {
  const { path } = bench.folder.file('lines', { kind: 'json-lines' }, pieces.join(''));
  expect(await hasTooLongLine(path)).toBe(isTold);
});
