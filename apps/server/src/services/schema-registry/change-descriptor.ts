import { createHash, randomBytes } from 'node:crypto';
import { asRegistryResource, holdRegistry, schemaLookup } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import {
  composeSchema,
  type Descriptor,
  descriptorProblems,
  isInUnion,
  isPrimaryIdentity,
  parseDescriptor,
  RELATIONSHIP_TYPES,
  type RegistryResource,
  type ResolvedSchema,
  sourcePropertiesOf,
} from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import {
  asDescriptor,
  descriptorsOf,
  MAX_DESCRIPTORS,
  recordDescriptorChange,
  relationshipsTo,
  type StoredDescriptor,
} from './descriptor-documents.ts';
import { refuse, unwrap } from './problem-document.ts';
import { referrersProblems, unionProblemsOf } from './union-rules.ts';

/**
 * Creates a descriptor from its JSON body.
 * @throws {Problem} that names each field that is wrong, or the limit
 */
export async function createDescriptor(caller: SandboxedCaller, body: unknown): Promise<Resource> {
  return caller.store.transaction((store) => insertDescriptor(store, caller, body));
}

/** Like {@link createDescriptor}, in a transaction that is under way. */
export async function insertDescriptor(
  store: ScopedStore,
  caller: SandboxedCaller,
  body: unknown,
): Promise<Resource> {
  const descriptor = unwrap(parseDescriptor(body), 'invalidBody');
  await holdRegistry(store);
  const count = await store.resources('descriptor').count();
  if (count >= MAX_DESCRIPTORS) {
    throw new Problem(
      'conflict',
      `The sandbox has ${count} descriptors, and ${MAX_DESCRIPTORS} are allowed. Delete one first.`,
    );
  }
  await checkDescriptor(store, caller, descriptor, undefined);
  const stored: StoredDescriptor = { '@id': newDescriptorId(), ...descriptor };
  await recordDescriptorChange(store, caller.actor, undefined, stored);
  return store.resources('descriptor').insert(stored['@id'], stored, caller.actor);
}

/** Puts another descriptor in the place of one, under its id; undefined where there is none of that id. */
export async function replaceDescriptor(
  caller: SandboxedCaller,
  id: string,
  body: unknown,
): Promise<Resource | undefined> {
  const descriptor = unwrap(parseDescriptor(body), 'invalidBody');
  return caller.store.transaction(async (store) => {
    await holdRegistry(store);
    const resource = await store.resources('descriptor').getForUpdate(id);
    if (resource === undefined) return undefined;
    const before = asDescriptor(resource);
    const after: StoredDescriptor = { '@id': id, ...descriptor };
    await checkDescriptor(store, caller, descriptor, before);
    if (leavesField(before, after)) await requireUnneeded(store, before, after);
    await recordDescriptorChange(store, caller.actor, before, after);
    return store.resources('descriptor').replace(id, resource.etag, after, caller.actor);
  });
}

/** Deletes a descriptor that nothing needs; false where there is none of that id. */
export async function deleteDescriptor(caller: SandboxedCaller, id: string): Promise<boolean> {
  return caller.store.transaction(async (store) => {
    await holdRegistry(store);
    const resource = await store.resources('descriptor').getForUpdate(id);
    if (resource === undefined) return false;
    const before = asDescriptor(resource);
    await requireUnneeded(store, before, undefined);
    await recordDescriptorChange(store, caller.actor, before, undefined);
    return store.resources('descriptor').remove(id);
  });
}

/** 40 hex digits, as the platform's are. */
function newDescriptorId(): string {
  return createHash('sha1').update(randomBytes(32)).digest('hex');
}

interface FoundSchema {
  readonly resource: RegistryResource;
  readonly resolved: ResolvedSchema;
}

async function checkDescriptor(
  store: ScopedStore,
  caller: SandboxedCaller,
  descriptor: Descriptor,
  before: StoredDescriptor | undefined,
): Promise<void> {
  const schemaId = descriptor['xdm:sourceSchema'];
  const destinationId = descriptor['xdm:destinationSchema'];
  const schema = await requireSchema(store, 'xdm:sourceSchema', schemaId);
  const destination =
    typeof destinationId === 'string'
      ? await requireSchema(store, 'xdm:destinationSchema', destinationId)
      : undefined;
  const others = (await descriptorsOf(store, schemaId)).filter((other) => other['@id'] !== before?.['@id']);
  const problems = descriptorProblems(descriptor, {
    schema: schema.resolved,
    others,
    destination: destination?.resolved,
    tenantNamespace: `_${caller.organization.tenantId}`,
  });
  refuse(problems, 'invalidBody');
  if (isInUnion(schema.resource))
    await requireUnion(store, schema.resource, [...others, descriptor], 'invalidBody');
}

/** The schema of this sandbox, or of the standard library. */
async function requireSchema(store: ScopedStore, field: string, id: string): Promise<FoundSchema> {
  const lookup = await schemaLookup(store, [id]);
  const resource = lookup.find(id);
  if (resource === undefined || resource['meta:resourceType'] !== 'schemas') {
    const fault = resource === undefined ? 'names no schema of this sandbox' : 'names no schema';
    throw new Problem('invalidBody', `${field} ${fault}: ${id}.`, {
      violations: [{ path: `/${field}`, message: `give the $id of a schema` }],
    });
  }
  return { resource, resolved: unwrap(composeSchema(resource, lookup), 'conflict') };
}

/** Whether what a descriptor said about its field is said no more. */
function leavesField(before: Descriptor, after: Descriptor): boolean {
  return (
    before['@type'] !== after['@type'] ||
    before['xdm:sourceSchema'] !== after['xdm:sourceSchema'] ||
    sourcePropertiesOf(before).join() !== sourcePropertiesOf(after).join() ||
    isPrimaryIdentity(before) !== isPrimaryIdentity(after) ||
    before['xdm:namespace'] !== after['xdm:namespace'] ||
    before['xdm:identityNamespace'] !== after['xdm:identityNamespace']
  );
}

/**
 * Refuses a deletion, or a change that comes to one, of what other schemas or the union need.
 * @throws {Problem} that names what needs it
 */
async function requireUnneeded(
  store: ScopedStore,
  before: StoredDescriptor,
  after: StoredDescriptor | undefined,
): Promise<void> {
  const schemaId = before['xdm:sourceSchema'];
  const rest = (await descriptorsOf(store, schemaId)).filter((other) => other['@id'] !== before['@id']);
  const left = after?.['xdm:sourceSchema'] === schemaId ? [...rest, after] : rest;
  if (isPrimaryIdentity(before) && !left.some(isPrimaryIdentity)) await requireUnreferred(store, before);
  const schema = await store.resources('schema').get(schemaId);
  if (schema === undefined) return;
  const resource = asRegistryResource(schema);
  if (isInUnion(resource)) await requireUnion(store, resource, left, 'conflict');
}

async function requireUnion(
  store: ScopedStore,
  schema: RegistryResource,
  descriptors: readonly Descriptor[],
  kind: 'invalidBody' | 'conflict',
): Promise<void> {
  const problems = [
    ...(await unionProblemsOf(store, schema, descriptors)),
    ...(await referrersProblems(store, schema, descriptors)),
  ].map((problem) => ({
    ...problem,
    message: `${schema.$id} (${schema.title}) is enabled for Profile and needs to stay fit for it: ${problem.message}`,
  }));
  refuse(problems, kind);
}

/** Relationships find the records that they lead to by the primary identity. */
async function requireUnreferred(store: ScopedStore, identity: StoredDescriptor): Promise<void> {
  const [path] = sourcePropertiesOf(identity);
  const users = (await relationshipsTo(store, identity['xdm:sourceSchema'])).filter((from) => {
    const destination = from['xdm:destinationProperty'];
    return RELATIONSHIP_TYPES.has(from['@type']) && (destination === undefined || destination === path);
  });
  if (users.length === 0) return;
  const names = users.map((user) => `${user['@type']} ${user['@id']} of ${user['xdm:sourceSchema']}`);
  throw new Problem(
    'conflict',
    `${path} is the primary identity that relationships lead to. Remove first: ${names.join('; ')}.`,
    { violations: names.map((name) => ({ path: '', message: `needed by ${name}` })) },
  );
}
