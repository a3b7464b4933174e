import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from './runs.ts';
import type { ScopedStore, Store } from './store.ts';
import { storeKinds, type TestStore } from './stores.test-kit.ts';

/** Everything so far has happened before it. */
const SOON = () => new Date(Date.now() + 60_000);
const LONG_AGO = new Date(0);

describe.each(storeKinds())('of what the $name store keeps for a time', ({ open }) => {
  let opened: TestStore;
  let store: Store;
  let prod: ScopedStore;

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
    await store.organizations.createFirst(
      { id: 'ACME@AdobeOrg', tenantId: 'acme' },
      { id: 'c', secret: 's' },
    );
    const sandbox = await store.organizations.sandbox('ACME@AdobeOrg', 'prod');
    prod = store.scoped({ orgId: 'ACME@AdobeOrg', sandboxId: sandbox?.id ?? '' });
  });
  afterAll(() => opened?.dispose());

  async function endedRun(flowId: string): Promise<RunRecord> {
    const run = await prod.runs.enqueue(flowId);
    if (run === undefined) throw new Error('the flow has a run');
    await prod.runs.cancel(run.id);
    return run;
  }

  const expired = async (before = SOON()) =>
    (await store.retention.runsEndedBefore(before, 100)).map(({ id }) => id);

  test('runs go but for the newest of each flow, open ones, and the one whose pages its watermark keeps', async () => {
    const first = await endedRun('f');
    const second = await endedRun('f');
    const third = await endedRun('f');
    await endedRun('g');
    expect(await expired()).toEqual([first.id, second.id]);
    expect(await expired(LONG_AGO)).toEqual([]);
    await prod.runs.enqueue('f');
    expect(await expired()).toEqual([first.id, second.id, third.id]);

    await prod.watermarks.put({ kind: 'token', flowId: 'f', changeToken: 't', runId: second.id });
    expect(await expired()).toEqual([first.id, third.id]);
    expect(await store.retention.runsEndedBefore(SOON(), 1)).toMatchObject([{ id: first.id }]);
  });

  test('a run is forgotten only once it has ended', async () => {
    const run = await prod.runs.enqueue('open');
    await prod.runs.forget(run?.id ?? '');
    expect(await prod.runs.get(run?.id ?? '')).toBeDefined();
    await prod.runs.cancel(run?.id ?? '');
    await prod.runs.forget(run?.id ?? '');
    expect(await prod.runs.get(run?.id ?? '')).toBeUndefined();
  });

  test('events go with what was told of them, but none that is still to be told', async () => {
    const event = { type: 't', flowId: 'f', subject: 'r', data: {} };
    await prod.events.record({ ...event, occurredAt: new Date(1_000) }, ['one', 'two']);
    await prod.events.record({ ...event, occurredAt: new Date(2_000) }, ['one']);
    const outcome = { status: 204, problem: undefined, again: undefined };
    for (let told = 0; told < 2; told++) {
      const claimed = await store.deliveries.claim();
      if (claimed === undefined) throw new Error('nothing is to be told');
      await store.deliveries.settle(claimed, outcome);
    }
    const left = async () =>
      [
        ...(await prod.events.deliveries({ webhookId: 'one', limit: 10 })),
        ...(await prod.events.deliveries({ webhookId: 'two', limit: 10 })),
      ].map(({ state }) => state);
    const pending = (await left()).filter((state) => state === 'pending');
    expect(pending).toHaveLength(1);
    expect(await store.retention.forgetEvents(LONG_AGO, 10)).toBe(0);
    expect(await store.retention.forgetEvents(SOON(), 10)).toBe(1);
    expect(await left()).toContain('pending');
    expect((await left()).length).toBeLessThan(3);
  });

  test('tables are looked after in turn, those first that have waited longest', async () => {
    for (const name of ['a', 'b', 'c']) {
      await prod.tables.insert({
        datasetId: name,
        location: `file:///${name}`,
        metadataLocation: `${name}-0`,
      });
    }
    await prod.tables.upkept('a', new Date(3_000), 'a-0');
    await prod.tables.upkept('b', new Date(1_000), undefined);
    await prod.tables.upkept('c', new Date(2_000), 'c-0');
    const due = async (since: Date, most = 10) =>
      (await store.retention.tablesDue(since, most)).map(({ pointer, upkeptLocation }) => [
        pointer.datasetId,
        upkeptLocation,
      ]);
    expect(await due(new Date(3_000))).toEqual([
      ['b', undefined],
      ['c', 'c-0'],
    ]);
    expect(await due(SOON(), 1)).toEqual([['b', undefined]]);
  });

  test('a file that was noted as left over can be taken back until it is removed', async () => {
    const note = { kind: 'folder', name: 'file:///t/data/new', notBefore: new Date(1_000) } as const;
    await prod.leftovers.note([note]);
    expect(await store.leftovers.due(SOON())).toMatchObject([note]);
    expect(await prod.leftovers.keep(note)).toBe(true);
    expect(await store.leftovers.due(SOON())).toEqual([]);
    expect(await prod.leftovers.keep(note)).toBe(false);
  });

  test('many files are noted at once', async () => {
    const names = Array.from({ length: 5_001 }, (_, number) => `file:///t/${number}`);
    await prod.leftovers.note(names.map((name) => ({ kind: 'file', name, notBefore: LONG_AGO })));
    expect(await store.leftovers.due(SOON())).toHaveLength(1_000);
  });

  test('the upkeep is due to one process at a time, and again at the time that it says', async () => {
    expect(await store.upkeep.claim()).toBeUndefined();
    await store.upkeep.plan(LONG_AGO);
    await store.upkeep.plan(LONG_AGO);
    const claim = await store.upkeep.claim();
    if (claim === undefined) throw new Error('the upkeep is not due');
    await store.upkeep.plan(LONG_AGO);
    expect(await store.upkeep.claim()).toBeUndefined();
    expect(await store.upkeep.heartbeat(claim)).toBe(true);
    await store.upkeep.settle(claim, new Date(Date.now() + 3_600_000));
    await store.upkeep.plan(LONG_AGO);
    expect(await store.upkeep.claim()).toBeUndefined();
    expect(await store.upkeep.heartbeat(claim)).toBe(false);
  });
});
