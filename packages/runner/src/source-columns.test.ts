import type { TableDescription } from '@tributary/connectors';
import { expect, test } from 'vitest';
import type { SourceConnectionDocument } from './documents.ts';
import { asDeclared } from './source-columns.ts';

const table: TableDescription = {
  table: 'Contact',
  columns: [
    { name: 'Interests', type: 'string', separator: ';' },
    { name: 'Languages', type: 'string', separator: ';' },
    { name: 'Age', type: 'integer' },
    { name: 'Name', type: 'string' },
  ],
  keyColumns: [],
  deltaColumns: [],
};

test('a column whose texts hold several values is a list where it is declared an array, and no other is', () => {
  const document = sourceConnection([
    { name: 'Interests', type: 'Array' },
    { name: 'Languages', type: 'string' },
    { name: 'Age', type: 'string' },
    { name: 'Name', type: 'array' },
  ]);
  expect(asDeclared(table, document).columns.map(({ type }) => type)).toEqual([
    { kind: 'array', items: 'string' },
    'string',
    'integer',
    'string',
  ]);
});

test('a table whose columns nobody declares is as its source describes it', () => {
  expect(asDeclared(table, sourceConnection(undefined))).toEqual(table);
});

test('a type that was found in samples gives way to a declared one, and a column that none has shown may yet come', () => {
  const files: TableDescription = {
    ...table,
    columns: [
      { name: 'code', type: 'long' },
      { name: 'at', type: 'date-time' },
      { name: 'tags', type: { kind: 'array', items: 'string' } },
    ],
    isItemwise: true,
  };
  const document = sourceConnection([
    { name: 'code', type: 'string' },
    { name: 'tags', type: 'array' },
    { name: 'later', type: 'date' },
  ]);
  const typesOf = ({ columns }: TableDescription) =>
    Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const others = { at: 'date-time', tags: { kind: 'array', items: 'string' }, later: 'date' };
  expect(typesOf(asDeclared({ ...files, hasInferredTypes: true }, document))).toEqual({
    code: 'string',
    ...others,
  });
  expect(typesOf(asDeclared(files, document))).toEqual({ code: 'long', ...others });
});

function sourceConnection(columns: SourceConnectionDocument['params']['columns']): SourceConnectionDocument {
  return {
    state: 'enabled',
    baseConnectionId: 'base',
    connectionSpec: { id: 'spec', version: '1.0' },
    data: {},
    params: { tableName: 'Contact', ...(columns === undefined ? {} : { columns }) },
  };
}
