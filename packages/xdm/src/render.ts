import type { AcceptForm } from './accept.ts';
import { composeResource, composeSchema } from './compose.ts';
import type { ObjectNode, ScalarNode, XdmNode, XdmScalarType } from './node.ts';
import type { Outcome } from './problem.ts';
import type { FieldSchema, RegistryResource, ResourceLookup } from './resource.ts';
import { withoutText } from './text.ts';

/** A body of the Schema Registry's answer. */
export type RenderedResource = Readonly<Record<string, unknown>>;

/**
 * A resource in the form that the client asked for. `descriptors` are those of the resource and are shown only where
 * the form wants them. Fails only in the full form, when what the resource refers to no longer composes.
 */
export function renderResource(
  resource: RegistryResource,
  form: AcceptForm,
  lookup: ResourceLookup,
  descriptors: readonly unknown[] = [],
): Outcome<RenderedResource> {
  if (form.form === 'id') return { ok: true, value: renderId(resource) };
  const structure = form.form === 'full' ? renderFull(resource, lookup) : ok(resource);
  if (!structure.ok) return structure;
  const shown = form.text ? structure.value : withoutText(structure.value);
  return ok(form.descriptors ? { ...shown, 'meta:descriptors': descriptors } : shown);
}

/** The short form of lists: `title`, `$id`, `meta:altId`, `version`. */
export function renderId(resource: RegistryResource): RenderedResource {
  const { title, $id, version } = resource;
  return { title, $id, 'meta:altId': resource['meta:altId'], version };
}

/** The resource with its whole tree of fields in place of `allOf` and `definitions`. */
function renderFull(resource: RegistryResource, lookup: ResourceLookup): Outcome<FieldSchema> {
  const isSchema = resource['meta:resourceType'] === 'schemas';
  const composed = isSchema ? composeSchema(resource, lookup) : composeResource(resource, lookup);
  if (!composed.ok) return composed;
  const { root, extends: ancestors } = composed.value;
  const { allOf: _allOf, definitions: _definitions, required: _required, ...envelope } = resource;
  return ok({
    ...envelope,
    ...objectKeywords(root),
    ...(ancestors.length > 0 && { 'meta:extends': ancestors }),
  });
}

/** A node in the registry's JSON form, `meta:xdmType` on it and on every node within. */
function fieldSchemaOf(node: XdmNode): FieldSchema {
  const { title, description, annotations } = node;
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...keywordsOf(node),
    ...annotations,
  };
}

function keywordsOf(node: XdmNode): FieldSchema {
  switch (node.kind) {
    case 'scalar':
      return scalarKeywords(node);
    case 'array':
      return { type: 'array', items: fieldSchemaOf(node.items), 'meta:xdmType': 'array' };
    case 'map':
      return { type: 'object', additionalProperties: fieldSchemaOf(node.values), 'meta:xdmType': 'map' };
    case 'object':
      return objectKeywords(node);
  }
}

function objectKeywords(node: ObjectNode): FieldSchema {
  const properties = Array.from(node.properties, ([name, child]) => [name, fieldSchemaOf(child)] as const);
  return {
    type: 'object',
    ...(node.required.size > 0 && { required: [...node.required] }),
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    'meta:xdmType': 'object',
  };
}

const JSON_TYPES: Readonly<Record<XdmScalarType, FieldSchema>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  // What JSON can carry of 64 bits; without bounds the field would read as an int.
  long: { type: 'integer', minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  int: { type: 'integer' },
  short: { type: 'integer' },
  byte: { type: 'integer' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  'date-time': { type: 'string', format: 'date-time' },
};

function scalarKeywords(node: ScalarNode): FieldSchema {
  return { ...JSON_TYPES[node.xdmType], ...node.constraints, 'meta:xdmType': node.xdmType };
}

function ok<T>(value: T): Outcome<T> {
  return { ok: true, value };
}
