import type { Scope, ScopedStore, Store } from '@tributary/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flowReads } from './flow-reads.ts';
import { RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());

/** A store that notes for which ids it is asked, each time. */
function listening(asked: (readonly string[])[]): Store {
  const scoped = (scope: Scope): ScopedStore => {
    const store = bench.services.store.scoped(scope);
    return {
      ...store,
      findResources(kinds, ids) {
        asked.push(ids);
        return store.findResources(kinds, ids);
      },
    };
  };
  return { ...bench.services.store, scoped };
}

test('flows that are looked for at the same time are read together, and each is found', async () => {
  const flows = await Promise.all([bench.flow(), bench.flow(), bench.flow()]);
  const asked: (readonly string[])[] = [];
  const reads = flowReads(listening(asked))(bench.store.scope);
  const ids = [...flows.map(({ id }) => id), 'gone'];
  const found = await Promise.all(
    ids.map(async (id) => (await reads.findResources(['flow'], [id])).get(id)?.id),
  );
  expect(found).toEqual([...flows.map(({ id }) => id), undefined]);
  expect(asked).toEqual([ids]);
});

test('what is looked for while others are read is read as it is by then', async () => {
  const flow = await bench.flow();
  const reads = flowReads(bench.services.store)(bench.store.scope);
  const first = reads.findResources(['flow'], [flow.id]);
  await bench.store.resources('flow').remove(flow.id);
  const second = reads.findResources(['flow'], [flow.id]);
  await first;
  expect((await second).get(flow.id)).toBeUndefined();
});

test('sandboxes are read apart', async () => {
  const flow = await bench.flow();
  const reads = flowReads(bench.services.store);
  const elsewhere = reads({ ...bench.store.scope, sandboxId: 'another' });
  const [here, there] = await Promise.all([
    reads(bench.store.scope).findResources(['flow'], [flow.id]),
    elsewhere.findResources(['flow'], [flow.id]),
  ]);
  expect(here.has(flow.id)).toBe(true);
  expect(there.has(flow.id)).toBe(false);
});
