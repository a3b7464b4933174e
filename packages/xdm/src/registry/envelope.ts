import { altIdOf, type FieldSchema, type RegistryResource } from './resource.ts';
import type { ResourceBody, TenantResourceType } from './resource-check.ts';
import { withXdmTypes, withXdmTypesByName } from './xdm-type.ts';

/** Who creates a resource, where and when. */
export interface TenantContext {
  /** As `GET /stats` tells it; custom fields stand under an underscore and this. */
  readonly tenantId: string;
  readonly imsOrg: string;
  readonly sandboxId: string;
  /** `production` or `development`. */
  readonly sandboxType: string;
  readonly clientId: string;
  readonly userId: string;
  readonly now: Date;
}

export const FIRST_VERSION = '1.0';

/** `meta:` keywords that are made here, whatever a client sends; of the others those sent are kept. */
const MADE_HERE: ReadonlySet<string> = new Set([
  'meta:altId',
  'meta:resourceType',
  'meta:xdmType',
  'meta:abstract',
  'meta:extensible',
  'meta:extends',
  'meta:class',
  'meta:containerId',
  'meta:sandboxId',
  'meta:sandboxType',
  'meta:tenantNamespace',
  'meta:datasetNamespace',
  'meta:registryMetadata',
  'meta:createdDate',
]);

/** Everything but what other resources decide, in the registry's order of keywords. */
export function envelope(
  type: TenantResourceType,
  body: ResourceBody,
  hex: string,
  context: TenantContext,
): RegistryResource {
  const $id = `https://ns.adobe.com/${context.tenantId}/${type}/${hex}`;
  const { title, description, allOf, definitions, properties, required } = body;
  const kept = Object.entries(body).filter(
    ([keyword]) => keyword.startsWith('meta:') && !MADE_HERE.has(keyword),
  );
  const isPart = type === 'classes' || type === 'mixins';
  return {
    $id,
    'meta:altId': altIdOf($id),
    'meta:resourceType': type,
    version: FIRST_VERSION,
    title,
    ...(description !== undefined && { description }),
    type: 'object',
    ...(definitions !== undefined && { definitions: withXdmTypesByName(definitions) }),
    ...(allOf !== undefined && { allOf: type === 'schemas' ? allOf : allOf.map(withXdmTypes) }),
    ...(properties !== undefined && { properties: withXdmTypesByName(properties) }),
    ...(required !== undefined && { required }),
    ...Object.fromEntries(kept),
    'meta:xdmType': 'object',
    'meta:abstract': isPart,
    'meta:extensible': isPart || type === 'datatypes',
    ...(allOf !== undefined && { 'meta:extends': externalReferences(allOf) }),
    'meta:containerId': 'tenant',
    imsOrg: context.imsOrg,
    'meta:sandboxId': context.sandboxId,
    'meta:sandboxType': context.sandboxType,
    'meta:tenantNamespace': `_${context.tenantId}`,
  };
}

function externalReferences(allOf: readonly FieldSchema[] = []): readonly string[] {
  return allOf.flatMap(({ $ref }) => ($ref === undefined || $ref.startsWith('#') ? [] : [$ref]));
}
