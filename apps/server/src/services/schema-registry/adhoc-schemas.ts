import { createHash } from 'node:crypto';
import { asRegistryResource, holdRegistry, recordChange, schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import {
  adhocClassBody,
  createTenantResource,
  type RegistryResource,
  type SourceColumn,
  updateTenantResource,
} from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { removeDescriptorsOf } from './descriptor-documents.ts';
import { unwrap } from './problem-document.ts';
import { tenantContextOf } from './tenant-resources.ts';
import { usersOfResource } from './users-of-resource.ts';

type Part = 'class' | 'schema';

/** `$id` of the ad-hoc schema of a source connection: it follows from the connection's, so it need not be kept. */
export function adhocSchemaIdOf(tenantId: string, sourceConnectionId: string): string {
  return idOf(tenantId, 'schema', hexOf('schema', sourceConnectionId));
}

/** `$id`s of all that a source connection brings into the registry, whether it is there or not. */
export function adhocIdsOf(tenantId: string, sourceConnectionId: string): readonly string[] {
  return (['class', 'schema'] as const).map((part) => idOf(tenantId, part, hexOf(part, sourceConnectionId)));
}

/**
 * Creates the ad-hoc class and schema of a source connection's columns, or brings the class up to date, in the transaction
 * that writes the connection.
 * @throws {Problem} where the columns make no class
 */
export async function writeAdhocSchema(
  store: ScopedStore,
  caller: SandboxedCaller,
  sourceConnectionId: string,
  name: string,
  columns: readonly SourceColumn[],
): Promise<void> {
  await holdRegistry(store);
  const body = adhocClassBody(`Ad-hoc class of source connection ${sourceConnectionId}`, name, columns);
  const { tenantId } = caller.organization;
  const classId = idOf(tenantId, 'class', hexOf('class', sourceConnectionId));
  const existing = await store.resources('class').get(classId);
  if (existing !== undefined) {
    const before = asRegistryResource(existing);
    const lookup = await schemaLookup(store, []);
    const updated = unwrap(
      updateTenantResource(before, body, tenantContextOf(caller), lookup),
      'invalidBody',
    );
    await store.resources('class').replace(classId, existing.etag, updated.resource, caller.actor);
    await record(store, caller, 'classes', before, updated.resource);
    return;
  }
  await create(store, caller, 'class', sourceConnectionId, body);
  await create(store, caller, 'schema', sourceConnectionId, {
    title: `Ad-hoc schema of source connection ${sourceConnectionId}`,
    description: name,
    type: 'object',
    allOf: [{ $ref: classId }],
  });
}

/** Removes the ad-hoc schema of a source connection that is deleted; what something else uses by now stays. */
export async function removeAdhocSchema(
  store: ScopedStore,
  caller: SandboxedCaller,
  sourceConnectionId: string,
): Promise<void> {
  await holdRegistry(store);
  for (const part of ['schema', 'class'] as const) {
    const id = idOf(caller.organization.tenantId, part, hexOf(part, sourceConnectionId));
    const existing = await store.resources(part).get(id);
    if (existing === undefined || (await usersOfResource(store, id)).length > 0) return;
    if (part === 'schema') await removeDescriptorsOf(store, caller.actor, id);
    await store.resources(part).remove(id);
    await record(store, caller, TYPES[part], asRegistryResource(existing), undefined);
  }
}

interface RegistryBody extends Readonly<Record<string, unknown>> {
  readonly allOf: readonly { readonly $ref?: string }[];
}

const TYPES = { class: 'classes', schema: 'schemas' } as const;

async function create(
  store: ScopedStore,
  caller: SandboxedCaller,
  part: Part,
  sourceConnectionId: string,
  body: RegistryBody,
): Promise<void> {
  const bytes = Buffer.from(hexOf(part, sourceConnectionId), 'hex');
  const lookup = await schemaLookup(
    store,
    body.allOf.flatMap(({ $ref }) => $ref ?? []),
  );
  const created = createTenantResource(TYPES[part], body, tenantContextOf(caller), lookup, () => bytes);
  const { resource } = unwrap(created, 'invalidBody');
  await store.resources(part).insert(resource.$id, resource, caller.actor);
  await record(store, caller, TYPES[part], undefined, resource);
}

async function record(
  store: ScopedStore,
  { actor }: SandboxedCaller,
  type: string,
  before: RegistryResource | undefined,
  after: RegistryResource | undefined,
): Promise<void> {
  const id = (after ?? before)?.$id ?? '';
  await recordChange(store, actor, { resourceId: id, id, type, before, after });
}

function idOf(tenantId: string, part: Part, hex: string): string {
  return `https://ns.adobe.com/${tenantId}/${TYPES[part]}/${hex}`;
}

/** 48 hex digits, as other resources' ids have. */
function hexOf(part: Part, sourceConnectionId: string): string {
  return createHash('sha256').update(`${part} of ${sourceConnectionId}`).digest('hex').slice(0, 48);
}
