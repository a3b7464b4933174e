import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { progressOf } from './progress.ts';
import { RunBench } from './run-bench.test-kit.ts';
import { schemaIdentities } from './schema-identities.ts';

const SCHEMA_ID = 'https://ns.adobe.com/acme/schemas/people';
const actor = { user: 'alice', client: 'script' };

let bench: RunBench;

beforeAll(async () => {
  bench = await RunBench.open();
  Object.assign(bench.source, {
    now: new Date('2026-03-01T12:00:00Z'),
    rows: [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }],
  });
});
afterAll(() => bench?.close());

const describeField = (id: string, body: object) =>
  bench.store.resources('descriptor').insert(
    id,
    {
      '@id': id,
      '@type': 'xdm:descriptorIdentity',
      'xdm:sourceSchema': SCHEMA_ID,
      'xdm:isPrimary': false,
      ...body,
    },
    actor,
  );

describe('identity descriptors', () => {
  test('reach the checks of a run: a row without its primary identity does not land', async () => {
    const flow = await bench.flow();
    await bench.changeMappings(flow, 'id');
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    await describeField('1', { 'xdm:sourceProperty': '/person/name/lastName', 'xdm:isPrimary': true });
    await describeField('2', { 'xdm:sourceProperty': '/person/name/firstName' });
    await describeField('3', {
      'xdm:sourceProperty': '/_id',
      'xdm:sourceSchema': 'https://ns.adobe.com/acme/schemas/other',
    });
    await describeField('4', {
      'xdm:sourceProperty': '/person/name/lastName',
      '@type': 'xdm:alternateDisplayInfo',
    });
    expect(await schemaIdentities(bench.store, SCHEMA_ID)).toEqual([
      { path: ['person', 'name', 'lastName'], isPrimary: true },
      { path: ['person', 'name', 'firstName'], isPrimary: false },
    ]);
    const other = await bench.flow();
    await bench.changeMappings(other, 'id');
    const run = await bench.run(other);
    expect(run.state).toBe('failed');
    expect(JSON.stringify(progressOf(run))).toContain('INGEST-1555-400');
    await bench.changeMappings(other, 'id', 'name');
    expect(await bench.run(other)).toMatchObject({ state: 'success' });
  });
});
