import type { Resource } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { documentOf } from './documents.ts';
import {
  mappingSetAt,
  readMappingVersion,
  removeMappingSet,
  replaceMappingSet,
} from './mapping-set-version.ts';
import { prepareFlow } from './prepare-flow.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

const actor = { user: 'bob', client: 'script' };
let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
beforeEach(async () => {
  flow = await bench.flow();
});
afterAll(() => bench.close());

/** Makes a version of the flow's mapping set that fills one destination only. */
async function change(destination: string): Promise<Resource> {
  return bench.store.transaction(async (store) => {
    const current = await store.resources('mappingSet').getForUpdate(flow.mappingId);
    if (current === undefined) throw new Error('the mapping set is gone');
    const document = documentOf('mappingSet', current);
    const mapping = { id: 'm', sourceType: 'ATTRIBUTE', source: 'Id', destination } as const;
    return replaceMappingSet(store, current, { ...document, mappings: [mapping] }, actor);
  });
}

/** The destinations that a run of the flow would fill, with the mapping version that the flow names. */
async function destinationsAt(mappingVersion: unknown) {
  const stored = await bench.store.resources('flow').get(flow.id);
  if (stored === undefined) throw new Error('the flow is gone');
  const params = { mappingId: flow.mappingId, ...(mappingVersion === undefined ? {} : { mappingVersion }) };
  const document = { ...documentOf('flow', stored), transformations: [{ name: 'Mapping', params }] };
  const preparation = await prepareFlow(bench.store, document);
  return preparation.ok
    ? preparation.prepared.mappings.map(({ destination }) => destination)
    : preparation.violations;
}

describe('a flow', () => {
  test('that names a version is not changed by a change of the mapping set', async () => {
    const before = await destinationsAt('1');
    await change('personID');
    await change('person.name.firstName');
    expect(await destinationsAt('1')).toEqual(before);
    expect(await destinationsAt('2')).toEqual(['personID']);
    expect(await destinationsAt('3')).toEqual(['person.name.firstName']);
  });

  test('that names none follows the newest', async () => {
    await change('personID');
    expect(await destinationsAt(undefined)).toEqual(['personID']);
  });

  test('may call the first version 0, as on the platform', async () => {
    const first = await destinationsAt(undefined);
    await change('personID');
    expect(await destinationsAt(0)).toEqual(first);
  });

  test.each(['2', '-1', 'newest', '1.5', ''])(
    'cannot run with a version %j that is not there',
    async (version) => {
      expect(await destinationsAt(version)).toMatchObject([
        {
          path: '/transformations/0/params/mappingVersion',
          message: expect.stringContaining('its newest is 1'),
        },
      ]);
    },
  );
});

describe('a former version', () => {
  test('tells who made it and when', async () => {
    const first = await bench.store.resources('mappingSet').get(flow.mappingId);
    const second = await change('personID');
    const third = await change('person.name.firstName');
    expect(await mappingSetAt(bench.store, third, 1)).toEqual({ ...third, ...pick(first) });
    expect(await mappingSetAt(bench.store, third, 2)).toEqual({ ...third, ...pick(second) });
    expect(await mappingSetAt(bench.store, third, 3)).toBe(third);
    expect(await mappingSetAt(bench.store, third, 4)).toBeUndefined();
  });

  test('goes when the mapping set goes', async () => {
    await change('personID');
    const newest = await change('person.name.firstName');
    const versions = bench.store.resources('mappingSetVersion');
    const others = await versions.count();
    await bench.store.transaction((store) => removeMappingSet(store, newest));
    expect(await versions.count()).toBe(others - 2);
    expect(await bench.store.resources('mappingSet').get(newest.id)).toBeUndefined();
  });
});

test.each([
  [0, 1],
  ['0', 1],
  [1, 1],
  ['12', 12],
  [-1, undefined],
  ['', undefined],
  [null, undefined],
  ['1e3', undefined],
  [1.5, undefined],
])('%j as a version is %j', (given, version) => {
  expect(readMappingVersion(given)).toBe(version);
});

/** What a version keeps of its own. */
function pick(resource: Resource | undefined) {
  if (resource === undefined) throw new Error('the version is missing');
  const { version, body, updatedAt, updatedBy } = resource;
  return { version, body, updatedAt, updatedBy };
}
