import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordChange } from '@tributary/runner';
import type { ScopedStore, Store } from '@tributary/store';
import { openMadeStore } from '@tributary/store/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditEntries } from './audit-log.ts';

const actor = { user: 'alice', client: 'cli' };
const id = 'https://ns.adobe.com/acme/mixins/1';

let folder: string;
let store: Store;
let scoped: ScopedStore;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-audit-'));
  store = await openMadeStore(folder);
  await store.organizations.createFirst({ id: 'O@AdobeOrg', tenantId: 'acme' }, { id: 'c', secret: 's' });
  const sandbox = await store.organizations.sandbox('O@AdobeOrg', 'prod');
  scoped = store.scoped({ orgId: 'O@AdobeOrg', sandboxId: sandbox?.id ?? '' });
});

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the audit log', () => {
  it('tells each part of a change, the newest change first', async () => {
    const first = { title: 'Loyalty', 'meta:registryMetadata': { eTag: '1' } };
    const second = { title: 'Loyalty 2', properties: { a: { type: 'string' } } };
    const change = { resourceId: id, id, type: 'mixins' };
    await recordChange(scoped, actor, { ...change, after: first });
    await recordChange(scoped, actor, { ...change, before: first, after: second });
    await recordChange(scoped, actor, { ...change, before: second });
    const about = { id, xdmType: 'mixins' };
    const entries = await auditEntries(scoped, id);
    expect(entries.map(({ updates }) => updates)).toEqual([
      [{ ...about, action: 'remove', path: '' }],
      [
        { ...about, action: 'replace', path: '/title', value: 'Loyalty 2' },
        { ...about, action: 'add', path: '/properties', value: { a: { type: 'string' } } },
      ],
      [{ ...about, action: 'add', path: '/title', value: 'Loyalty' }],
    ]);
    expect(entries[0]).toMatchObject({ user: 'alice', client: 'cli', at: expect.any(Date) });
  });

  it('has no entry where only the metadata changed', async () => {
    const other = 'https://ns.adobe.com/acme/mixins/2';
    const before = { title: 'A', 'meta:registryMetadata': { eTag: '1' } };
    const after = { title: 'A', 'meta:registryMetadata': { eTag: '2' } };
    await recordChange(scoped, actor, { resourceId: other, id: other, type: 'mixins', before, after });
    expect(await auditEntries(scoped, other)).toEqual([]);
  });

  it('keeps nothing of a change that is rolled back', async () => {
    const other = 'https://ns.adobe.com/acme/mixins/3';
    const failing = scoped.transaction(async (transaction) => {
      await recordChange(transaction, actor, {
        resourceId: other,
        id: other,
        type: 'mixins',
        after: { title: 'A' },
      });
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(await auditEntries(scoped, other)).toEqual([]);
  });
});
