import { isDeepStrictEqual } from 'node:util';
import { asRegistryResource, holdRegistry, recordChange, schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { createTenantResource, isJsonObject, parseDescriptor, type RegistryResource } from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem, type Violation } from '../../http/problem.ts';
import { insertDescriptor } from './change-descriptor.ts';
import { type TenantCollection, tenantCollections } from './collections.ts';
import { descriptorsOf, shownDescriptor } from './descriptor-documents.ts';
import { inOrderOfUse } from './export-resource.ts';
import { unwrap } from './problem-document.ts';
import { requireFreeTitle, tenantContextOf } from './tenant-resources.ts';
import { tenantOfId, withTenant } from './transfer-names.ts';
import { requireUnionRules } from './union-rules.ts';

const IMPORT_FAILED = 'XDM-3005-400';
const MAX_IMPORTED = 1_000;

type Body = Readonly<Record<string, unknown>>;

/** One resource of a payload, under the importing tenant's names. */
interface ImportedResource {
  readonly collection: TenantCollection;
  readonly id: string;
  readonly hex: string;
  readonly body: Body;
}

/**
 * Creates what an export's payload holds, under the same last parts of their ids: all of it or, where anything is wrong,
 * nothing. What is there already with the same content stays as it is, so that an import may be repeated.
 * @throws {Problem} XDM-3005-400 that names what conflicts or is not valid
 */
export async function importPayload(caller: SandboxedCaller, payload: unknown): Promise<readonly unknown[]> {
  const { resources, descriptors } = parsePayload(payload, caller.organization.tenantId);
  try {
    return await caller.store.transaction((store) => importWithin(store, caller, resources, descriptors));
  } catch (error) {
    if (error instanceof Problem && error.status < 500) throw importFailed(error.message, error.violations);
    throw error;
  }
}

/** Like {@link importPayload}, in a transaction that is under way. */
async function importWithin(
  store: ScopedStore,
  caller: SandboxedCaller,
  resources: readonly ImportedResource[],
  descriptors: readonly Body[],
): Promise<readonly unknown[]> {
  await holdRegistry(store);
  const imported: RegistryResource[] = [];
  for (const resource of resources) imported.push(await importResource(store, caller, resource));
  const described: unknown[] = [];
  for (const descriptor of descriptors.toSorted(byNeed)) {
    described.push(await importDescriptor(store, caller, descriptor));
  }
  // Only now have schemas that are enabled for Profile the descriptors that they need for it.
  for (const resource of imported) await requireUnionRules(store, resource);
  return [...imported, ...described];
}

async function importResource(
  store: ScopedStore,
  caller: SandboxedCaller,
  { collection, id, hex, body }: ImportedResource,
): Promise<RegistryResource> {
  const lookup = await schemaLookup(store, mentionedIn(body));
  const bytes = Buffer.from(hex, 'hex');
  const created = createTenantResource(collection.type, body, tenantContextOf(caller), lookup, () => bytes);
  const { resource } = unwrap(
    created.ok
      ? created
      : {
          ok: false,
          problems: created.problems.map((fault) => ({ ...fault, message: `${id}: ${fault.message}` })),
        },
    'invalidBody',
  );
  const existing = await store.resources(collection.kind).get(id);
  if (existing !== undefined) {
    const stored = asRegistryResource(existing);
    if (isDeepStrictEqual(contentOf(stored), contentOf(resource))) return stored;
    const message = `An object ${id} already exists with other content.`;
    throw new Problem('conflict', message, { violations: [{ path: '/$id', message }] });
  }
  await requireFreeTitle(store, resource.title);
  const stored = await store.resources(collection.kind).insert(id, resource, caller.actor);
  await recordChange(store, caller.actor, { resourceId: id, id, type: collection.type, after: resource });
  return asRegistryResource(stored);
}

async function importDescriptor(store: ScopedStore, caller: SandboxedCaller, body: Body): Promise<unknown> {
  const descriptor = unwrap(parseDescriptor(body), 'invalidBody');
  for (const { '@id': id, ...existing } of await descriptorsOf(store, descriptor['xdm:sourceSchema'])) {
    if (!isDeepStrictEqual(existing, descriptor)) continue;
    const stored = await store.resources('descriptor').get(id);
    if (stored !== undefined) return shownDescriptor(stored, caller);
  }
  return shownDescriptor(await insertDescriptor(store, caller, body), caller);
}

/** Identities before what refers to them. */
function byNeed(a: Body, b: Body): number {
  const rank = (descriptor: Body) => {
    const index = DESCRIPTOR_ORDER.indexOf(String(descriptor['@type']));
    return index < 0 ? DESCRIPTOR_ORDER.length : index - (descriptor['xdm:isPrimary'] === true ? 0.5 : 0);
  };
  return rank(a) - rank(b);
}

const DESCRIPTOR_ORDER: readonly string[] = ['xdm:descriptorIdentity', 'xdm:descriptorReferenceIdentity'];

interface Payload {
  /** What others need comes first. */
  readonly resources: readonly ImportedResource[];
  readonly descriptors: readonly Body[];
}

function parsePayload(payload: unknown, tenantId: string): Payload {
  const items = isJsonObject(payload) && 'resources' in payload ? payload.resources : payload;
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_IMPORTED) {
    throw importFailed(
      `The body must be an array of 1 to ${MAX_IMPORTED} resources, as /rpc/export answers it.`,
      [{ path: '', message: 'expected an array of resources' }],
    );
  }
  const others = items.flatMap((item) =>
    isJsonObject(item) && typeof item.$id === 'string' ? (tenantOfId(item.$id) ?? []) : [],
  );
  const violations: Violation[] = [];
  const resources: ImportedResource[] = [];
  const descriptors: Body[] = [];
  for (const [index, item] of items.entries()) {
    const own = withTenant(item, tenantId, [...new Set(others)]);
    if (isJsonObject(own) && typeof own['@type'] === 'string') descriptors.push(own);
    else {
      const resource = isJsonObject(own) ? resourceIn(own, tenantId) : undefined;
      if (resource === undefined) {
        violations.push({ path: `/${index}`, message: RESOURCE_RULE });
      } else resources.push(resource);
    }
  }
  const twice = resources.find(({ id }, index) => resources.findIndex((other) => other.id === id) < index);
  if (twice !== undefined) violations.push({ path: '', message: `${twice.id} is there twice` });
  if (violations.length > 0)
    throw importFailed(`The payload cannot be read. ${violations[0]?.message}`, violations);
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  // Only ids and references are looked at, and those have been checked or are of no consequence.
  const ordered = inOrderOfUse(
    resources.map(({ id, body }) => ({ ...body, $id: id }) as unknown as RegistryResource),
  );
  return { resources: ordered.flatMap(({ $id }) => byId.get($id) ?? []), descriptors };
}

const RESOURCE_RULE =
  'Each element must be a schema, class, field group or data type with its $id and meta:resourceType, or a descriptor with its @type.';

function resourceIn(body: Body, tenantId: string): ImportedResource | undefined {
  const { $id: id, 'meta:resourceType': type } = body;
  const collection = tenantCollections.find((candidate) => candidate.type === type);
  if (collection === undefined || typeof id !== 'string') return undefined;
  const prefix = `https://ns.adobe.com/${tenantId}/${collection.type}/`;
  const hex = id.startsWith(prefix) ? id.slice(prefix.length) : '';
  if (!/^([0-9a-f]{2}){8,64}$/.test(hex)) return undefined;
  return { collection, id, hex, body: importable(body) };
}

/** Without what another registry writes besides the resource's own keywords. */
function importable(body: Body): Body {
  const { refs: _refs, ...own } = body;
  const cleaned = withoutUiKeywords(own);
  return isJsonObject(cleaned) ? cleaned : own;
}

/** The platform's editor marks fields with `isRequired`; what is required stands in `required`. */
function withoutUiKeywords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUiKeywords);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => !(key === 'isRequired' && typeof member === 'boolean'))
      .map(([key, member]) => [key, withoutUiKeywords(member)]),
  );
}

function mentionedIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return tenantOfId(value) === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(mentionedIn);
}

/** What two resources must have in common to be the same. */
function contentOf(resource: RegistryResource): unknown {
  const { 'meta:registryMetadata': _metadata, version: _version, ...content } = resource;
  return JSON.parse(JSON.stringify(content));
}

function importFailed(message: string, violations: readonly Violation[]): Problem {
  return new Problem('invalidBody', `Failed to import resources. Error: ${message}`, {
    code: IMPORT_FAILED,
    violations,
  });
}
