import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ResourceFilter } from './resource-filter.ts';
import type { ResourceCursor } from './resources.ts';
import { ClaimLost } from './runs.ts';
import type { NextSlot } from './schedules.ts';
import type { Scope } from './scope.ts';
import type { ScopedStore, Store } from './store.ts';
import { storeKinds, type TestStore } from './stores.test-kit.ts';
import type { Claim } from './work-queue.ts';

const actor = { user: 'alice', client: 'script' };
const noSlot: NextSlot = () => undefined;

describe.each(storeKinds())('the $name store', ({ open }) => {
  let opened: TestStore;
  let store: Store;
  let prod: ScopedStore;
  let dev: ScopedStore;

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
    await store.organizations.createFirst(
      { id: 'ACME@AdobeOrg', tenantId: 'acme' },
      { id: 'client', secret: 'correct horse' },
    );
    await store.organizations.createSandbox('ACME@AdobeOrg', {
      name: 'dev',
      title: 'Dev',
      type: 'development',
      createdBy: 'alice',
    });
    prod = store.scoped(await scopeOf('prod'));
    dev = store.scoped(await scopeOf('dev'));
  });
  afterAll(() => opened?.dispose());

  async function scopeOf(name: string): Promise<Scope> {
    const sandbox = await store.organizations.sandbox('ACME@AdobeOrg', name);
    if (!sandbox) throw new Error(`no sandbox ${name}`);
    return { orgId: 'ACME@AdobeOrg', sandboxId: sandbox.id };
  }

  test('has one first organisation, whoever comes second', async () => {
    const late = { id: 'LATE@AdobeOrg', tenantId: 'late' };
    const client = { id: 'late-client', secret: 'x' };
    expect(await store.organizations.createFirst(late, client)).toBe(false);
    expect(await store.organizations.first()).toMatchObject({ id: 'ACME@AdobeOrg' });
    expect(await store.organizations.authenticate('late-client', 'x')).toBeUndefined();
  });

  test('authenticates a client by its secret only', async () => {
    expect(await store.organizations.authenticate('client', 'correct horse')).toMatchObject({
      tenantId: 'acme',
    });
    expect(await store.organizations.authenticate('client', 'wrong')).toBeUndefined();
    expect(await store.organizations.authenticate('nobody', 'correct horse')).toBeUndefined();
  });

  test('refuses a second sandbox of the same name', async () => {
    const again = { name: 'dev', title: 'Again', type: 'development', createdBy: 'bob' } as const;
    expect(await store.organizations.createSandbox('ACME@AdobeOrg', again)).toBeUndefined();
  });

  test('shows a resource in its own sandbox only', async () => {
    await prod.resources('flow').insert('only-in-prod', { name: 'x' }, actor);
    expect(await prod.resources('flow').get('only-in-prod')).toMatchObject({
      body: { name: 'x' },
      version: 1,
    });
    expect(await dev.resources('flow').get('only-in-prod')).toBeUndefined();
    expect(await prod.resources('connection').get('only-in-prod')).toBeUndefined();
    expect(await dev.resources('flow').remove('only-in-prod')).toBe(false);
  });

  test('gets several resources of its own sandbox at once', async () => {
    for (const id of ['left', 'right']) await prod.resources('schema').insert(id, { id }, actor);
    await dev.resources('schema').insert('elsewhere', {}, actor);
    const found = await prod.resources('schema').getAll(['right', 'left', 'right', 'elsewhere', 'missing']);
    expect([...found.keys()].toSorted()).toEqual(['left', 'right']);
    expect(found.get('left')?.body).toEqual({ id: 'left' });
    expect(await prod.resources('schema').getAll([])).toEqual(new Map());
  });

  test('finds the newest of each of several groups at once', async () => {
    const flows = prod.resources('flow');
    for (const [id, group, state] of [
      ['1', 'a', 'good'],
      ['2', 'a', 'bad'],
      ['3', 'b', 'bad'],
      ['4', 'c', 'good'],
    ] as const) {
      await flows.insert(`newest-${id}`, { group, state }, actor);
    }
    await dev.resources('flow').insert('newest-5', { group: 'a' }, actor);
    const newest = async (groups: readonly string[], filters: readonly ResourceFilter[] = []) =>
      Array.from(await flows.newestOf(['group'], groups, filters), ([group, { id }]) => [group, id]);
    expect(await newest(['a', 'b', 'nothing', 'a'])).toEqual([
      ['a', 'newest-2'],
      ['b', 'newest-3'],
    ]);
    expect(await newest(['a', 'b'], [{ path: ['state'], operator: '==', value: 'good' }])).toEqual([
      ['a', 'newest-1'],
    ]);
    expect(await newest([])).toEqual([]);
    for (const id of ['1', '2', '3', '4']) await flows.remove(`newest-${id}`);
  });

  test('tells the schemas of each class, and which classes have one with a tag', async () => {
    const put = (scoped: ScopedStore, id: string, body: object) =>
      scoped.resources('schema').insert(id, { title: `T ${id}`, version: '1.0', ...body }, actor);
    await put(prod, 'by-class-1', { 'meta:class': 'event', 'meta:immutableTags': ['other'] });
    await put(prod, 'by-class-2', { 'meta:class': 'profile', 'meta:immutableTags': ['other', 'union'] });
    await put(prod, 'by-class-3', { 'meta:class': 'profile' });
    await put(dev, 'by-class-4', { 'meta:class': 'event', 'meta:immutableTags': ['union'] });
    const schema = (id: string) => ({ id, title: `T ${id}`, version: '1.0' });
    const found = await prod.schemasByClass('union');
    expect(found.filter(({ classId }) => classId !== '')).toEqual([
      { classId: 'event', isTagged: false, schemas: [schema('by-class-1')] },
      { classId: 'profile', isTagged: true, schemas: [schema('by-class-2'), schema('by-class-3')] },
    ]);
    for (const id of ['1', '2', '3']) await prod.resources('schema').remove(`by-class-${id}`);
    await dev.resources('schema').remove('by-class-4');
  });

  test('orders numbers by their size, below them what is none', async () => {
    const sizes = { two: 2, ten: '10', minus: -1.5, none: undefined, word: 'x' };
    const sources = prod.resources('sourceConnection');
    for (const [id, size] of Object.entries(sizes)) await sources.insert(id, { size }, actor);
    const order = { path: ['size'], descending: true, isNumeric: true };
    const ids: string[] = [];
    let after: ResourceCursor | undefined;
    do {
      const page = await sources.list({ order, limit: 2, ...(after && { after }) });
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(ids).toEqual(['ten', 'two', 'minus', 'word', 'none']);
    for (const id of ids) await sources.remove(id);
  });

  test('keeps the order of a body’s keys', async () => {
    const body = { zebra: 1, apple: { y: 1, x: 2 }, m: [] };
    await prod.resources('mixin').insert('ordered', body, actor);
    expect(JSON.stringify((await prod.resources('mixin').get('ordered'))?.body)).toBe(JSON.stringify(body));
  });

  test('replaces a resource only under the etag that is current', async () => {
    const flows = prod.resources('flow');
    const first = await flows.insert('versioned', { n: 1 }, actor);
    const second = await flows.replace('versioned', first.etag, { n: 2 }, { user: 'bob', client: 'ui' });
    expect(second).toMatchObject({ version: 2, createdBy: 'alice', updatedBy: 'bob' });
    expect(await flows.replace('versioned', first.etag, { n: 3 }, actor)).toBeUndefined();
    expect((await flows.get('versioned'))?.body).toEqual({ n: 2 });
  });

  test('pages through every resource exactly once, in any order', async () => {
    const sets = prod.resources('mappingSet');
    for (let n = 0; n < 7; n++) await sets.insert(`set-${n}`, { name: `name ${n % 3}`, n }, actor);
    for (const path of [['createdAt'], ['name'], ['missing']]) {
      for (const descending of [true, false]) {
        const seen: string[] = [];
        let after: { orderValue: string; id: string } | undefined;
        do {
          const page = await sets.list({
            limit: 2,
            order: { path, descending },
            ...(after ? { after } : {}),
          });
          seen.push(...page.items.map((item) => item.id));
          after = page.next;
        } while (after);
        expect(seen.toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `set-${n}`));
      }
    }
  });

  test.each(['', 'yesterday', '-1', '9e99', '1e15'])(
    'takes the cursor %o, which no list answered',
    async (orderValue) => {
      const page = await prod.resources('mappingSet').list({ limit: 2, after: { orderValue, id: 'x' } });
      expect(page.items.length).toBeLessThanOrEqual(2);
    },
  );

  test.each([
    [{ path: ['name'], operator: '==', value: "it's" }, ['a']],
    [{ path: ['name'], operator: '!=', value: "it's" }, ['b']],
    [{ path: ['nested', 'n'], operator: '>', value: '9' }, ['b']],
    [{ path: ['nested', 'n'], operator: '<=', value: '9' }, ['a']],
    [{ path: ['tags'], operator: '==', value: 'red' }, ['a']],
    [{ path: ['id'], operator: '==', value: 'b' }, ['b']],
    [{ path: ['name'], operator: '~', value: 'OTHER' }, ['b']],
    [{ path: ["'; drop table resources; --"], operator: '==', value: "'; --" }, []],
  ] as const)('filters by %o', async (filter, expected) => {
    const connections = prod.resources('targetConnection');
    if ((await connections.count()) === 0) {
      await connections.insert('a', { name: "it's", nested: { n: 9 }, tags: ['red', 'blue'] }, actor);
      await connections.insert('b', { name: 'another', nested: { n: 10 }, tags: [] }, actor);
    }
    const page = await connections.list({ limit: 10, filters: [filter] });
    expect(page.items.map((item) => item.id)).toEqual(expected);
    expect(await connections.count([filter])).toBe(expected.length);
  });

  test('keeps nothing of a transaction that throws', async () => {
    const attempt = prod.transaction(async (tx) => {
      await tx.resources('batch').insert('half-done', {}, actor);
      await tx.transaction((inner) => inner.resources('batch').insert('nested', {}, actor));
      throw new Error('stop');
    });
    await expect(attempt).rejects.toThrow('stop');
    expect(await prod.resources('batch').count()).toBe(0);
  });

  test('gives a name to one transaction at a time', async () => {
    const order: string[] = [];
    const held = Promise.withResolvers<void>();
    const first = prod.transaction(async (tx) => {
      await tx.holdName('Demo');
      held.resolve();
      // Enough for the second to come to its end, were the name free.
      for (let n = 0; n < 100; n++) await tx.resources('class').count();
      order.push('first');
    });
    await held.promise;
    const second = prod.transaction(async (tx) => {
      await tx.holdName('Demo');
      order.push('second');
    });
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    await expect(prod.holdName('Demo')).rejects.toThrow('in a transaction');
  });

  test('shows a query beside a transaction nothing of it', async () => {
    const gate = Promise.withResolvers<void>();
    const transaction = prod.transaction(async (tx) => {
      await tx.resources('batch').insert('unseen', {}, actor);
      await gate.promise;
      throw new Error('undone');
    });
    const beside = prod.resources('batch').get('unseen');
    gate.resolve();
    await expect(transaction).rejects.toThrow('undone');
    expect(await beside).toBeUndefined();
  });

  test('swaps a table pointer for the first of two writers only', async () => {
    await prod.tables.insert({ datasetId: 'd', location: 'file:///d', metadataLocation: 'v0' });
    expect(await prod.tables.swap('d', 'v0', 'v1')).toBe(true);
    expect(await prod.tables.swap('d', 'v0', 'other')).toBe(false);
    expect(await dev.tables.swap('d', 'v1', 'stolen')).toBe(false);
    expect((await prod.tables.get('d'))?.metadataLocation).toBe('v1');
    expect([...(await prod.tables.getAll(['d', 'missing'])).values()]).toEqual([await prod.tables.get('d')]);
    expect(await dev.tables.getAll(['d'])).toEqual(new Map());
  });

  test('keeps one open run a flow', async () => {
    const run = await prod.runs.enqueue('busy');
    expect(run).toMatchObject({ state: 'pending', attempt: 0 });
    expect(await prod.runs.enqueue('busy')).toBeUndefined();
    expect(await dev.runs.enqueue('busy')).toBeDefined();
    await prod.runs.cancelOpen('busy');
    await dev.runs.cancelOpen('busy');
    expect(await prod.runs.enqueue('busy')).toBeDefined();
    await prod.runs.cancelOpen('busy');
  });

  test('gives a run to one worker, and to another once the first has lost it', async () => {
    const queued = await prod.runs.enqueue('claimed');
    const first = await store.queue.claim();
    expect(first?.run).toMatchObject({ id: queued?.id, attempt: 1 });
    expect(await store.queue.claim()).toBeUndefined();
    if (!first) throw new Error('nothing was claimed');
    expect(await store.queue.heartbeat(first.run, first.claim)).toBe(true);
    await store.queue.endClaims();
    const second = await store.queue.claim();
    expect(second?.run).toMatchObject({ id: queued?.id, attempt: 2 });
    if (!second) throw new Error('nothing was claimed');
    expect(await store.queue.heartbeat(first.run, first.claim)).toBe(false);
    await expect(prod.runs.advance(first.run, first.claim, 'failed', {})).rejects.toBeInstanceOf(ClaimLost);
    await expect(prod.transaction((tx) => tx.runs.hold(first.run, first.claim))).rejects.toBeInstanceOf(
      ClaimLost,
    );
    // What the first does to its claim does nothing to the second's.
    await store.queue.settle(first.claim);
    await store.queue.release(first.run, first.claim, new Date());
    const { run, claim } = second;
    expect(await store.queue.heartbeat(run, claim)).toBe(true);
    await prod.transaction((tx) => tx.runs.hold(run, claim));
    const ended = await prod.runs.advance(run, claim, 'success', { rows: 3 });
    expect(ended).toMatchObject({ state: 'success', progress: { rows: 3 } });
    await expect(prod.transaction((tx) => tx.runs.hold(run, claim))).rejects.toBeInstanceOf(ClaimLost);
    expect(await store.queue.leftBy(run.id)).toEqual({ run: ended, needsStaging: false });
    expect(await store.queue.heartbeat(run, claim)).toBe(false);
    await store.queue.settle(claim);
    expect(await store.queue.claim()).toBeUndefined();
  });

  test('gives a run again that was given back, at its time', async () => {
    await prod.runs.enqueue('given back');
    const first = await store.queue.claim();
    if (!first) throw new Error('nothing was claimed');
    await store.queue.release(first.run, first.claim, new Date(Date.now() + 3_600_000));
    expect(await store.queue.claim()).toBeUndefined();
    await prod.runs.cancelOpen('given back');
    await prod.runs.enqueue('given back');
    const second = await store.queue.claim();
    if (!second) throw new Error('nothing was claimed');
    await store.queue.release(second.run, second.claim, new Date());
    const third = await store.queue.claim();
    expect(third?.run).toMatchObject({ id: second.run.id, attempt: 2 });
    await prod.runs.cancelOpen('given back');
    await store.queue.endClaims();
    expect(await store.queue.claim()).toBeUndefined();
  });

  test('sends the job of an open run once, however often it is looked for', async () => {
    const queued = await prod.runs.enqueue('sent');
    await store.queue.sendMissing();
    await store.queue.sendMissing();
    const claimed = await store.queue.claim();
    expect(claimed?.run.id).toBe(queued?.id);
    await store.queue.sendMissing();
    expect(await store.queue.claim()).toBeUndefined();
    await prod.runs.cancelOpen('sent');
    if (claimed) await store.queue.settle(claimed.claim);
  });

  test('gives several runs at once, each to one worker, and none that has ended meanwhile', async () => {
    const flowIds = ['a', 'b', 'c', 'd', 'e'];
    for (const flowId of flowIds) await prod.runs.enqueue(flowId);
    await prod.runs.cancelOpen('c');
    const claims = [...(await store.queue.claimSome(2)), ...(await store.queue.claimSome(9))];
    expect(claims.map(({ run }) => run.flowId).toSorted()).toEqual(['a', 'b', 'd', 'e']);
    expect(claims.every(({ run }) => run.attempt === 1 && run.startedAt !== undefined)).toBe(true);
    expect(await store.queue.claimSome(9)).toEqual([]);
    await store.queue.settle(...claims.map(({ claim }) => claim));
    for (const { run, claim } of claims) expect(await store.queue.heartbeat(run, claim)).toBe(false);
    for (const flowId of flowIds) await prod.runs.cancelOpen(flowId);
  });

  test('takes no more runs of one organisation than are asked for', async () => {
    for (const flowId of ['one', 'two', 'three']) await prod.runs.enqueue(flowId);
    const claims = [await store.queue.claim(2), await store.queue.claim(2)];
    expect(claims.every((claim) => claim !== undefined)).toBe(true);
    expect(await store.queue.claim(2)).toBeUndefined();
    const [first] = claims;
    if (first) await store.queue.settle(first.claim);
    expect(await store.queue.claim(2)).toBeDefined();
    for (const flowId of ['one', 'two', 'three']) await prod.runs.cancelOpen(flowId);
    await store.queue.endClaims();
    expect(await store.queue.claim()).toBeUndefined();
  });

  test('merges missed slots of a schedule into one run', async () => {
    const start = new Date('2026-01-01T00:00:00Z');
    await prod.schedules.put({ flowId: 'hourly', nextAt: start, recurrence: { hours: 1 } });
    const onTheHour: NextSlot = ({ hours }, time) =>
      new Date((Math.floor(time.getTime() / 3_600_000) + Number(hours)) * 3_600_000);
    expect(await store.enqueueDueRuns(new Date('2026-01-01T05:30:00Z'), onTheHour)).toBe(1);
    expect(await store.enqueueDueRuns(new Date('2026-01-01T05:59:59Z'), onTheHour)).toBe(0);
    expect(await prod.runs.count('hourly')).toBe(1);
    await prod.runs.cancelOpen('hourly');
    expect(await store.enqueueDueRuns(new Date('2026-01-01T06:00:00Z'), onTheHour)).toBe(1);
    expect(await prod.runs.count('hourly')).toBe(2);
    await prod.runs.cancelOpen('hourly');
    await prod.schedules.remove('hourly');
  });

  test('tells the newest run of each flow that has run', async () => {
    for (const flowId of ['early', 'late']) {
      await prod.runs.enqueue(flowId);
      await prod.runs.cancelOpen(flowId);
    }
    const again = await prod.runs.enqueue('early');
    const newest = await prod.runs.newestOf(['early', 'late', 'never']);
    expect([...newest.keys()].toSorted()).toEqual(['early', 'late']);
    expect(newest.get('early')).toEqual(again);
    expect(newest.get('late')?.state).toBe('cancelled');
    expect(await dev.runs.newestOf(['early'])).toEqual(new Map());
    expect(await prod.runs.newestOf([])).toEqual(new Map());
    await prod.runs.cancelOpen('early');
  });

  test('runs a schedule without an interval once', async () => {
    await prod.schedules.put({ flowId: 'once', nextAt: new Date(0), recurrence: undefined });
    expect(await store.enqueueDueRuns(new Date(), noSlot)).toBe(1);
    expect(await store.enqueueDueRuns(new Date(), noSlot)).toBe(0);
    await prod.runs.cancelOpen('once');
  });

  test('remembers plan and pages of a run until they are cleared', async () => {
    await prod.runs.enqueue('staging');
    const claimed = await store.queue.claim();
    if (!claimed) throw new Error('not queued');
    const { run, claim } = claimed;
    await prod.staging.plan(run.id, 'c', [
      { id: 'p1', settled: true, announcedRows: 2, state: { job: '750' } },
    ]);
    const page = {
      partitionId: 'p1',
      position: 0,
      path: '/staging/0.csv',
      format: { kind: 'csv' },
      announcedRows: 2,
      bytes: 5_000_000_000,
      next: undefined,
    };
    await prod.readers.take(run.id, 'reader', { ofRun: 1, ofConnection: 1 });
    const hold = { runId: run.id, claim, partitionId: 'p1', reader: 'reader' };
    const others = [
      { ...hold, claim: 'other/1' as Claim },
      { ...hold, reader: 'other' },
    ];
    for (const other of others) {
      await expect(prod.staging.addPage(other, page)).rejects.toBeInstanceOf(ClaimLost);
      await expect(prod.staging.finishPartition(other)).rejects.toBeInstanceOf(ClaimLost);
      await expect(prod.readers.hold(other)).rejects.toBeInstanceOf(ClaimLost);
    }
    expect(await prod.staging.partitions(run.id)).toMatchObject([{ id: 'p1', isStaged: false }]);
    await prod.staging.addPage(hold, page);
    await prod.staging.finishPartition(hold);
    expect(await prod.staging.pages(run.id)).toEqual([page]);
    expect(await prod.staging.partitions(run.id)).toMatchObject([
      { id: 'p1', isStaged: true, state: { job: '750' } },
    ]);
    expect(await prod.staging.pages(run.id, 'p1')).toEqual([page]);
    expect(await prod.staging.pages(run.id, 'p2')).toEqual([]);
    expect(await dev.staging.pages(run.id)).toEqual([]);
    const fault = { code: 'UNREADABLE_FILE', message: 'p1: is cut off', isPassing: false };
    await prod.staging.holdBack(run.id, 'p1', fault);
    expect(await prod.staging.pages(run.id)).toEqual([]);
    expect(await prod.staging.partitions(run.id)).toMatchObject([{ isStaged: true, heldBack: fault }]);
    await prod.staging.clear(run.id);
    expect(await prod.staging.partitions(run.id)).toEqual([]);
    await prod.runs.cancelOpen('staging');
    await store.queue.settle(claim);
  });

  test('keeps a watermark to the millisecond', async () => {
    const watermark = {
      kind: 'time' as const,
      flowId: 'w',
      deltaColumn: 'SystemModstamp',
      settledUpTo: new Date('2026-03-01T12:00:00.123Z'),
      upTo: new Date('2026-03-01T12:10:00.456Z'),
      unsettledPages: [],
      columns: ['Id'],
      runId: 'r',
    };
    await prod.watermarks.put(watermark);
    await prod.watermarks.put(watermark);
    expect(await prod.watermarks.get('w')).toEqual(watermark);
    expect(await dev.watermarks.get('w')).toBeUndefined();
  });

  test('keeps a watermark that is a token of the source, and goes over from one kind to the other', async () => {
    const token = { kind: 'token' as const, flowId: 't', changeToken: '919042%2108%2f22', runId: 'r' };
    const time = {
      kind: 'time' as const,
      flowId: 't',
      deltaColumn: 'modifiedon',
      settledUpTo: new Date(1_000),
      upTo: new Date(2_000),
      unsettledPages: [],
      columns: ['contactid'],
      runId: 'r',
    };
    for (const watermark of [token, time, token]) {
      await prod.watermarks.put(watermark);
      expect(await prod.watermarks.get('t')).toEqual(watermark);
    }
  });

  test('tells the items of a flow that have not landed in their version', async () => {
    const items = [
      { name: 'a.csv', version: '1' },
      { name: 'b.csv', version: '1' },
    ];
    expect(await prod.landedItems.missing('f', items)).toEqual(items);
    await prod.landedItems.put('f', 'r', items);
    expect(await prod.landedItems.missing('f', items)).toEqual([]);
    const changed = { name: 'b.csv', version: '2' };
    expect(await prod.landedItems.missing('f', [{ name: 'a.csv', version: '1' }, changed])).toEqual([
      changed,
    ]);
    expect(await dev.landedItems.missing('f', items)).toEqual(items);
    await prod.landedItems.remove('f');
    expect(await prod.landedItems.missing('f', items)).toEqual(items);
  });

  test('keeps the items that a flow holds back until they are released', async () => {
    const held = {
      name: 'b.csv',
      version: '1',
      reading: 'as text',
      isPassing: false,
      code: 'UNREADABLE_FILE',
      message: '/b.csv: is cut off',
      runId: 'r',
      heldAt: new Date('2026-03-01T12:00:00.123Z'),
    };
    await prod.heldItems.put('f', [held, { ...held, name: 'a.csv' }]);
    await prod.heldItems.put('f', [{ ...held, version: '2' }]);
    expect(await prod.heldItems.of('f')).toEqual([
      { ...held, name: 'a.csv' },
      { ...held, version: '2' },
    ]);
    expect(await prod.heldItems.page('f', 1)).toEqual([{ ...held, name: 'a.csv' }]);
    expect(await prod.heldItems.page('f', 5, 'a.csv')).toEqual([{ ...held, version: '2' }]);
    expect([await prod.heldItems.count('f'), await dev.heldItems.count('f')]).toEqual([2, 0]);
    expect(await dev.heldItems.of('f')).toEqual([]);
    await prod.heldItems.release('f', ['b.csv', 'unknown.csv']);
    expect((await prod.heldItems.of('f')).map(({ name }) => name)).toEqual(['a.csv']);
    await prod.heldItems.remove('f');
    expect(await prod.heldItems.of('f')).toEqual([]);
  });

  test('keeps what a flow found at its source', async () => {
    const source = {
      flowId: 's',
      columns: [{ name: 'Id' }],
      refreshedAt: new Date(5_000),
      refreshQueuedAt: new Date(6_000),
      runId: 'r',
    };
    await prod.flowSources.put(source);
    await prod.flowSources.put(source);
    expect(await prod.flowSources.get('s')).toEqual(source);
    expect(await dev.flowSources.get('s')).toBeUndefined();
  });
});
