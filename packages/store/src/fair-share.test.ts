import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClaimedRun } from './run-queue.ts';
import type { ScopedStore } from './store.ts';
import { storeKinds, type TestStore } from './stores.test-kit.ts';

/** Runs that an organisation has at the same time before those of others go first. */
const SHARE = 2;
const ORGANIZATIONS = ['BUSY', 'CALM', 'IDLE'] as const;

describe.each(storeKinds())('claims of the $name store', ({ open }) => {
  let opened: TestStore;
  let busy: ScopedStore;
  let calm: ScopedStore;

  beforeAll(async () => {
    opened = await open();
    const { organizations } = opened.store;
    for (const id of ORGANIZATIONS) {
      await organizations.create({ id, tenantId: id.toLowerCase() }, { id, secret: 'x' });
    }
    busy = await scoped('BUSY');
    calm = await scoped('CALM');
  });
  afterAll(() => opened?.dispose());

  /** BUSY has asked for more than its share before CALM asks for anything. */
  beforeEach(async () => {
    await queue(busy, ['one', 'two', 'three', 'four']);
    await queue(calm, ['late']);
  });
  afterEach(async () => {
    for (const flowId of ['one', 'two', 'three', 'four', 'more']) await busy.runs.cancelOpen(flowId);
    await calm.runs.cancelOpen('late');
    await opened.store.queue.endClaims();
    // The jobs of runs that are cancelled are forgotten when they are claimed.
    expect(await opened.store.queue.claim()).toBeUndefined();
  });

  async function scoped(orgId: string): Promise<ScopedStore> {
    const sandbox = await opened.store.organizations.sandbox(orgId, 'prod');
    if (!sandbox) throw new Error(`no sandbox of ${orgId}`);
    return opened.store.scoped({ orgId, sandboxId: sandbox.id });
  }

  async function queue(store: ScopedStore, flowIds: readonly string[]): Promise<void> {
    for (const flowId of flowIds) expect(await store.runs.enqueue(flowId)).toBeDefined();
  }

  /** Claims within the share until there is none. */
  async function claimShares(): Promise<ClaimedRun[]> {
    const claimed: ClaimedRun[] = [];
    for (let next = await claimShare(); next !== undefined; next = await claimShare()) claimed.push(next);
    return claimed;
  }

  function claimShare(): Promise<ClaimedRun | undefined> {
    return opened.store.queue.claim(SHARE);
  }

  function organizationsOf(claimed: readonly ClaimedRun[]): readonly string[] {
    return claimed.map(({ run }) => run.scope.orgId).sort();
  }

  test('give an organisation its share, and go on to the next that wants something', async () => {
    expect(organizationsOf(await claimShares())).toEqual(['BUSY', 'BUSY', 'CALM']);
  });

  test('give no more than the share either where many are claimed at once', async () => {
    expect(organizationsOf(await opened.store.queue.claimSome(9, SHARE))).toEqual(['BUSY', 'BUSY', 'CALM']);
    expect(await opened.store.queue.claimSome(9, SHARE)).toEqual([]);
    expect(organizationsOf(await opened.store.queue.claimSome(9))).toEqual(['BUSY', 'BUSY']);
  });

  test('leave a run for later that is one too many, and take it once one of its organisation ends', async () => {
    const claimed = await claimShares();
    const ofBusy = claimed.find(({ run }) => run.scope.orgId === 'BUSY');
    if (!ofBusy) throw new Error('BUSY has no claim');
    await busy.runs.advance(ofBusy.run, ofBusy.claim, 'success', {});
    await opened.store.queue.settle(ofBusy.claim);
    const before = new Set(claimed.map(({ run }) => run.id));
    const next = await claimShares();
    expect(organizationsOf(next)).toEqual(['BUSY']);
    expect(next.every(({ run }) => !before.has(run.id))).toBe(true);
  });

  test('take the share of one that ended for whoever waits, not for whoever had it', async () => {
    await claimShares();
    await queue(busy, ['more']);
    const idle = await scoped('IDLE');
    await queue(idle, ['first']);
    expect(organizationsOf(await claimShares())).toEqual(['IDLE']);
    await idle.runs.cancelOpen('first');
  });

  test('go beyond the share where a worker asks without one', async () => {
    await claimShares();
    const beyond = await opened.store.queue.claim();
    expect(beyond?.run.scope.orgId).toBe('BUSY');
    // Whoever has more than its share by that gets nothing within it.
    expect(await claimShare()).toBeUndefined();
  });

  test('are of different runs for workers that ask at the same time, and leave nobody out', async () => {
    const asked = await Promise.all(Array.from({ length: 4 }, claimShare));
    const claimed = [...asked.filter((each) => each !== undefined), ...(await claimShares())];
    expect(new Set(claimed.map(({ run }) => run.id)).size).toBe(claimed.length);
    // On a server two that ask at the same moment may both find the last of a share free.
    expect(organizationsOf(claimed)).toEqual(expect.arrayContaining(['BUSY', 'CALM']));
  });

  test('to tell one webhook something are one at a time, for workers that ask at the same moment too', async () => {
    const subjects = Array.from({ length: 15 }, (_, number) => `event ${number}`);
    for (const subject of subjects)
      await busy.events.record(
        { type: 'happened', flowId: 'one', subject, occurredAt: new Date(), data: {} },
        ['webhook'],
      );
    const { deliveries } = opened.store;
    const told: string[] = [];
    for (;;) {
      const asked = await Promise.all(Array.from({ length: 6 }, () => deliveries.claim()));
      const [delivery, ...others] = asked.filter((each) => each !== undefined);
      expect(others).toEqual([]);
      if (delivery === undefined) break;
      told.push(delivery.event.subject);
      await deliveries.settle(delivery, { status: 200, problem: undefined, again: undefined });
    }
    expect(told).toEqual(subjects);
  });
});
