import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SampleFormat } from './describe-file-job.ts';
import { type Engine, openEngine } from './engine.ts';

let folder: string;
let engine: Engine;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-describe-'));
  engine = openEngine({ memoryLimitMb: 256, threads: 1, tempDirectory: folder });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

function described(format: SampleFormat, text: string) {
  const path = join(folder, `sample.${format}`);
  writeFileSync(path, text);
  return engine.describeFile({ path, format });
}

describe('a sample file', () => {
  it('of CSV shows types, gaps, distinct values and e-mail addresses', async () => {
    const csv =
      'Id,Email,Age,Joined,Active,Score\n003A,a@b.de,30,2024-01-31,true,1.5\n003B,c@d.de,,2024-02-01,false,2\n003C,c@d.de,31,2024-02-01,true,3\n';
    const columns = await described('csv', csv);
    expect(columns).toEqual([
      { name: 'Id', type: 'string', rows: 3, filled: 3, distinct: 3, emails: 0 },
      { name: 'Email', type: 'string', rows: 3, filled: 3, distinct: 2, emails: 3 },
      { name: 'Age', type: 'long', rows: 3, filled: 2, distinct: 2, emails: 0 },
      { name: 'Joined', type: 'date', rows: 3, filled: 3, distinct: 2, emails: 0 },
      { name: 'Active', type: 'boolean', rows: 3, filled: 3, distinct: 2, emails: 0 },
      { name: 'Score', type: 'number', rows: 3, filled: 3, distinct: 3, emails: 0 },
    ]);
  });

  it.each([
    '[{"a": 1, "o": {"x": "y", "t": ["z"]}}, {"a": 2, "o": null}]',
    '{"a": 1, "o": {"x": "y", "t": ["z"]}}\n{"a": 2}\n',
  ])('of JSON shows what is nested: %s', async (text) => {
    const columns = await described('json', text);
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['a', 'long'],
      [
        'o',
        {
          kind: 'object',
          fields: [
            { name: 'x', type: 'string' },
            { name: 't', type: { kind: 'array', items: 'string' } },
          ],
        },
      ],
    ]);
  });

  it.each([
    ['json', '{"a": '],
    ['parquet', 'no Parquet'],
  ] as const)('of %s that cannot be read is told as such', async (format, text) => {
    await expect(described(format, text)).rejects.toMatchObject({
      kind: 'unreadable',
      message: expect.not.stringContaining(folder),
    });
  });
});
