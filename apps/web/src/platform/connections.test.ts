import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type BaseConnection, changesOf, parseConnector, parseTable } from './connections.ts';

const connectors = new URL('../../../../packages/connectors/src/', import.meta.url);
const connectorOf = (path: string) =>
  parseConnector(JSON.parse(readFileSync(new URL(path, connectors), 'utf8')));

describe('a connector, as its spec describes it', () => {
  test('has tables, or files that are read in some way', () => {
    expect(connectorOf('salesforce/connection-spec.json')).toMatchObject({
      name: 'Salesforce',
      objectType: 'table',
      readingFields: [],
    });
    const { objectType, readingFields } = connectorOf('files/local/connection-spec.json');
    expect(objectType).toBe('file');
    expect(readingFields.map(({ key }) => key)).toEqual([
      'fileType',
      'columnDelimiter',
      'compressionType',
      'encoding',
      'quote',
      'escape',
      'header',
      'nullText',
    ]);
  });
});

describe('the changes of a connection', () => {
  const connector = connectorOf('files/sftp/connection-spec.json');
  const connection: BaseConnection = {
    id: 'c1',
    etag: '"1"',
    name: 'Partner',
    state: 'enabled',
    connectorId: connector.id,
    authName: 'Basic Authentication for sftp',
    params: { host: 'a.example.com', userName: 'ada', folderPath: '/in' },
    createdAt: 0,
  };
  const same = { name: 'Partner', connector, authName: connection.authName };

  test('leave a secret that is not given, and take away what is left empty', () => {
    expect(changesOf(connection, { ...same, params: { host: 'b.example.com', userName: 'ada' } })).toEqual([
      { op: 'add', path: '/auth/params/host', value: 'b.example.com' },
      { op: 'remove', path: '/auth/params/folderPath' },
    ]);
    const params = { ...connection.params, password: 'pw' };
    expect(changesOf(connection, { ...same, params })).toEqual([
      { op: 'add', path: '/auth/params/password', value: 'pw' },
    ]);
  });

  test('begin anew with another way to sign in', () => {
    const authName = 'SSH PublicKey Authentication for sftp';
    const params = { host: 'a.example.com', userName: 'ada', privateKeyContent: 'LS0t' };
    expect(changesOf(connection, { ...same, name: 'New', authName, params })).toEqual([
      { op: 'add', path: '/name', value: 'New' },
      { op: 'replace', path: '/auth', value: { specName: authName, params } },
    ]);
  });
});

test('a table tells the paths of its values, its key and the columns that tell changes', () => {
  const table = parseTable({
    schema: {
      columns: [
        { name: 'Id', type: 'string', xdm: { type: 'string' } },
        { name: 'stamp', type: 'date-time', meta: { originalType: 'timestamptz' }, xdm: { type: 'string' } },
        {
          name: 'address',
          type: 'object',
          xdm: { type: 'object', properties: { city: { type: 'string' }, geo: { type: 'object' } } },
        },
      ],
    },
    'tributary:table': { keyColumns: ['Id'], deltaColumns: ['stamp'] },
  });
  expect(table.columns.map(({ paths }) => paths)).toEqual([
    [['Id']],
    [['stamp']],
    [
      ['address', 'city'],
      ['address', 'geo'],
    ],
  ]);
  expect(table.columns[1]).toMatchObject({ type: 'timestamptz', isTime: true });
  expect(table).toMatchObject({ keyColumns: ['Id'], deltaColumns: ['stamp'], notices: [], rows: [] });
});
