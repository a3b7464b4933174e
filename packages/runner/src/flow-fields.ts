import { createHash } from 'node:crypto';
import type { Resource, ScopedStore } from '@tributary/store';
import {
  createTenantResource,
  type FieldSchema,
  flowObjectName,
  isJsonObject,
  proposeFields,
  type RegistryResource,
  type SourceColumn,
  type TenantContext,
  updateTenantResource,
} from '@tributary/xdm';
import { runnerActor } from './progress.ts';
import { recordChange } from './registry-log.ts';
import { asRegistryResource } from './registry-resource.ts';
import { schemaLookup } from './schema-lookup.ts';

/** A column and the dotted path of the field that it has got. */
export interface AddedField {
  readonly column: string;
  readonly path: string;
}

/** The field group that is a flow's own, with fields for some columns. */
export interface FlowFields {
  readonly group: RegistryResource;
  readonly fields: readonly AddedField[];
}

export interface FlowFieldsRequest {
  readonly flowId: string;
  readonly flowName: string | undefined;
  readonly table: string;
  readonly schemaId: string;
  readonly columns: readonly SourceColumn[];
}

export type FlowFieldsOutcome =
  | { readonly ok: true; readonly value: FlowFields }
  | { readonly ok: false; readonly reason: string };

/**
 * Gives a schema optional fields for columns: in a field group that is made of the flow's id, and there in an object of the
 * flow's own, so that they meet no field that anybody else has made or will make. To be called in a transaction that holds
 * the registry (`holdRegistry`), and to be undone where it refuses.
 */
export async function ensureFlowFields(
  store: ScopedStore,
  context: TenantContext,
  request: FlowFieldsRequest,
): Promise<FlowFieldsOutcome> {
  const schema = await store.resources('schema').getForUpdate(request.schemaId);
  if (schema === undefined) return refuse(`${request.schemaId} is no schema of this sandbox`);
  const place = placeOf(request, context);
  const group = await store.resources('mixin').getForUpdate(place.groupId);
  const existing = group === undefined ? {} : fieldsIn(asRegistryResource(group), place);
  const proposed = proposeFields(request.columns, existing);
  const properties = {
    ...existing,
    ...Object.fromEntries(proposed.map(({ name, field }) => [name, field])),
  };
  const body = groupBody(request, place, asRegistryResource(schema), properties);
  const written = await writeGroup(store, context, place, group, body);
  if (!written.ok) return written;
  const extended = await extendSchema(store, context, schema, place.groupId);
  if (!extended.ok) return extended;
  const fields = proposed.map(({ column, name }) => ({
    column,
    path: `${place.namespace}.${place.object}.${name}`,
  }));
  return { ok: true, value: { group: written.value, fields } };
}

interface Place {
  readonly groupId: string;
  readonly groupBytes: Uint8Array;
  readonly namespace: string;
  readonly object: string;
}

/** An id is 24 bytes, written in hex digits. */
const ID_BYTES = 24;
/** Hex digits that tell the objects of flows of one table apart. */
const SUFFIX_DIGITS = 8;

function placeOf({ flowId, table }: FlowFieldsRequest, { tenantId }: TenantContext): Place {
  const groupBytes = createHash('sha256').update(`flow ${flowId}`).digest().subarray(0, ID_BYTES);
  const hex = groupBytes.toString('hex');
  return {
    groupId: `https://ns.adobe.com/${tenantId}/mixins/${hex}`,
    groupBytes,
    namespace: `_${tenantId}`,
    object: flowObjectName(table, hex.slice(0, SUFFIX_DIGITS)),
  };
}

/** The fields that the flow's group has so far; they may have been edited since, but not removed. */
function fieldsIn(
  group: RegistryResource,
  { namespace, object }: Place,
): Readonly<Record<string, FieldSchema>> {
  const path = ['definitions', DEFINITION, 'properties', namespace, 'properties', object, 'properties'];
  let found: unknown = group;
  for (const step of path) found = isJsonObject(found) ? found[step] : undefined;
  // What stands under `properties` of a stored resource are fields.
  return isJsonObject(found) ? (found as Readonly<Record<string, FieldSchema>>) : {};
}

const DEFINITION = 'addedColumns';
/** A name may be as long as a whole title. */
const MAX_FLOW_NAME_LENGTH = 100;

function groupBody(
  { flowId, flowName, table }: FlowFieldsRequest,
  { namespace, object }: Place,
  schema: RegistryResource,
  properties: Readonly<Record<string, FieldSchema>>,
) {
  const flow = flowName === undefined ? flowId : `${flowName.slice(0, MAX_FLOW_NAME_LENGTH)} (${flowId})`;
  return {
    title: `Columns added by the flow ${flow}`,
    description: `Columns of ${table} that came after the flow was made`,
    type: 'object',
    'meta:intendedToExtend': [schema['meta:class']],
    definitions: {
      [DEFINITION]: {
        type: 'object',
        properties: {
          [namespace]: {
            type: 'object',
            properties: { [object]: { title: `${table}, added columns`, type: 'object', properties } },
          },
        },
      },
    },
    allOf: [{ $ref: `#/definitions/${DEFINITION}`, type: 'object' }],
  };
}

type Written =
  | { readonly ok: true; readonly value: RegistryResource }
  | { readonly ok: false; readonly reason: string };

async function writeGroup(
  store: ScopedStore,
  context: TenantContext,
  { groupId, groupBytes }: Place,
  stored: Resource | undefined,
  body: ReturnType<typeof groupBody>,
): Promise<Written> {
  const lookup = await schemaLookup(store, body['meta:intendedToExtend'].map(String));
  if (stored === undefined) {
    const created = createTenantResource('mixins', body, context, lookup, () => groupBytes);
    if (!created.ok) return refuse(created.problems[0]?.message);
    const { resource } = created.value;
    await store.resources('mixin').insert(groupId, resource, runnerActor);
    await record(store, undefined, resource);
    return { ok: true, value: resource };
  }
  const { title, description, ...changed } = body;
  const former = asRegistryResource(stored);
  const next = { ...former, ...changed, 'meta:intendedToExtend': former['meta:intendedToExtend'] };
  return replace(store, context, stored, next, 'mixin', lookup);
}

/** Names the group in the schema's `allOf`, unless it is there. */
async function extendSchema(
  store: ScopedStore,
  context: TenantContext,
  stored: Resource,
  groupId: string,
): Promise<Written> {
  const former = asRegistryResource(stored);
  const { allOf = [] } = former;
  if (allOf.some(({ $ref }) => $ref === groupId)) return { ok: true, value: former };
  const next = { ...former, allOf: [...allOf, { $ref: groupId }] };
  const lookup = await schemaLookup(
    store,
    next.allOf.flatMap(({ $ref }) => $ref ?? []),
  );
  return replace(store, context, stored, next, 'schema', lookup);
}

async function replace(
  store: ScopedStore,
  context: TenantContext,
  stored: Resource,
  body: unknown,
  kind: 'mixin' | 'schema',
  lookup: Parameters<typeof updateTenantResource>[3],
): Promise<Written> {
  const former = asRegistryResource(stored);
  const updated = updateTenantResource(former, body, context, lookup);
  if (!updated.ok) return refuse(updated.problems[0]?.message);
  const { resource } = updated.value;
  await store.resources(kind).replace(stored.id, stored.etag, resource, runnerActor);
  await record(store, former, resource);
  return { ok: true, value: resource };
}

function record(store: ScopedStore, before: RegistryResource | undefined, after: RegistryResource) {
  const { $id: id, 'meta:resourceType': type } = after;
  return recordChange(store, runnerActor, { resourceId: id, id, type, before, after });
}

function refuse(reason = 'the registry refuses it'): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
