import { describe, expect, test } from 'vitest';
import type { BaseConnection, ConnectorSpec, DescribedTable } from '../platform/connections.ts';
import type { TargetDraft } from './drafts.ts';
import { planOf } from './plan.ts';
import { newSchedule, ON_DEMAND } from './schedule.ts';

const column = (name: string) => ({ name, type: 'string', isTime: false, paths: [[name]] });
const table: DescribedTable = {
  columns: [column('id'), column('name')],
  keyColumns: [],
  deltaColumns: [],
  computedColumns: [],
  notices: [],
  rows: [],
};
const connection: BaseConnection = {
  id: 'base',
  etag: '"1"',
  name: 'Incoming',
  state: 'enabled',
  connectorId: 'files',
  authName: 'Local Folder',
  params: {},
  createdAt: 0,
};
const connector: ConnectorSpec = {
  id: 'files',
  version: '1.0',
  name: 'Local folder',
  category: 'Cloud Storage',
  description: undefined,
  auths: [],
  objectType: 'file',
  readingFields: [],
};
const spec = { id: 'spec', version: '1.0', mode: undefined, options: [], frequencies: [] };
const subject = { connection, connector, spec, table, path: '/in/*.csv', reading: { columnDelimiter: ';' } };
const target: TargetDraft = {
  kind: 'new',
  title: 'Leads',
  columns: ['id', 'name'],
  schemaId: undefined,
  destinations: {},
};
const drafts = {
  name: ' Leads ',
  target,
  write: { mode: 'append', keyColumns: ['id'], deltaColumn: undefined },
  schedule: { ...newSchedule('UTC'), frequency: ON_DEMAND },
  options: {},
  isDraft: false,
};

describe('what is to be made for a flow', () => {
  test('of files says how they are read, and of a table which one it is', () => {
    expect(planOf(subject, drafts, 0)).toMatchObject({
      name: 'Leads',
      source: {
        data: { format: 'delimited', properties: { columnDelimiter: ';' } },
        params: { path: '/in/*.csv' },
      },
      copy: { mode: 'append' },
      schedule: undefined,
    });
    const ofTables = {
      ...subject,
      connector: { ...connector, objectType: 'table' as const },
      path: 'Contact',
    };
    expect(planOf(ofTables, drafts, 0).source).toEqual({
      name: 'Leads',
      baseConnectionId: 'base',
      data: { format: 'tabular' },
      params: { tableName: 'Contact' },
    });
  });

  test('names columns only where not all of them land, so that later ones are not shut out', () => {
    expect(planOf(subject, drafts, 0).source.params).not.toHaveProperty('columns');
    const partly = { ...drafts, target: { ...target, columns: ['id'] } };
    expect(planOf(subject, partly, 0)).toMatchObject({
      source: { params: { columns: [{ name: 'id' }] } },
      target: { columns: [{ name: 'id' }] },
    });
  });

  test.each([
    ['the flow a name', { name: ' ' }],
    ['the schema a title', { target: { ...target, title: '' } }],
    ['column that lands', { target: { ...target, columns: [] } }],
    ['schema to land in', { target: { ...target, kind: 'existing' as const } }],
    [
      'field it goes to',
      { target: { ...target, kind: 'existing' as const, schemaId: 's', destinations: { id: ' ' } } },
    ],
    ['key columns', { write: { mode: 'upsert', keyColumns: [], deltaColumn: undefined } }],
  ])('is unfinished without %s', (missing, change) => {
    expect(() => planOf(subject, { ...drafts, ...change }, 0)).toThrow(missing);
  });
});
