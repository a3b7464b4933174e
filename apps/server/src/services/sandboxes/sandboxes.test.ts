import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { sandboxes } from './index.ts';

const BASE = '/data/foundation/sandbox-management';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer([sandboxes]);
});
afterAll(() => server.close());

const names = (body: { sandboxes: { name: string }[] }) => body.sandboxes.map(({ name }) => name);

it.each(['/', '/sandboxes'])('%s lists the sandboxes without naming one', async (path) => {
  const { status, body } = await server.call('GET', BASE + path, { headers: { 'x-sandbox-name': '' } });
  expect(status).toBe(200);
  expect(names(body)).toEqual(['prod', 'dev']);
  expect(body.sandboxes[0]).toMatchObject({
    title: 'Prod',
    state: 'active',
    type: 'production',
    isDefault: true,
  });
  expect(body._page).toEqual({ limit: 50, count: 2 });
});

it('pages by limit and offset', async () => {
  const first = await server.call('GET', `${BASE}/sandboxes?limit=1&offset=0`);
  expect(names(first.body)).toEqual(['prod']);
  const next = await fetch(first.body._links.next.href, { headers: server.headers });
  const { _links, ...second } = (await next.json()) as { sandboxes: { name: string }[]; _links: object };
  expect(names(second)).toEqual(['dev']);
  expect(_links).not.toHaveProperty('next');
});

it('filters by property', async () => {
  const { body } = await server.call('GET', `${BASE}/sandboxes?property=type==development`);
  expect(names(body)).toEqual(['dev']);
});

it('tells the types', async () => {
  const { body } = await server.call('GET', `${BASE}/sandboxTypes`);
  expect(body.sandboxTypes.map(({ id }: { id: string }) => id)).toEqual(['production', 'development']);
});

it('creates a sandbox that can be used at once', async () => {
  const created = await server.call('POST', `${BASE}/sandboxes`, {
    body: { name: 'acme-dev', title: 'Acme Business Group dev', type: 'development' },
  });
  expect(created.status).toBe(202);
  expect(created.body).toMatchObject({ name: 'acme-dev', state: 'active', type: 'development' });
  const found = await server.call('GET', `${BASE}/sandboxes/acme-dev`);
  expect([found.status, found.body.id]).toEqual([200, created.body.id]);
});

it.each([
  ['a name that is taken', 'POST', '/sandboxes', { name: 'prod', title: 'x', type: 'production' }, 409],
  ['a name with a space', 'POST', '/sandboxes', { name: 'my sandbox', title: 'x', type: 'development' }, 400],
  ['a path for a name', 'POST', '/sandboxes', { name: '../prod', title: 'x', type: 'development' }, 400],
  ['an unknown type', 'POST', '/sandboxes', { name: 'test', title: 'x', type: 'staging' }, 400],
  ['no title', 'POST', '/sandboxes', { name: 'test', type: 'development' }, 400],
  ['a limit without offset', 'GET', '/sandboxes?limit=1', undefined, 400],
  ['an unknown sandbox', 'GET', '/sandboxes/nowhere', undefined, 404],
  ['an unknown path', 'GET', '/nowhere', undefined, 404],
])('refuses %s', async (_name, method, path, body, status) => {
  const answer = await server.call(method, BASE + path, { body });
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    status,
    title: expect.any(String),
    type: `http://ns.adobe.com/aep/errors/SMS-1000-${status}`,
  });
});
