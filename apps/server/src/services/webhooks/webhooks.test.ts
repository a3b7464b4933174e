import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { webhooks } from './index.ts';

let server: TestServer;
let id: string;
let secret: string;

beforeAll(async () => {
  server = await startTestServer([webhooks]);
});
beforeEach(async () => {
  ({ id, secret } = (await call('POST', '', hook)).body);
});
afterAll(() => server.close());

const hook = {
  name: 'ops',
  url: 'https://ops.example/tributary',
  events: ['io.tributary.flow-run.failed.v1'],
};
const call = (method: string, path: string, body?: unknown) =>
  server.call(method, `/data/foundation/webhooks${path}`, body === undefined ? {} : { body });

describe('a webhook', () => {
  it('is answered without its secret, which was shown once', async () => {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { status, body } = await call('GET', `/${id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...hook,
      id,
      state: 'enabled',
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      createdBy: expect.any(String),
    });
    const list = await call('GET', '');
    expect(list.body.items).toContainEqual(body);
    expect(JSON.stringify(list.body)).not.toContain('sealed');
  });

  it('is told of every event where it names none', async () => {
    const { body } = await call('POST', '', { name: 'all', url: 'http://127.0.0.1:9/' });
    expect((await call('GET', `/${body.id}`)).body.events).toEqual(['*']);
  });

  it('can be changed, and keeps its secret', async () => {
    const { status, body } = await call('PUT', `/${id}`, { ...hook, state: 'disabled' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...hook, state: 'disabled' });
  });

  it('can be given a new secret', async () => {
    const { body } = await call('POST', `/${id}/secret`);
    expect(body).toEqual({ id, secret: expect.stringMatching(/^whsec_/) });
    expect(body.secret).not.toBe(secret);
  });

  it('can be tested, and shows what it was told', async () => {
    expect((await call('POST', `/${id}/test`)).status).toBe(202);
    const { body } = await call('GET', `/${id}/deliveries?state=pending&limit=1`);
    expect(body.items).toEqual([
      expect.objectContaining({ eventType: 'io.tributary.webhook.tested.v1', state: 'pending', attempts: 0 }),
    ]);
    expect((await call('POST', `/${id}/deliveries/${body.items[0].id}/redeliver`)).status).toBe(404);
  });

  it('goes, with its log', async () => {
    await call('POST', `/${id}/test`);
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    expect((await call('GET', `/${id}`)).status).toBe(404);
    expect((await call('GET', `/${id}/deliveries`)).status).toBe(404);
    expect((await call('DELETE', `/${id}`)).status).toBe(404);
  });
});

describe('a webhook is refused', () => {
  it.each([
    ['without a name', { url: hook.url }, 'name'],
    ['with an address of another kind', { ...hook, url: 'ftp://ops.example/' }, '/url'],
    ['with an address that is none', { ...hook, url: 'ops' }, '/url'],
    ['with a password in its address', { ...hook, url: 'https://me:hunter2@ops.example/' }, '/url'],
    [
      'for an event that there is not',
      { ...hook, events: ['io.tributary.flow-run.exploded.v1'] },
      '/events/0',
    ],
    ['for nothing', { ...hook, events: [] }, '/events'],
    ['with a field that it has not', { ...hook, colour: 'red' }, 'colour'],
  ])('%s', async (_case, body, path) => {
    const answer = await call('POST', '', body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(path);
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });

  it('that is not there', async () => {
    const nowhere = randomUUID();
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/secret'],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['POST', `/deliveries/${nowhere}/redeliver`],
    ] as const)
      expect((await call(method, `/${nowhere}${path}`)).status).toBe(404);
  });

  it('beyond the fiftieth', async () => {
    const { body } = await call('GET', '');
    for (let n = body.items.length; n < 50; n++) await call('POST', '', hook);
    const answer = await call('POST', '', hook);
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('at most 50');
    for (const { id: one } of (await call('GET', '')).body.items) await call('DELETE', `/${one}`);
  });
});
