import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createTable } from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { catalog } from '../catalog/index.ts';
import { flowService } from '../flow-service/index.ts';
import { cleanSandboxes, startSandboxCleaner } from './clean-sandboxes.ts';
import { sandboxes } from './index.ts';

const BASE = '/data/foundation/sandbox-management';
const actor = { user: 'alice', client: 'script' };
const log = { warn: () => undefined };

/** Until it is opened, no diagnostics are removed: a sandbox with a batch in it stays half emptied. */
let gate = Promise.resolve();

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer([
    (dependencies) =>
      sandboxes({
        ...dependencies,
        runFiles: {
          ...dependencies.runFiles,
          async removeDiagnostics(batchId) {
            await gate;
            await dependencies.runFiles.removeDiagnostics(batchId);
          },
        },
      }),
    catalog,
    flowService,
  ]);
});
afterAll(() => server.close());

let made = 0;

/** A sandbox with a dataset in it, whose table lies in the lake. */
async function filledSandbox(): Promise<{ name: string; scoped: ScopedStore; table: string }> {
  made += 1;
  const name = `made-${made}`;
  await server.call('POST', `${BASE}/sandboxes`, { body: { name, title: name, type: 'development' } });
  const organization = await server.store.organizations.first();
  const orgId = organization?.id ?? '';
  const sandbox = await server.store.organizations.sandbox(orgId, name);
  const scoped = server.store.scoped({ orgId, sandboxId: sandbox?.id ?? '' });
  const { io, tableLocation } = server.dependencies.lake;
  const location = tableLocation(scoped.scope, 'data');
  const table = await createTable(io, {
    location,
    schema: { type: 'struct', 'schema-id': 0, fields: [] },
    now: new Date(),
  });
  await scoped.tables.insert({ datasetId: 'data', location, metadataLocation: table.metadataLocation });
  await scoped.resources('flow').insert('flow', { name: 'Theirs', state: 'enabled' }, actor);
  return { name, scoped, table: io.pathOf(location) };
}

async function untilState(name: string, state: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { body } = await server.call('GET', `${BASE}/sandboxes/${name}`);
    if (body.state === state) return body;
    await pause(10);
  }
}

it('resets a sandbox: afterwards it is open, empty, and its files are gone', async () => {
  const other = await filledSandbox();
  const { name, scoped, table } = await filledSandbox();
  const { body: before } = await server.call('GET', `${BASE}/sandboxes/${name}`);
  const answer = await server.call('PUT', `${BASE}/sandboxes/${name}`, { body: { action: 'reset' } });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ id: before.id, name, state: 'resetting' });
  const after = await untilState(name, 'active');
  expect(after).toMatchObject({ id: before.id, title: name, modifiedBy: 'alice' });
  expect(after.eTag).toBeGreaterThan(before.eTag);
  expect(await scoped.resources('flow').count()).toBe(0);
  expect(await scoped.tables.get('data')).toBeUndefined();
  expect(existsSync(table)).toBe(false);
  expect(await other.scoped.resources('flow').count()).toBe(1);
  expect(existsSync(other.table)).toBe(true);
});

it('deletes a sandbox: it can be looked up, but not used, and its name is free', async () => {
  const { name, scoped, table } = await filledSandbox();
  const answer = await server.call('DELETE', `${BASE}/sandboxes/${name}`);
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ name, state: 'deleted' });
  expect((await untilState(name, 'deleted'))._system).toMatchObject({ state: 'deleted' });
  expect(await scoped.resources('flow').count()).toBe(0);
  expect(existsSync(table)).toBe(false);
  for (const path of ['/data/foundation/flowservice/flows', '/data/foundation/catalog/dataSets']) {
    expect((await server.call('GET', path, { sandbox: name })).status).toBe(403);
  }
  const available = await server.call('GET', `${BASE}/`);
  expect(JSON.stringify(available.body)).not.toContain(`"${name}"`);
  for (const [method, body] of [
    ['DELETE', undefined],
    ['PUT', { action: 'reset' }],
    ['PATCH', { title: 'x' }],
  ] as const) {
    expect((await server.call(method, `${BASE}/sandboxes/${name}`, { body })).status).toBe(404);
  }
  const again = await server.call('POST', `${BASE}/sandboxes`, {
    body: { name, title: 'Again', type: 'development' },
  });
  expect(again.status).toBe(202);
  expect(again.body.id).not.toBe(answer.body.id);
});

it.each([
  ['PUT', { action: 'reset' }],
  ['DELETE', undefined],
] as const)('only checks a %s when asked to', async (method, body) => {
  const { name, scoped } = await filledSandbox();
  const answer = await server.call(method, `${BASE}/sandboxes/${name}?validationOnly=true`, { body });
  expect([answer.status, answer.body.state]).toEqual([200, 'active']);
  expect((await server.call('GET', `${BASE}/sandboxes/${name}`)).body.eTag).toBe(1);
  expect(await scoped.resources('flow').count()).toBe(1);
});

it('refuses calls for a sandbox while it is being emptied', async () => {
  const { name, scoped } = await filledSandbox();
  await scoped.resources('batch').insert('batch', {}, actor);
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  await server.call('PUT', `${BASE}/sandboxes/${name}`, { body: { action: 'reset' } });
  const used = await server.call('GET', '/data/foundation/flowservice/flows', { sandbox: name });
  expect(used.status).toBe(403);
  expect(JSON.stringify(used.body)).toContain('being reset');
  expect(await server.call('GET', `${BASE}/sandboxes/${name}`)).toMatchObject({
    body: { state: 'resetting', _system: { state: 'cleaning' } },
  });
  for (const [method, body] of [
    ['DELETE', undefined],
    ['PUT', { action: 'reset' }],
    ['PATCH', { title: 'x' }],
  ] as const) {
    expect((await server.call(method, `${BASE}/sandboxes/${name}`, { body })).status).toBe(409);
  }
  resolve();
  await untilState(name, 'active');
});

it('resets once when two ask at once', async () => {
  const { name } = await filledSandbox();
  const ask = () => server.call('PUT', `${BASE}/sandboxes/${name}`, { body: { action: 'reset' } });
  const statuses = (await Promise.all([ask(), ask(), ask()])).map(({ status }) => status);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThan(0);
  expect(statuses.every((status) => status === 202 || status === 409)).toBe(true);
  await untilState(name, 'active');
});

/** What a server does by itself, step by step on one that does not. */
describe('the cleaner', () => {
  let idle: TestServer;
  beforeAll(async () => {
    idle = await startTestServer([]);
  });
  afterAll(() => idle.close());

  async function closedSandbox(name: string): Promise<{ scoped: ScopedStore; state(): Promise<unknown> }> {
    const { organizations } = idle.store;
    const orgId = (await organizations.first())?.id ?? '';
    const sandbox = await organizations.createSandbox(orgId, {
      name,
      title: name,
      type: 'development',
      createdBy: 'alice',
    });
    const scoped = idle.store.scoped({ orgId, sandboxId: sandbox?.id ?? '' });
    const location = idle.dependencies.lake.tableLocation(scoped.scope, 'data');
    await scoped.tables.insert({ datasetId: 'data', location, metadataLocation: 'none' });
    await scoped.resources('batch').insert(`${name}-batch`, {}, actor);
    await scoped.runs.enqueue('flow');
    await idle.store.queue.claim();
    await organizations.closeSandbox(scoped.scope, 'resetting', 'alice');
    return { scoped, state: async () => (await organizations.sandbox(orgId, name))?.state };
  }

  it('takes a sandbox up where another process left it, beside others that do the same', async () => {
    const { state } = await closedSandbox('left');
    await Promise.all([1, 2, 3].map(() => cleanSandboxes(idle.dependencies, new Date(), log)));
    expect(await state()).toBe('active');
  });

  it('does not open a sandbox while files of it are left, nor lets them hold up others', async () => {
    const stuck = await closedSandbox('stuck');
    const other = await closedSandbox('other');
    const removeDiagnostics = async (batchId: string) => {
      if (batchId === 'stuck-batch') throw new Error('no permission');
    };
    const runFiles = { ...idle.dependencies.runFiles, removeDiagnostics };
    await cleanSandboxes({ ...idle.dependencies, runFiles }, new Date(), log);
    expect([await stuck.state(), await other.state()]).toEqual(['resetting', 'active']);
    await cleanSandboxes(idle.dependencies, new Date(), log);
    expect(await stuck.state()).toBe('active');
  });

  it('ends between two files where the process is told to end, and goes on after that', async () => {
    const { scoped } = await closedSandbox('many');
    await cleanSandboxes(idle.dependencies, new Date(), log);
    const noted = ['one', 'two', 'three'].map((name) => ({
      kind: 'diagnostics' as const,
      name,
      notBefore: new Date(0),
    }));
    await scoped.leftovers.note(noted);
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const removed: string[] = [];
    const removeDiagnostics = async (batchId: string) => {
      removed.push(batchId);
      begun.resolve();
      await mayEnd.promise;
    };
    const runFiles = { ...idle.dependencies.runFiles, removeDiagnostics };
    const cleaner = startSandboxCleaner({ ...idle.dependencies, runFiles }, log);
    await begun.promise;
    const stopped = cleaner.stop();
    mayEnd.resolve();
    await stopped;
    expect(removed).toHaveLength(1);
    expect(await idle.store.leftovers.due(new Date())).toHaveLength(2);
    await cleanSandboxes(idle.dependencies, new Date(), log);
    expect(await idle.store.leftovers.due(new Date())).toEqual([]);
  });

  it('removes what a worker wrote to a table before it knew that its run was gone', async () => {
    const { scoped } = await closedSandbox('held');
    await cleanSandboxes(idle.dependencies, new Date(), log);
    const { io, tableLocation } = idle.dependencies.lake;
    const table = tableLocation(scoped.scope, 'data');
    await io.write(`${table}/data/late.parquet`, Buffer.from('late'));
    const afterTheClaim = new Date(Date.now() + 3_600_000);
    await cleanSandboxes(idle.dependencies, afterTheClaim, log);
    expect(existsSync(io.pathOf(table))).toBe(false);
  });
});
