import type { FieldSchema, RegistryResource, ResourceType } from './registry/resource.ts';

export const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
export const EXPERIENCE_EVENT = 'https://ns.adobe.com/xdm/context/experienceevent';
export const PERSON_DETAILS = 'https://ns.adobe.com/xdm/context/profile-person-details';
export const PERSONAL_DETAILS = 'https://ns.adobe.com/xdm/context/profile-personal-details';

/** A stored resource of the tenant `acme`, for tests. */
export function tenantResource(
  type: ResourceType,
  name: string,
  content: FieldSchema & Partial<RegistryResource>,
): RegistryResource {
  return {
    $id: idOf(type, name),
    'meta:altId': `_acme.${type}.${name}`,
    'meta:resourceType': type,
    version: '1.0',
    title: name,
    type: 'object',
    ...content,
  };
}

export function idOf(type: ResourceType, name: string): string {
  return `https://ns.adobe.com/acme/${type}/${name}`;
}

export function schemaOf(...ids: readonly string[]): RegistryResource {
  return tenantResource('schemas', 'schema', { allOf: ids.map((id) => ({ $ref: id })) });
}
