import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referencesOf } from './resource-references.ts';
import type { ScopedStore } from './store.ts';
import { storeKinds, type TestStore } from './stores.test-kit.ts';

const actor = { user: 'alice', client: 'script' };
const registry = ['schema', 'class', 'mixin', 'datatype'] as const;

test('a schema names others by $ref at any depth, each once, and none by a reference into itself', () => {
  const body = {
    allOf: [{ $ref: 'class' }, { $ref: '#/definitions/own' }],
    definitions: { own: { properties: { a: { items: { $ref: 'type' } }, b: { $ref: 'type' } } } },
    'meta:intendedToExtend': ['class'],
  };
  expect(referencesOf('mixin', body)).toEqual([
    { via: 'meta:intendedToExtend', target: 'class' },
    { via: '$ref', target: 'class' },
    { via: '$ref', target: 'type' },
  ]);
});

test.each([
  ['dataSet', { schemaRef: { id: 's' } }, [{ via: 'schemaRef.id', target: 's' }]],
  ['dataSet', { schemaRef: null }, []],
  ['targetConnection', { data: {}, params: { dataSetId: 'd' } }, [{ via: 'params.dataSetId', target: 'd' }]],
  ['flow', { targetConnectionIds: ['t'] }, [{ via: 'targetConnectionIds', target: 't' }]],
  ['webhook', { $ref: 's' }, []],
] as const)('a %s names what its kind names: %o', (kind, body, expected) => {
  expect(referencesOf(kind, body)).toEqual(expected);
});

describe.each(storeKinds())('references in the $name store', ({ open }) => {
  let opened: TestStore;
  let prod: ScopedStore;
  let dev: ScopedStore;

  beforeAll(async () => {
    opened = await open();
    const { organizations } = opened.store;
    await organizations.createFirst({ id: 'ACME', tenantId: 'acme' }, { id: 'client', secret: 'x' });
    const development = { name: 'dev', title: 'Dev', type: 'development', createdBy: 'alice' } as const;
    await organizations.createSandbox('ACME', development);
    const scoped = async (name: string) => {
      const sandbox = await organizations.sandbox('ACME', name);
      return opened.store.scoped({ orgId: 'ACME', sandboxId: sandbox?.id ?? '' });
    };
    [prod, dev] = [await scoped('prod'), await scoped('dev')];
    await prod.resources('datatype').insert('type', { title: 'Type' }, actor);
    await prod.resources('mixin').insert('group', { properties: { a: { $ref: 'type' } } }, actor);
    await prod
      .resources('schema')
      .insert('schema', { allOf: [{ $ref: 'group' }, { $ref: 'global' }] }, actor);
    await prod.resources('dataSet').insert('rows', { schemaRef: { id: 'schema' } }, actor);
  });
  afterAll(() => opened?.dispose());

  test('tell who names a resource, in its own sandbox only', async () => {
    expect(await prod.references.to(['group', 'schema'])).toEqual([
      { kind: 'dataSet', id: 'rows', via: 'schemaRef.id', target: 'schema' },
      { kind: 'schema', id: 'schema', via: '$ref', target: 'group' },
    ]);
    expect(await dev.references.to(['group', 'schema'])).toEqual([]);
    expect(await prod.references.count(['type', 'global', 'schema'], ['$ref'])).toEqual(
      new Map([
        ['type', 1],
        ['global', 1],
      ]),
    );
  });

  test('lead to everything that a resource is made of', async () => {
    const found = await prod.findReached(registry, ['schema'], '$ref');
    expect([...found.keys()].toSorted()).toEqual(['group', 'schema', 'type']);
    expect(found.get('type')).toMatchObject({ kind: 'datatype', body: { title: 'Type' } });
    expect(await dev.findReached(registry, ['schema'], '$ref')).toEqual(new Map());
  });

  test('follow a change, and go with the resource', async () => {
    const mixins = prod.resources('mixin');
    const first = await mixins.insert('changing', { $ref: 'before' }, actor);
    await mixins.replace('changing', first.etag, { $ref: 'after' }, actor);
    expect(await prod.references.to(['before', 'after'])).toMatchObject([{ target: 'after' }]);
    expect(await mixins.replace('changing', first.etag, { $ref: 'late' }, actor)).toBeUndefined();
    expect(await prod.references.to(['late'])).toEqual([]);
    await mixins.remove('changing');
    expect(await prod.references.to(['after'])).toEqual([]);
  });

  test('end where resources name each other in a circle', async () => {
    await prod.resources('datatype').insert('left', { $ref: 'right' }, actor);
    await prod.resources('datatype').insert('right', { $ref: 'left' }, actor);
    const found = await prod.findReached(registry, ['left'], '$ref');
    expect([...found.keys()].toSorted()).toEqual(['left', 'right']);
  });

  test('of a resource that is not inserted after all are none', async () => {
    const failing = prod.transaction(async (store) => {
      await store.resources('schema').insert('undone', { $ref: 'nothing' }, actor);
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await prod.references.to(['nothing'])).toEqual([]);
  });
});
