import { describe, expect, test } from 'vitest';
import { DEFAULT_DELIMITED } from './file-format.ts';
import { readFileSelection } from './file-selection.ts';

const params = { path: '/in/leads.csv' };
const selectionOf = (data: Record<string, unknown>, given: Record<string, unknown> = params) => {
  const read = readFileSelection({ data, params: given });
  if (!read.ok) throw new Error(JSON.stringify(read.violations));
  return read.selection;
};
const violationsOf = (data: Record<string, unknown>, given: Record<string, unknown> = params) => {
  const read = readFileSelection({ data, params: given });
  return read.ok ? [] : read.violations;
};

describe('a source connection of files', () => {
  test('reads delimited files as RFC 4180 has them unless it says otherwise', () => {
    expect(selectionOf({ format: 'delimited' })).toEqual({
      paths: { path: 'in/leads.csv', type: undefined, isRecursive: false },
      format: DEFAULT_DELIMITED,
    });
  });

  test.each([
    [{ columnDelimiter: '\t' }],
    [{ properties: { columnDelimiter: '\t' } }],
    [{ properties: { columnDelimiter: '\\t' } }],
  ])('takes the delimiter from %j', (data) => {
    expect(selectionOf({ format: 'delimited', ...data }).format).toMatchObject({ delimiter: '\t' });
  });

  test('takes all properties of a text', () => {
    const properties = {
      quote: "'",
      escape: '\\',
      header: 'false',
      nullText: 'NULL',
      encoding: 'ISO-8859-1',
      compressionType: 'GZIP',
    };
    expect(selectionOf({ format: 'delimited', properties }).format).toEqual({
      kind: 'delimited',
      delimiter: ',',
      quote: "'",
      escape: '\\',
      hasHeader: false,
      nullText: 'NULL',
      encoding: 'ISO-8859-1',
      compression: 'gzip',
    });
  });

  test.each([
    [{ path: 'in//x/' }, { path: 'in/x', type: 'folder', isRecursive: false }],
    [
      { path: '/in', recursive: 'true' },
      { path: 'in', type: undefined, isRecursive: true },
    ],
    [
      { path: '/', type: 'folder' },
      { path: '', type: 'folder', isRecursive: false },
    ],
  ])('means by %j the files of %j', (given, paths) => {
    expect(selectionOf({ format: 'json' }, given).paths).toEqual(paths);
  });

  test.each([
    [{ format: 'xml' }, params, '/data/format', 'must be one of delimited, json, parquet'],
    [{}, params, '/data/format', 'must be one of delimited, json, parquet'],
    [{ format: 'json' }, {}, '/params/path', 'must be the path of a file'],
    [{ format: 'json' }, { path: '../etc' }, '/params/path', 'must lie below the root'],
    [{ format: 'json' }, { path: 'in/[' }, '/params/path', 'the pattern has a [ without its ]'],
    [{ format: 'json' }, { ...params, type: 'table' }, '/params/type', 'must be file or folder'],
    [{ format: 'json' }, { ...params, recursive: 'yes' }, '/params/recursive', 'must be true or false'],
    [{ format: 'json', properties: 'gzip' }, params, '/data/properties', 'must be an object'],
    [
      { format: 'delimited', properties: { columnDelimiter: '||' } },
      params,
      '/data/properties/columnDelimiter',
      'must be one character',
    ],
    [{ format: 'delimited', columnDelimiter: 7 }, params, '/data/columnDelimiter', 'must be one character'],
    [
      { format: 'delimited', properties: { columnDelimiter: '"' } },
      params,
      '/data/properties/columnDelimiter',
      'must be another character than the quote',
    ],
    [
      { format: 'delimited', properties: { escape: ',' } },
      params,
      '/data/properties/escape',
      'must be another character than the delimiter',
    ],
    [
      { format: 'delimited', properties: { quote: '«' } },
      params,
      '/data/properties/quote',
      'must be one ASCII character, or empty',
    ],
    [
      { format: 'json', properties: { encoding: 'klingon' } },
      params,
      '/data/properties/encoding',
      'must be the name of an encoding',
    ],
    [
      { format: 'json', properties: { compressionType: 'rar' } },
      params,
      '/data/properties/compressionType',
      'must be one of none, gzip',
    ],
    [
      { format: 'parquet', properties: { compressionType: 'gzip' } },
      params,
      '/data/properties/compressionType',
      'must be left out',
    ],
  ])('is refused: %j with %j', (data, given, path, message) => {
    expect(violationsOf(data, given)).toEqual([{ path, message: expect.stringContaining(message) }]);
  });
});
