import { setTimeout } from 'node:timers/promises';
import type { ScopedStore } from '@tributary/store';
import {
  createTenantResource,
  type RegistryResource,
  standardResource,
  standardResources,
} from '@tributary/xdm';
import { schemaRegistry } from '../apps/server/src/services/schema-registry/index.ts';
import { startTestServer } from '../apps/server/src/test-kit.ts';
import { figuresOf } from './request-figures.ts';

/*
 * How long the Schema Registry takes over HTTP, on the embedded store, in a sandbox with many resources of its own:
 * `node benchmarks/registry.ts [resources] [part of a case's name]`. Each figure stands beside a bare request to the same server in the same run,
 * which is refused for its Accept header: token, organisation and sandbox are checked, and no resource is read.
 */

const count = Number(process.argv[2] ?? 10_000);
const only = process.argv[3] ?? '';
const ROUNDS = 41;
const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const ID = 'application/vnd.adobe.xed-id+json';
const RAW = 'application/vnd.adobe.xed+json';
const FULL = 'application/vnd.adobe.xed-full+json; version=1';

const kinds = { datatypes: 'datatype', mixins: 'mixin', schemas: 'schema' } as const;
const context = {
  tenantId: 'acme',
  imsOrg: 'ACME@AdobeOrg',
  sandboxId: 'prod',
  sandboxType: 'production',
  clientId: 'script',
  userId: 'alice',
  now: new Date(),
};
let named = 0;

const server = await startTestServer([schemaRegistry]);
try {
  const parts = await fill(count);
  // The store renews its statistics every few seconds, and a sandbox is not filled in one.
  await setTimeout(10_000);
  const deep = await created('schemas', deepSchema('Deep', parts));
  const sorted = [
    'title',
    '-title',
    'updated',
    '-updated',
    'created',
    '-created',
    'version',
    '-version,title',
  ];
  const filters = [
    `property=meta:class==${PROFILE}`,
    `property=meta:extends==${PROFILE}`,
    'property=meta:extends!=https://ns.adobe.com/xdm/data/adhoc',
    'property=meta:immutableTags==union',
    'property=title~number 77',
    'property=title==Schema number 77',
  ];
  let made = 0;
  const cases: Readonly<Record<string, () => Promise<void>>> = {
    'bare request': () => get('/tenant/schemas', 'text/plain', 400),
    ...Object.fromEntries(
      [...sorted.map((order) => `orderby=${order}`), ...filters].map((query) => [
        `list of schemas, ${query}`,
        () => get(`/tenant/schemas?${query.replaceAll(' ', '%20')}`, ID),
      ]),
    ),
    'list of field groups for a class': () =>
      get(`/tenant/fieldgroups?property=meta:intendedToExtend==${PROFILE}`, ID),
    'list of schemas in raw form, 50': () => get('/tenant/schemas?limit=50&orderby=title', RAW),
    'list of field groups in raw form, 300': () => get('/tenant/fieldgroups', RAW),
    'second page by title': () => get('/tenant/schemas?orderby=title&start=Schema%20number%205', ID),
    'raw schema': () => get(`/tenant/schemas/${encodeURIComponent(deep)}`, `${RAW}; version=1`),
    'full schema, deeply composed': () => get(`/tenant/schemas/${encodeURIComponent(deep)}`, FULL),
    'compose and create a schema': async () => {
      made += 1;
      await created('schemas', deepSchema(`Made ${made}`, parts));
    },
    'create a field group': async () => {
      made += 1;
      await created('fieldgroups', fieldGroup(`Made ${made}`, parts.dataTypes[0] ?? ''));
    },
    stats: () => get('/stats', ID),
  };
  console.log(`${count} resources of the tenant's own; ${ROUNDS} requests each`);
  console.table(await figuresOf(cases, { rounds: ROUNDS, only }));
} finally {
  await server.close();
}

interface Parts {
  readonly dataTypes: readonly string[];
  readonly groups: readonly string[];
}

/**
 * Data types, field groups that use them, and schemas that use these: three of each ten, three, and four. They go into
 * the store as the registry would put them there, without the way through HTTP.
 */
async function fill(resources: number): Promise<Parts> {
  const [dataTypes, groups]: [string[], string[]] = [[], []];
  const own = new Map<string, RegistryResource>();
  const lookup = { find: (id: string) => own.get(id) ?? standardResource(id) };
  const store = await sandboxStore();
  const put = async (scoped: ScopedStore, type: keyof typeof kinds, body: object): Promise<string> => {
    const made = createTenantResource(type, body, context, lookup);
    if (!made.ok) throw new Error(made.problems[0]?.message);
    const { resource } = made.value;
    if (type !== 'schemas') own.set(resource.$id, resource);
    await scoped.resources(kinds[type]).insert(resource.$id, resource, { user: 'alice', client: 'script' });
    return resource.$id;
  };
  const putOne = async (scoped: ScopedStore, n: number) => {
    const share = n / resources;
    if (share < 0.3) {
      dataTypes.push(await put(scoped, 'datatypes', dataType(`Type number ${n}`, dataTypes.at(-1))));
    } else if (share < 0.6) {
      groups.push(await put(scoped, 'mixins', fieldGroup(`Group number ${n}`, at(dataTypes, n))));
    } else {
      const allOf = [PROFILE, at(groups, n), at(groups, n + 1)].map(($ref) => ({ $ref }));
      await put(scoped, 'schemas', { title: `Schema number ${n}`, allOf });
    }
  };
  for (let n = 0; n < resources; ) {
    await store.transaction(async (scoped) => {
      for (const end = Math.min(n + 500, resources); n < end; n++) await putOne(scoped, n);
    });
  }
  return { dataTypes, groups };
}

async function sandboxStore(): Promise<ScopedStore> {
  const orgId = String(server.headers['x-gw-ims-org-id']);
  const sandbox = await server.store.organizations.sandbox(orgId, 'prod');
  if (sandbox === undefined) throw new Error('A test server has a sandbox prod.');
  return server.store.scoped({ orgId, sandboxId: sandbox.id });
}

function at(ids: readonly string[], n: number): string {
  const id = ids[n % ids.length];
  if (id === undefined) throw new Error('Ask for at least ten resources.');
  return id;
}

/** Of every tenth type the fields hold a type before it, so that some are nested in each other. */
function dataType(title: string, former: string | undefined) {
  const fields = Array.from({ length: 8 }, (_, n) => [`field${n}`, { type: 'string', title: `Field ${n}` }]);
  const isNested = former !== undefined && !title.endsWith('0');
  return {
    title,
    type: 'object',
    properties: Object.fromEntries([...fields, ...(isNested ? [['former', { $ref: former }]] : [])]),
  };
}

/** Its fields stand under names of its own, so that any two groups fit together. */
function fieldGroup(title: string, type: string) {
  named += 1;
  const own = Object.fromEntries(
    Array.from({ length: 10 }, (_, n) => [
      `g${named}f${n}`,
      { type: n % 2 ? 'integer' : 'string', title: `Field ${n}` },
    ]),
  );
  return {
    title,
    type: 'object',
    'meta:intendedToExtend': [PROFILE],
    definitions: {
      own: {
        properties: { _acme: { type: 'object', properties: { ...own, [`g${named}t`]: { $ref: type } } } },
      },
    },
    allOf: [{ $ref: '#/definitions/own' }],
  };
}

/** The class for people with all standard field groups meant for it, and twenty of the tenant's own. */
function deepSchema(title: string, { groups }: Parts) {
  const standard = standardResources('mixins')
    .filter((group) => group['meta:intendedToExtend']?.includes(PROFILE))
    .map(({ $id }) => $id);
  return { title, allOf: [PROFILE, ...standard, ...groups.slice(0, 20)].map(($ref) => ({ $ref })) };
}

async function created(segment: string, body: object): Promise<string> {
  const answer = await fetch(`${server.url}${BASE}/tenant/${segment}`, {
    method: 'POST',
    headers: { ...server.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${segment}: ${answer.status} ${text.slice(0, 2_000)}`);
  // The registry answers a creation with the resource.
  return (JSON.parse(text) as { $id: string }).$id;
}

async function get(path: string, accept: string, status = 200): Promise<void> {
  const answer = await fetch(server.url + BASE + path, { headers: { ...server.headers, accept } });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${text.slice(0, 2_000)}`);
}
