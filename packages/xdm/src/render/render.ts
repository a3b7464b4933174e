import { composeResource, composeSchema, type ResolvedResource } from '../compose/compose.ts';
import type { ObjectNode, ScalarNode, XdmNode, XdmScalarType } from '../compose/node.ts';
import type { Outcome } from '../problem.ts';
import type { FieldSchema, RegistryResource, ResourceLookup } from '../registry/resource.ts';
import type { AcceptForm } from './accept.ts';
import { withDeprecated } from './deprecated-fields.ts';
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
  if (form.form === 'raw') return ok(finished(resource, form, descriptors));
  const composed = composeTarget(resource, lookup);
  if (!composed.ok) return composed;
  const { root, extends: ancestors } = composed.value;
  const shown = form.deprecatedFields ? withDeprecated(root, descriptors) : root;
  return ok(finished(fullEnvelope(resource, { root: shown, extends: ancestors }), form, descriptors));
}

function finished(
  structure: FieldSchema,
  form: Exclude<AcceptForm, { form: 'id' }>,
  descriptors: readonly unknown[],
): RenderedResource {
  const shown = form.text ? structure : withoutText(structure);
  return form.descriptors ? { ...shown, 'meta:descriptors': descriptors } : shown;
}

/**
 * {@link renderResource} as JSON text. The text of the resolved fields, nearly all of it, is made once for as long as the
 * composition is kept.
 */
export function renderResourceText(
  resource: RegistryResource,
  form: AcceptForm,
  lookup: ResourceLookup,
  descriptors: readonly unknown[] = [],
): Outcome<string> {
  if (form.form !== 'full' || form.deprecatedFields) {
    const rendered = renderResource(resource, form, lookup, descriptors);
    return rendered.ok ? ok(JSON.stringify(rendered.value)) : rendered;
  }
  const composed = composeTarget(resource, lookup);
  if (!composed.ok) return composed;
  const { root, extends: ancestors } = composed.value;
  const bare = { extends: ancestors, root: { ...root, properties: NO_PROPERTIES } };
  const envelope = JSON.stringify(finished(fullEnvelope(resource, bare), form, descriptors));
  const fields = fieldsText(root, form.text);
  return ok(fields === '{}' ? envelope : `${envelope.slice(0, -1)},"properties":${fields}}`);
}

const NO_PROPERTIES: ObjectNode['properties'] = new Map();

/** Texts by whether they have titles and descriptions; gone when the composition is. */
const fieldTexts = { true: new WeakMap<ObjectNode, string>(), false: new WeakMap<ObjectNode, string>() };

function fieldsText(root: ObjectNode, hasText: boolean): string {
  const known = fieldTexts[`${hasText}`].get(root);
  if (known !== undefined) return known;
  const fields = objectKeywords(root);
  const text = JSON.stringify((hasText ? fields : withoutText(fields)).properties ?? {});
  fieldTexts[`${hasText}`].set(root, text);
  return text;
}

/** The short form of lists: `title`, `$id`, `meta:altId`, `version`. */
export function renderId(resource: RegistryResource): RenderedResource {
  const { title, $id, version } = resource;
  return { title, $id, 'meta:altId': resource['meta:altId'], version };
}

function composeTarget(resource: RegistryResource, lookup: ResourceLookup): Outcome<ResolvedResource> {
  const isSchema = resource['meta:resourceType'] === 'schemas';
  return isSchema ? composeSchema(resource, lookup) : composeResource(resource, lookup);
}

/** The resource with its whole tree of fields in place of `allOf` and `definitions`. */
function fullEnvelope(
  resource: RegistryResource,
  { root, extends: ancestors }: Pick<ResolvedResource, 'root' | 'extends'>,
): FieldSchema {
  const { allOf: _allOf, definitions: _definitions, required: _required, ...rest } = resource;
  const { properties: _properties, ...envelope } = rest;
  return {
    ...envelope,
    ...objectKeywords(root),
    ...(ancestors.length > 0 && { 'meta:extends': ancestors }),
  };
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
      return {
        type: 'array',
        items: fieldSchemaOf(node.items),
        ...node.constraints,
        'meta:xdmType': 'array',
      };
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
