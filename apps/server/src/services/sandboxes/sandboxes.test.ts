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
    eTag: 1,
  });
  expect(body._page).toEqual({ limit: 50, count: 2 });
});

it('shows the system’s view to those who manage sandboxes only', async () => {
  const managed = await server.call('GET', `${BASE}/sandboxes`);
  expect(managed.body.sandboxes[0]._system).toMatchObject({ state: 'active', createdBy: 'test-client' });
  const available = await server.call('GET', `${BASE}/`);
  expect(available.body.sandboxes[0]).not.toHaveProperty('_system');
});

it('pages by limit and offset', async () => {
  const first = await server.call('GET', `${BASE}/sandboxes?limit=1&offset=0`);
  expect(names(first.body)).toEqual(['prod']);
  expect(first.body._links).not.toHaveProperty('prev');
  const next = await fetch(first.body._links.next.href, { headers: server.headers });
  const { _links, ...second } = (await next.json()) as {
    sandboxes: { name: string }[];
    _links: { prev: { href: string } };
  };
  expect(names(second)).toEqual(['dev']);
  expect(_links).not.toHaveProperty('next');
  const previous = await fetch(_links.prev.href, { headers: server.headers });
  expect(names((await previous.json()) as typeof second)).toEqual(['prod']);
});

it('filters by property', async () => {
  const { body } = await server.call('GET', `${BASE}/sandboxes?property=type==development`);
  expect(names(body)).toEqual(['dev']);
});

it.each([
  ['asc:name', ['dev', 'prod']],
  ['desc:name', ['prod', 'dev']],
  ['type', ['dev', 'prod']],
  ['desc:isDefault,name', ['prod', 'dev']],
  ['asc:created', ['prod', 'dev']],
])('sorts by %s', async (orderBy, expected) => {
  const { body } = await server.call('GET', `${BASE}/sandboxes?orderBy=${orderBy}`);
  expect(names(body)).toEqual(expected);
});

it('tells the types', async () => {
  const { body } = await server.call('GET', `${BASE}/sandboxTypes`);
  expect(body.sandboxTypes.map(({ id }: { id: string }) => id)).toEqual(['production', 'development']);
});

it('creates a sandbox that can be used by the time the answer is there', async () => {
  const created = await server.call('POST', `${BASE}/sandboxes`, {
    body: { name: 'acme-dev', title: 'Acme Business Group dev', type: 'development' },
  });
  expect(created.status).toBe(202);
  expect(created.body).toMatchObject({ name: 'acme-dev', state: 'creating', type: 'development' });
  const found = await server.call('GET', `${BASE}/sandboxes/acme-dev`);
  expect(found.body).toMatchObject({ id: created.body.id, state: 'active', isDefault: false });
});

it('makes one sandbox of two that are created under one name at once', async () => {
  const body = { name: 'twin', title: 'Twin', type: 'development' };
  const answers = await Promise.all([1, 2].map(() => server.call('POST', `${BASE}/sandboxes`, { body })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
});

it('changes the title, and counts it in the eTag', async () => {
  await server.call('POST', `${BASE}/sandboxes`, {
    body: { name: 'titled', title: 'x', type: 'production' },
  });
  const changed = await server.call('PATCH', `${BASE}/sandboxes/titled`, { body: { title: 'Acme prod' } });
  expect(changed.status).toBe(200);
  expect(changed.body).toMatchObject({ title: 'Acme prod', eTag: 2, modifiedBy: 'alice' });
});

const longName = 'a'.repeat(256);

it('takes a name of 256 characters', async () => {
  const body = { name: longName, title: 'Long', type: 'development' };
  expect((await server.call('POST', `${BASE}/sandboxes`, { body })).status).toBe(202);
});

const creation = (changes: object) => ({ name: 'test', title: 'x', type: 'development', ...changes });
const reset = { action: 'reset' };

it.each([
  ['a name that is taken', 'POST', '/sandboxes', creation({ name: 'prod' }), 409, /prod/],
  ['a name with a space', 'POST', '/sandboxes', creation({ name: 'my sandbox' }), 400, /name/],
  ['a name in capitals', 'POST', '/sandboxes', creation({ name: 'Test' }), 400, /name/],
  ['a name that begins with a digit', 'POST', '/sandboxes', creation({ name: '1st' }), 400, /name/],
  ['a name that is too long', 'POST', '/sandboxes', creation({ name: `${longName}a` }), 400, /name/],
  ['a path for a name', 'POST', '/sandboxes', creation({ name: '../prod' }), 400, /name/],
  ['an unknown type', 'POST', '/sandboxes', creation({ type: 'staging' }), 400, /production, development/],
  ['no title', 'POST', '/sandboxes', { name: 'test', type: 'development' }, 400, /title/],
  ['an empty title', 'PATCH', '/sandboxes/dev', { title: '' }, 400, /title/],
  [
    'a change of the type',
    'PATCH',
    '/sandboxes/dev',
    { title: 'x', type: 'production' },
    400,
    /type is not known/,
  ],
  ['a change of nothing', 'PATCH', '/sandboxes/dev', {}, 400, /title/],
  ['a limit without offset', 'GET', '/sandboxes?limit=1', undefined, 400, /offset/],
  ['an offset without limit', 'GET', '/?offset=1', undefined, 400, /limit/],
  ['a limit of none', 'GET', '/sandboxes?limit=0&offset=0', undefined, 400, /limit/],
  ['an order by what is not there', 'GET', '/sandboxes?orderBy=asc:size', undefined, 400, /size/],
  ['a property without an operator', 'GET', '/sandboxes?property=name', undefined, 400, /property/],
  ['an unknown sandbox', 'GET', '/sandboxes/nowhere', undefined, 404, /nowhere/],
  ['a title for an unknown sandbox', 'PATCH', '/sandboxes/nowhere', { title: 'x' }, 404, /nowhere/],
  ['a reset of an unknown sandbox', 'PUT', '/sandboxes/nowhere', reset, 404, /nowhere/],
  ['an action that is not there', 'PUT', '/sandboxes/dev', { action: 'erase' }, 400, /action/],
  ['no action', 'PUT', '/sandboxes/dev', {}, 400, /action/],
  ['to ignore warnings for the default', 'PUT', '/sandboxes/prod?ignoreWarnings=true', reset, 400, /ignoreW/],
  ['a flag that is none', 'PUT', '/sandboxes/dev?validationOnly=maybe', reset, 400, /validationOnly/],
  ['to delete the default', 'DELETE', '/sandboxes/prod', undefined, 400, /default/],
  ['to delete an unknown sandbox', 'DELETE', '/sandboxes/nowhere', undefined, 404, /nowhere/],
  ['an unknown path', 'GET', '/nowhere', undefined, 404, /nowhere/],
])('refuses %s', async (_name, method, path, body, status, tells) => {
  const answer = await server.call(method, BASE + path, { body });
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    status,
    title: expect.stringMatching(tells),
    type: `http://ns.adobe.com/aep/errors/SMS-1000-${status}`,
  });
});
