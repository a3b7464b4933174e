import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PackageRecords } from './sandbox-packages.ts';
import { storeKinds, type TestStore } from './stores.test-kit.ts';

describe.each(storeKinds())('packages of the $name store', ({ open }) => {
  let opened: TestStore;
  let packages: PackageRecords;
  let others: PackageRecords;

  beforeAll(async () => {
    opened = await open();
    const { organizations } = opened.store;
    await organizations.createFirst({ id: 'A', tenantId: 'a' }, { id: 'a', secret: 'x' });
    await organizations.create({ id: 'B', tenantId: 'b' }, { id: 'b', secret: 'x' });
    packages = opened.store.packages('A', 'package');
    others = opened.store.packages('B', 'package');
  });
  afterAll(() => opened?.dispose());

  const named = (name: string) => ({ name, body: { of: name } });

  test('belong to one organisation', async () => {
    await packages.insert('1', named('one'), 'alice');
    expect(await packages.get('1')).toMatchObject({ name: 'one', body: { of: 'one' }, version: 1 });
    expect(await others.get('1')).toBeUndefined();
    expect(await others.list()).toEqual([]);
    expect(await others.remove('1')).toBe(false);
    expect(await others.insert('1', named('one'), 'bob')).toMatchObject({ createdBy: 'bob' });
  });

  test('have a name each, which jobs and snapshots need not', async () => {
    expect(await packages.insert('2', named('one'), 'alice')).toBeUndefined();
    await packages.insert('3', named('three'), 'alice');
    expect(await packages.replace('3', 1, named('one'), 'alice')).toBeUndefined();
    expect(await packages.replace('3', 1, named('three'), 'alice')).toMatchObject({ version: 2 });
    const jobs = opened.store.packages('A', 'job');
    for (const id of ['1', '2']) expect(await jobs.insert(id, named('one'), 'alice')).toBeDefined();
  });

  test('are changed by one of two who saw the same version', async () => {
    await packages.insert('4', named('four'), 'alice');
    const changes = ['bob', 'carol'].map((user) => packages.replace('4', 1, named('four'), user));
    const changed = (await Promise.all(changes)).filter((record) => record !== undefined);
    expect(changed).toHaveLength(1);
  });

  test('are kept or not with the transaction that they are written in', async () => {
    const sandbox = await opened.store.organizations.sandbox('A', 'prod');
    const scoped = opened.store.scoped({ orgId: 'A', sandboxId: sandbox?.id ?? '' });
    const failing = scoped.transaction(async (transaction) => {
      await transaction.packages('job').insert('lost', named('lost'), 'alice');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await opened.store.packages('A', 'job').get('lost')).toBeUndefined();
  });
});
