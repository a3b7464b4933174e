import { expect, test } from 'vitest';
import { addSource, SourceUnfit } from './add-source.ts';
import { connectionSpecById, secretParams } from './connection-specs.ts';
import { flowSpecs } from './flow-specs.ts';
import { createSource } from './registry.ts';
import type { Source } from './source.ts';
import { type TableSourceWords, tableConnectionSpec } from './table-connection-spec.ts';

const words: TableSourceWords = {
  id: 'd1f0a2b8-8c1e-4c57-9f5d-0a6a3f1f7f10',
  name: 'ledger',
  connectorName: 'Ledger',
  description: 'Accounts of a ledger',
  category: 'Databases',
  auth: {
    'Access Token': {
      required: ['token'],
      properties: { token: { type: 'string', description: 'The token', format: 'password' } },
    },
  },
};
const made = new Error('made');
const create = (): Source => {
  throw made;
};

test('a source that is added is listed, made, and taken by flows', () => {
  addSource({ connectionSpec: tableConnectionSpec(words), create });
  const spec = connectionSpecById(words.id);
  expect(spec?.attributes.connectorName).toBe('Ledger');
  expect(spec && secretParams(spec, 'Access Token')).toEqual(['token']);
  for (const { sourceConnectionSpecIds } of flowSpecs) expect(sourceConnectionSpecIds).toContain(words.id);
  expect(() => createSource(words.id, 'Access Token', {})).toThrow(made);
});

const other = { ...words, id: 'e1f0a2b8-8c1e-4c57-9f5d-0a6a3f1f7f10', name: 'other' };
const spec = tableConnectionSpec(other);

test.each([
  ['no definition', undefined, 'source.create'],
  ['no way to make it', { connectionSpec: spec }, 'source.create'],
  ['no spec', { create }, 'source.connectionSpec.id'],
  ['no name', { create, connectionSpec: { ...spec, name: '' } }, 'source.connectionSpec.name'],
  ['no word for people', { create, connectionSpec: { ...spec, attributes: {} } }, 'attributes.connectorName'],
  [
    'no way of signing in',
    { create, connectionSpec: { ...spec, authSpec: [] } },
    'source.connectionSpec.authSpec',
  ],
  [
    'one without parameters',
    { create, connectionSpec: { ...spec, authSpec: [{ name: 'x' }] } },
    'authSpec[0].spec',
  ],
  [
    'no tables',
    { create, connectionSpec: { ...spec, sourceSpec: undefined } },
    'source.connectionSpec.sourceSpec',
  ],
  [
    'the id of another',
    { create, connectionSpec: { ...spec, id: 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5' } },
    /connectionSpec.id: .* is that of Salesforce/,
  ],
  ['the name of another', { create, connectionSpec: { ...spec, name: 'postgresql' } }, /name: .*PostgreSQL/],
])('a definition with %s is refused, and nothing of it is listed', (_what, definition, message) => {
  expect(() => addSource(definition)).toThrow(SourceUnfit);
  expect(() => addSource(definition)).toThrow(message);
  expect(connectionSpecById(other.id)).toBeUndefined();
});
