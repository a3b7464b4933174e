import { setTimeout as pause } from 'node:timers/promises';
import { openEmbeddedStore } from '@tributary/store';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  idParametersOf,
  idsIn,
  type MadeRequest,
  type OpenApiDocument,
  type Route,
  requestFor,
  routesOf,
} from './openapi-routes.ts';
import { type Answer, ServerUnderTest } from './server-under-test.ts';
import { sampleBody, type Walk, type Walker, walkTutorial } from './tutorial.ts';

/*
 * One sandbox is full of things. Two strangers, one in another sandbox of the same organisation and one in another
 * organisation, know every id in it, and try every route that the server's own OpenAPI document names. They must be told
 * nothing of what is there, and change nothing.
 */

const FLOW = '/data/foundation/flowservice';
const REGISTRY = '/data/foundation/schemaregistry';
const CATALOG = '/data/foundation/catalog';
const CONVERSION = '/data/foundation/conversion';
const SANDBOXES = '/data/foundation/sandbox-management';

/** In the names of what is in the owner's sandbox, and nowhere else. */
const MARK = 'Quokka';
const OWNERS_SANDBOX = 'guarded';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';

const server = new ServerUnderTest({ TRIBUTARY_DEMO: '1', TRIBUTARY_DEMO_CONTACTS: '20' });

/** Somebody who calls the server, by default in a sandbox of their own. */
interface Person extends Pick<Walker, 'call'> {
  readonly name: string;
  readonly isInOwnersOrganization: boolean;
}

let owner: Person;
let neighbour: Person;
let outsider: Person;
let routes: readonly Route[];
let ownersWalk: Walk;
/** Ids of the owner's resources, runs and batches. */
let ownersThings: readonly string[];
/** Those, and whatever else of the owner's looks like an id or an etag, and is in no stranger's sandbox. */
let ownersIds: readonly string[];
/** Ids that strangers have written into what is theirs, where they may read them again. */
const written = new Set<string>();

beforeAll(async () => {
  await makeOrganizations();
  await server.start();
  owner = person('the owner', true, { 'x-sandbox-name': OWNERS_SANDBOX });
  neighbour = person('a neighbour', true);
  outsider = person('an outsider', false, await credentials('OTHER@AdobeOrg', 'other-client'));
  await owner.call('POST', `${SANDBOXES}/sandboxes`, {
    body: { name: OWNERS_SANDBOX, title: MARK, type: 'development' },
  });
  const { body } = await server.call('GET', '/openapi.json');
  routes = routesOf(body as OpenApiDocument).filter(({ path }) => !path.startsWith('/ims/'));
  const [walk, neighbours, outsiders] = await Promise.all([
    fill(owner, `${MARK} contacts`, 'acme'),
    fill(neighbour, 'Contacts next door', 'acme'),
    fill(outsider, 'Contacts elsewhere', 'other'),
  ]);
  ownersWalk = walk.walk;
  const shared = idsIn(neighbours.everything + outsiders.everything);
  ownersIds = [...idsIn(walk.everything)].filter((id) => !shared.has(id));
  ownersThings = [...Object.values(ownersWalk), ...walk.others];
}, 120_000);
afterAll(() => server.dispose());

/** By itself a server makes one organisation: these two are made before it starts. */
async function makeOrganizations(): Promise<void> {
  const store = await openEmbeddedStore(server.dataFolder);
  const secret = server.clientSecret;
  const [first, second] = ['acme', 'other'].map((tenantId) => ({
    organization: { id: `${tenantId.toUpperCase()}@AdobeOrg`, tenantId },
    client: { id: `${tenantId}-client`, secret },
  }));
  if (first) await store.organizations.createFirst(first.organization, first.client);
  if (second) await store.organizations.create(second.organization, second.client);
  await store.close();
}

async function credentials(orgId: string, clientId: string): Promise<Record<string, string>> {
  const response = await fetch(`${server.url}/ims/token/v3`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: server.clientSecret,
      scope: 'openid',
    }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}`, 'x-api-key': clientId, 'x-gw-ims-org-id': orgId };
}

function person(
  name: string,
  isInOwnersOrganization: boolean,
  headers: Readonly<Record<string, string>> = {},
): Person {
  return {
    name,
    isInOwnersOrganization,
    call: (method, path, options = {}) =>
      server.call(method, path, {
        ...options,
        headers: {
          ...(path.startsWith(REGISTRY) ? { accept: registryForm(path) } : {}),
          ...headers,
          ...options.headers,
        },
      }),
  };
}

/** Lists and single resources are asked for in the form that tells the most. */
function registryForm(path: string): string {
  return /\/(tenant|global)\/[a-z]+\/[^?]/.test(path)
    ? 'application/vnd.adobe.xed-full+json; version=1'
    : 'application/vnd.adobe.xed+json';
}

/** One of everything, a run that has landed among them, of which nothing changes by itself afterwards. */
async function fill(one: Person, title: string, tenantId: string) {
  const walk = await walkTutorial({ call: one.call, demo: server.demo }, title);
  const field = { type: 'string', title: `${title}: a field` };
  const fieldGroup = await create(one, `${REGISTRY}/tenant/fieldgroups`, {
    type: 'object',
    title: `${title}: a field group`,
    'meta:intendedToExtend': [PROFILE],
    definitions: {
      custom: { type: 'object', properties: { [`_${tenantId}`]: { type: 'object', properties: { field } } } },
    },
    allOf: [{ $ref: '#/definitions/custom', type: 'object' }],
  });
  const dataType = await create(one, `${REGISTRY}/tenant/datatypes`, {
    type: 'object',
    title: `${title}: a data type`,
    properties: { field },
  });
  const run = await endedRun(one, walk.flowId);
  await one.call('POST', `${FLOW}/flows/${walk.flowId}/action?op=disable`);
  const batches = await one.call('GET', `${CATALOG}/batches`);
  const others = [fieldGroup.$id, fieldGroup['meta:altId'], dataType.$id, run, ...Object.keys(batches.body)];
  return { walk, others: others.map(String), everything: await everythingOf(one) };
}

async function create(one: Person, path: string, body: unknown): Promise<Answer['body']> {
  const answer = await one.call('POST', path, { body, headers: { accept: 'application/json' } });
  expect(answer, `POST ${path}`).toMatchObject({ status: 201 });
  return answer.body;
}

async function endedRun(one: Person, flowId: string): Promise<string> {
  for (;;) {
    const { body } = await one.call('GET', `${FLOW}/runs?property=flowId==${flowId}`);
    const [run] = body.items;
    if (run?.metrics.durationSummary.completedAtUTC) return run.id;
    await pause(50);
  }
}

/** What every list of somebody's sandbox shows. */
async function everythingOf(one: Person): Promise<string> {
  const lists = routes.filter(
    ({ method, path, isSandboxed }) =>
      method === 'GET' && isSandboxed && !path.includes('{') && !path.includes('/global/'),
  );
  const texts = [];
  for (const { path } of lists) texts.push(`${path}: ${textOf(await one.call('GET', path))}`);
  return texts.join('\n');
}

function textOf({ body }: Answer): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Requires that an answer to a stranger tells nothing of the owner's that the stranger has not said. */
function requireDiscreet(answer: Answer, what: string, request: MadeRequest): void {
  const text = textOf(answer);
  expect(text.includes(MARK), `${what} tells a name: ${text}`).toBe(false);
  const said = wordsOf(request);
  const told = ownersIds.filter((id) => text.includes(id) && !said.includes(id) && !written.has(id));
  expect(told, `${what} tells ids: ${text}`).toEqual([]);
}

function wordsOf({ path, text = '' }: MadeRequest): string {
  return `${decodeURIComponent(path)}\n${text}`;
}

async function send(one: Person, route: Route, request: MadeRequest): Promise<Answer> {
  const answer = await one.call(route.method, request.path, {
    ...(request.text === undefined ? {} : { text: request.text }),
    ...(request.contentType === undefined ? {} : { headers: { 'content-type': request.contentType } }),
  });
  if (route.method !== 'GET' && answer.status < 400)
    for (const id of ownersIds.filter((one) => wordsOf(request).includes(one))) written.add(id);
  return answer;
}

/** A stranger's requests for a route: with each of the owner's ids where it asks for one, with a few of them elsewhere. */
function attempts(route: Route, ids: readonly string[], share: number): readonly MadeRequest[] {
  const idsFrom = (start: number) => {
    let at = start;
    return (name: string) => (name === 'sandboxName' ? OWNERS_SANDBOX : (ids[at++ % ids.length] ?? ''));
  };
  const starts = idParametersOf(route).length === 0 ? [0] : ids.keys();
  return [...starts].map((start) => requestFor(route, idsFrom(start), share));
}

/** Within their organisation people may manage each other's sandboxes. */
const isAllowed = (one: Person, route: Route) => !route.isSandboxed && one.isInOwnersOrganization;

/** Routes by the service that they belong to, the first three segments of their paths. */
function routesByService(): ReadonlyMap<string, readonly Route[]> {
  return Map.groupBy(routes, ({ path }) => path.split('/').slice(0, 4).join('/'));
}

test('no route tells a stranger anything, and none lets one change anything', {
  timeout: 300_000,
}, async () => {
  const before = await everythingOf(owner);
  for (const [service, itsRoutes] of routesByService()) {
    for (const route of itsRoutes) await requireIsolation(route);
    expect(await everythingOf(owner), `after all of ${service}`).toBe(before);
  }
});

async function requireIsolation(route: Route): Promise<void> {
  const asksForId = idParametersOf(route).length > 0;
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...ownersThings], { minLength: ownersThings.length }),
      fc.constantFrom(0, 0.5, 1),
      async (ids, share) => {
        for (const stranger of [neighbour, outsider]) {
          if (isAllowed(stranger, route)) continue;
          await Promise.all(
            attempts(route, ids, share).map(async (request) => {
              const answer = await send(stranger, route, request);
              const what = `${stranger.name}: ${route.method} ${request.path}`;
              expect(answer.status, `${what}: ${textOf(answer)}`).toBeLessThan(500);
              if (asksForId) expect(answer.status, `${what}: ${textOf(answer)}`).toBeGreaterThanOrEqual(400);
              requireDiscreet(answer, what, request);
            }),
          );
        }
      },
    ),
    { numRuns: asksForId ? 1 : 3 },
  );
}

test('lists show everyone what is theirs', async () => {
  expect(await everythingOf(owner)).toContain(MARK);
  for (const stranger of [neighbour, outsider]) {
    const everything = await everythingOf(stranger);
    expect(everything).toContain('Contacts ');
    expect(everything).not.toContain(MARK);
  }
});

test('a token opens no other organisation, and a sandbox’s name none of another', async () => {
  for (const route of routes.filter(({ isSandboxed }) => isSandboxed)) {
    const [request] = attempts(route, ownersThings, 0);
    if (request === undefined) continue;
    for (const headers of [
      { 'x-sandbox-name': OWNERS_SANDBOX },
      { 'x-gw-ims-org-id': 'ACME@AdobeOrg', 'x-sandbox-name': OWNERS_SANDBOX },
    ]) {
      const answer = await outsider.call(route.method, request.path, {
        headers,
        ...(request.text === undefined ? {} : { text: request.text }),
      });
      expect(answer.status, `${route.method} ${request.path}`).toBe(403);
      requireDiscreet(answer, request.path, request);
    }
  }
});

/** Bodies that name something of the owner's. */
const references: readonly (readonly [what: string, path: string, body: () => string])[] = [
  [
    'a source connection of a base connection',
    `${FLOW}/sourceConnections`,
    () =>
      JSON.stringify({
        name: 'x',
        baseConnectionId: ownersWalk.connectionId,
        data: { format: 'tabular' },
        params: { tableName: 'Contact' },
        connectionSpec: { id: 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5', version: '1.0' },
      }),
  ],
  [
    'a target connection to a dataset',
    `${FLOW}/targetConnections`,
    () =>
      sampleBody('target connection', {
        'https://ns.adobe.com/{TENANT_ID}/schemas/417a33eg81a221bd10495920574gfa2d': ownersWalk.schemaId,
        '5c8c3c555033b814b69f947f': ownersWalk.dataSetId,
      }),
  ],
  [
    'a dataset of a schema',
    `${CATALOG}/dataSets`,
    () =>
      JSON.stringify({
        name: 'x',
        schemaRef: { id: ownersWalk.schemaId, contentType: 'application/vnd.adobe.xed+json; version=1' },
      }),
  ],
  [
    'a schema of a field group',
    `${REGISTRY}/tenant/schemas`,
    () =>
      JSON.stringify({
        type: 'object',
        title: 'x',
        allOf: [{ $ref: PROFILE }, { $ref: ownersThings.find((id) => id.includes('/mixins/')) }],
      }),
  ],
  [
    'a mapping set to a schema',
    `${CONVERSION}/mappingSets`,
    () =>
      JSON.stringify({
        xdmSchema: ownersWalk.schemaId,
        xdmVersion: '1.0',
        mappings: [{ sourceType: 'ATTRIBUTE', source: 'a', destination: 'person.name.lastName' }],
      }),
  ],
  [
    'a dataflow of connections and a mapping set',
    `${FLOW}/flows`,
    () =>
      JSON.stringify({
        name: 'x',
        flowSpec: { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '1.0' },
        sourceConnectionIds: [ownersWalk.sourceConnectionId],
        targetConnectionIds: [ownersWalk.targetConnectionId],
        transformations: [{ name: 'Mapping', params: { mappingId: ownersWalk.mappingSetId } }],
      }),
  ],
];

test.each(references)('nobody but its owner makes %s', async (_what, path, body) => {
  for (const stranger of [neighbour, outsider]) {
    const answer = await stranger.call('POST', path, { text: body() });
    expect(answer.status, textOf(answer)).toBeGreaterThanOrEqual(400);
    expect(answer.status, textOf(answer)).toBeLessThan(500);
    expect(textOf(answer)).not.toContain(MARK);
  }
  const byOwner = await owner.call('POST', path, { text: body() });
  expect(byOwner.status, textOf(byOwner)).toBeLessThan(300);
});
