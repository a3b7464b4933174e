import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { TestClock } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from './migrations/migrate.ts';
import type { ResourceKind } from './resources.ts';
import { ClaimLost } from './runs.ts';
import { isSandboxClosed } from './sandbox-closed.ts';
import type { Scope } from './scope.ts';
import { createStore, type ScopedStore, type Store } from './store.ts';
import { storeKinds, type TestStore } from './stores.test-kit.ts';
import type { Tables } from './tables.ts';
import { embeddedDb, openWorkQueue } from './work-queue.ts';

const actor = { user: 'alice', client: 'script' };
const farFuture = new Date('2100-01-01');

async function scopeOf(store: Store, orgId: string, name: string): Promise<Scope> {
  const sandbox = await store.organizations.sandbox(orgId, name);
  if (sandbox === undefined) throw new Error(`no sandbox ${name}`);
  return { orgId, sandboxId: sandbox.id };
}

/** Empties a closed sandbox as a server does, but that there are no files. */
async function emptySandbox(store: Store, now = new Date()): Promise<void> {
  const { sandboxRemovals } = store;
  for (const closed of await sandboxRemovals.closed()) {
    await sandboxRemovals.empty(closed.scope);
    for (const leftover of await store.leftovers.due(now)) await store.leftovers.forget(leftover);
    await sandboxRemovals.finish(closed, now);
  }
}

describe('emptying one of several sandboxes, whatever is in them', () => {
  const pglite = new PGlite();
  const database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  let store: Store;
  let scopes: readonly Scope[];

  beforeAll(async () => {
    await migrate(database);
    // However long the test takes, no time passes in which a claim that nobody works at would end.
    const work = await openWorkQueue(embeddedDb(database, pglite), true, new TestClock(new Date()));
    store = createStore(database, work, async () => {
      await work.stop();
      await database.destroy();
    });
    await store.organizations.createFirst({ id: 'A', tenantId: 'a' }, { id: 'a', secret: 'a' });
    await store.organizations.create({ id: 'B', tenantId: 'b' }, { id: 'b', secret: 'b' });
    const dev = { name: 'dev', title: 'Dev', type: 'development', createdBy: 'alice' } as const;
    await store.organizations.createSandbox('A', dev);
    scopes = [
      await scopeOf(store, 'A', 'prod'),
      await scopeOf(store, 'A', 'dev'),
      await scopeOf(store, 'B', 'prod'),
    ];
  });
  afterAll(() => store.close());

  /** Every row of every table that belongs to sandboxes: those that exist, not those that this test knows. */
  async function rowsOf({ orgId, sandboxId }: Scope): Promise<Record<string, unknown[]>> {
    const tables = await sql<{ name: string }>`
      select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'sandbox_id' and table_name <> 'sandbox_leftovers'
      order by 1`.execute(database);
    const rows: Record<string, unknown[]> = {};
    for (const { name } of tables.rows) {
      const found = await sql`select to_json(t)::text as row from ${sql.table(name)} as t
        where org_id = ${orgId} and sandbox_id = ${sandboxId} order by 1`.execute(database);
      rows[name] = found.rows;
    }
    return rows;
  }

  // The same few names in every sandbox: only the scope tells them apart.
  const name = fc.constantFrom('one', 'two', 'three');
  const kind = fc.constantFrom<ResourceKind>('flow', 'schema', 'batch', 'dataSet', 'connection');
  const thing = fc.oneof(
    fc.record({ what: fc.constant('resource' as const), kind, name }),
    fc.record({ what: fc.constantFrom('table', 'watermark', 'schedule', 'run', 'endedRun'), name }),
  );

  async function put(scoped: ScopedStore, item: typeof thing extends fc.Arbitrary<infer T> ? T : never) {
    const at = new Date(0);
    switch (item.what) {
      case 'resource': {
        const resources = scoped.resources(item.kind);
        if ((await resources.get(item.name)) === undefined)
          await resources.insert(item.name, { name: item.name }, actor);
        return;
      }
      case 'table': {
        const pointer = { datasetId: item.name, location: `file:///${scoped.scope.sandboxId}/${item.name}` };
        if ((await scoped.tables.get(item.name)) === undefined)
          await scoped.tables.insert({ ...pointer, metadataLocation: 'm' });
        return;
      }
      case 'watermark': {
        const window = {
          kind: 'time' as const,
          deltaColumn: 'at',
          settledUpTo: at,
          upTo: at,
          unsettledPages: [],
          columns: [],
        };
        await scoped.watermarks.put({ flowId: item.name, ...window, runId: `${item.name}-run` });
        return;
      }
      case 'schedule':
        return scoped.schedules.put({
          flowId: item.name,
          nextAt: farFuture,
          recurrence: { minutes: 1 },
        });
      default: {
        if ((await scoped.runs.enqueue(item.name)) === undefined) return;
        const claimed = await store.queue.claim();
        if (claimed === undefined) throw new Error('not queued');
        const { run, claim } = claimed;
        await scoped.staging.plan(run.id, 'c', [{ id: '1', settled: true, announcedRows: 1, state: {} }]);
        const page = {
          position: 1,
          path: '/p',
          format: {},
          announcedRows: 1,
          bytes: 1,
          next: undefined,
        };
        await scoped.readers.take(run.id, 'reader', { ofRun: 1, ofConnection: 1_000 });
        await scoped.staging.addPage({ runId: run.id, claim, partitionId: '1', reader: 'reader' }, page);
        if (item.what === 'endedRun') await scoped.runs.cancelOpen(item.name);
      }
    }
  }

  test('leaves nothing there and everything elsewhere as it was', async () => {
    const contents = fc.tuple(...[0, 1, 2].map(() => fc.array(thing, { maxLength: 12 })));
    await fc.assert(
      fc.asyncProperty(contents, fc.nat({ max: 2 }), async (things, chosen) => {
        for (const [index, items] of things.entries()) {
          const scoped = store.scoped(scopes[index] as Scope);
          for (const item of items) await put(scoped, item);
        }
        const target = scopes[chosen] as Scope;
        const others = scopes.filter((scope) => scope !== target);
        const before = await Promise.all(others.map(rowsOf));
        expect(await store.organizations.closeSandbox(target, 'resetting', 'bob')).toMatchObject({
          state: 'resetting',
        });
        await emptySandbox(store, farFuture);
        expect(Object.values(await rowsOf(target)).flat()).toEqual([]);
        expect(await Promise.all(others.map(rowsOf))).toEqual(before);
        expect(await store.sandboxRemovals.closed()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

describe.each(storeKinds())('a sandbox of the $name store', ({ open }) => {
  const ORG = 'ACME@AdobeOrg';
  let opened: TestStore;
  let store: Store;
  let prod: ScopedStore;

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
    await store.organizations.createFirst({ id: ORG, tenantId: 'acme' }, { id: 'client', secret: 'x' });
    prod = store.scoped(await scopeOf(store, ORG, 'prod'));
  });
  afterAll(() => opened?.dispose());

  let made = 0;
  async function newSandbox(): Promise<ScopedStore> {
    made += 1;
    const name = `made-${made}`;
    await store.organizations.createSandbox(ORG, {
      name,
      title: name,
      type: 'development',
      createdBy: 'alice',
    });
    return store.scoped(await scopeOf(store, ORG, name));
  }

  test('closes after what is being written to it, and takes nothing after that', async () => {
    const { scope, ...scoped } = await newSandbox();
    const order: string[] = [];
    const inserted = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const writing = scoped.transaction(async (transaction) => {
      await transaction.resources('flow').insert('before', {}, actor);
      inserted.resolve();
      await goOn.promise;
      order.push('written');
    });
    await inserted.promise;
    const closing = store.organizations
      .closeSandbox(scope, 'resetting', 'bob')
      .then(() => order.push('closed'));
    goOn.resolve();
    await Promise.all([writing, closing]);
    expect(order).toEqual(['written', 'closed']);
    const refused = await scoped
      .resources('flow')
      .insert('after', {}, actor)
      .catch((error: unknown) => error);
    expect(isSandboxClosed(refused)).toBe(true);
    await prod.resources('flow').insert('after', {}, actor);
    await emptySandbox(store);
    expect(await scoped.resources('flow').get('before')).toBeUndefined();
    await scoped.resources('flow').insert('after', {}, actor);
  });

  test('takes its runs from the workers that hold them', async () => {
    const scoped = await newSandbox();
    await scoped.tables.insert({ datasetId: 'd', location: 'file:///d', metadataLocation: 'first' });
    await scoped.runs.enqueue('flow');
    const claimed = await store.queue.claim();
    if (claimed === undefined) throw new Error('no run is due');
    const { run, claim } = claimed;
    await store.organizations.closeSandbox(scoped.scope, 'resetting', 'bob');
    await emptySandbox(store);
    const commit = scoped.transaction(async (transaction) => {
      await transaction.resources('batch').insert('late', {}, actor);
      await transaction.runs.advance(run, claim, 'success', {});
    });
    await expect(commit).rejects.toThrow(ClaimLost);
    await expect(scoped.runs.hold(run, claim)).rejects.toThrow(ClaimLost);
    expect(await store.queue.heartbeat(run, claim)).toBe(false);
    expect(await scoped.tables.swap('d', 'first', 'second')).toBe(false);
    expect(await scoped.resources('batch').get('late')).toBeUndefined();
  });

  test('has its files noted until each is removed, those that a worker may still write until later', async () => {
    const scoped = await newSandbox();
    const { scope } = scoped;
    await scoped.tables.insert({ datasetId: 'd', location: 'file:///t', metadataLocation: 'm' });
    await scoped.resources('batch').insert('batch', {}, actor);
    await scoped.runs.enqueue('flow');
    const claimed = await store.queue.claim();
    await store.organizations.closeSandbox(scope, 'deleting', 'bob');
    const [closed] = await store.sandboxRemovals.closed();
    if (closed === undefined) throw new Error('nothing is closed');
    // As two processes would that begin at the same time.
    await Promise.all([store.sandboxRemovals.empty(scope), store.sandboxRemovals.empty(scope)]);
    const due = await store.leftovers.due(new Date());
    expect(due.map(({ kind, name }) => [kind, name]).toSorted()).toEqual([
      ['diagnostics', 'batch'],
      ['staging', claimed?.run.id],
      ['table', 'file:///t'],
    ]);
    await store.sandboxRemovals.finish(closed, new Date());
    expect(await store.sandboxRemovals.closed()).toHaveLength(1);
    for (const leftover of due) await store.leftovers.forget(leftover);
    await store.sandboxRemovals.finish(closed, new Date());
    expect(await store.sandboxRemovals.closed()).toHaveLength(0);
    const later = (await store.leftovers.due(farFuture)).filter(
      (leftover) => leftover.scope.sandboxId === scope.sandboxId,
    );
    expect(later.map(({ kind, name }) => [kind, name])).toEqual([['table', 'file:///t']]);
  });

  test('is not opened by one who emptied it before it was closed again', async () => {
    const { scope } = await newSandbox();
    await store.organizations.closeSandbox(scope, 'resetting', 'bob');
    const [slow] = await store.sandboxRemovals.closed();
    if (slow === undefined) throw new Error('nothing is closed');
    await emptySandbox(store);
    await store.organizations.closeSandbox(scope, 'resetting', 'bob');
    await store.sandboxRemovals.finish(slow, new Date());
    expect(await store.sandboxRemovals.closed()).toHaveLength(1);
    await emptySandbox(store);
  });

  test('that is closed holds up no schedule of others', async () => {
    const closed = await newSandbox();
    const schedule = { nextAt: new Date(0), recurrence: undefined };
    await closed.schedules.put({ flowId: 'closed', ...schedule });
    await prod.schedules.put({ flowId: 'open', ...schedule });
    await store.organizations.closeSandbox(closed.scope, 'deleting', 'bob');
    expect(await store.enqueueDueRuns(new Date(), () => undefined)).toBe(1);
    expect(await prod.runs.count('open')).toBe(1);
    await emptySandbox(store);
  });

  test('gives its name free once it is deleted, not before, and can be looked up until another has it', async () => {
    const { scope } = await newSandbox();
    const name = `made-${made}`;
    const again = { name, title: 'Again', type: 'development', createdBy: 'bob' } as const;
    await store.organizations.closeSandbox(scope, 'deleting', 'bob');
    expect(await store.organizations.createSandbox(ORG, again)).toBeUndefined();
    await emptySandbox(store);
    expect(await store.organizations.sandbox(ORG, name)).toMatchObject({
      id: scope.sandboxId,
      state: 'deleted',
    });
    const second = await store.organizations.createSandbox(ORG, again);
    expect(second?.id).not.toBe(scope.sandboxId);
    expect(await store.organizations.sandbox(ORG, name)).toMatchObject({ id: second?.id, state: 'active' });
  });

  test('is changed only while it is active', async () => {
    const { scope } = await newSandbox();
    const titled = await store.organizations.retitleSandbox(scope, 'Better', 'bob');
    expect(titled).toMatchObject({ title: 'Better', version: 2, updatedBy: 'bob' });
    expect(await store.organizations.closeSandbox(scope, 'deleting', 'bob')).toMatchObject({ version: 3 });
    expect(await store.organizations.closeSandbox(scope, 'resetting', 'bob')).toBeUndefined();
    expect(await store.organizations.retitleSandbox(scope, 'Worse', 'bob')).toBeUndefined();
    await emptySandbox(store);
    expect(await store.organizations.closeSandbox(scope, 'resetting', 'bob')).toBeUndefined();
  });
});
