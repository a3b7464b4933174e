import { expect, test } from 'vitest';
import { readingOf, withTabs } from './reading.ts';

test.each([
  ['/in/a.csv', { fileType: 'delimited' }],
  ['/in/*', { fileType: 'delimited' }],
  ['/in/a.JSONL.gz', { fileType: 'json' }],
  ['/in/**/*.parquet', { fileType: 'parquet' }],
  ['/in/a.tsv.zst', { fileType: 'delimited', columnDelimiter: '\\t' }],
])('%s is read as %o', (path, reading) => {
  expect(readingOf(path)).toEqual(reading);
});

test('a tab is typed as it is written in programs', () => {
  expect(withTabs({ columnDelimiter: '\\t' })).toEqual({ columnDelimiter: '\t' });
  expect(withTabs({ columnDelimiter: ';' })).toEqual({ columnDelimiter: ';' });
});
