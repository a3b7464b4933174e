import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScopedStore } from './store.ts';
import { storeKinds, type TestStore } from './stores.test-kit.ts';

describe.each(storeKinds())('a filter in the $name store', ({ open }) => {
  let opened: TestStore;
  let prod: ScopedStore;

  beforeAll(async () => {
    opened = await open();
    await opened.store.organizations.createFirst(
      { id: 'ACME@AdobeOrg', tenantId: 'acme' },
      { id: 'client', secret: 'correct horse' },
    );
    const sandbox = await opened.store.organizations.sandbox('ACME@AdobeOrg', 'prod');
    if (!sandbox) throw new Error('no sandbox prod');
    prod = opened.store.scoped({ orgId: 'ACME@AdobeOrg', sandboxId: sandbox.id });
    await prod
      .resources('mappingSet')
      .insert('contacts', { name: 'Contacts' }, { user: 'alice', client: 'script' });
  });
  afterAll(() => opened?.dispose());

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'on %s finds a property of no resource',
    async (name) => {
      const page = await prod.resources('mappingSet').list({
        limit: 10,
        filters: [{ path: [name], operator: '==', value: '1' }],
        order: { path: [name], descending: false },
      });

      expect(page.items).toEqual([]);
    },
  );
});
