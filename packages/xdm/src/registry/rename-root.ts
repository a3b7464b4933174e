import type { OwnFields } from './field-names.ts';
import type { RegistryResource } from './resource.ts';

/** The resource with a root object renamed, wherever the root's fields are defined. */
export function renameRootField(resource: RegistryResource, from: string, to: string): RegistryResource {
  const rename = (name: string) => (name === from ? to : name);
  const { definitions } = resource;
  return {
    ...resource,
    ...renamed(resource, rename),
    ...(definitions !== undefined && {
      definitions: Object.fromEntries(
        Object.entries(definitions).map(([name, field]) => [name, renamed(field, rename)]),
      ),
    }),
  };
}

function renamed<Field extends OwnFields>(field: Field, rename: (name: string) => string): Field {
  const { properties, allOf, required } = field;
  return {
    ...field,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [rename(name), child]),
      ),
    }),
    ...(allOf !== undefined && { allOf: allOf.map((part) => renamed(part, rename)) }),
    ...(required !== undefined && { required: required.map(rename) }),
  };
}
