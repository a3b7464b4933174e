/** Kinds of registry resources, as `meta:resourceType` spells them; field groups are `mixins` there. */
export type ResourceType = 'behaviors' | 'classes' | 'mixins' | 'datatypes' | 'schemas';

/**
 * One field, or one part of a resource, in the registry's raw JSON form (JSON Schema draft 6 with `meta:` keywords).
 * Keywords that are not named here inform only.
 */
export interface FieldSchema {
  readonly $ref?: string;
  readonly allOf?: readonly FieldSchema[];
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly items?: FieldSchema;
  /** A schema makes the object a map; a boolean says nothing that XDM knows. */
  readonly additionalProperties?: FieldSchema | boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly 'meta:xdmType'?: string;
  readonly [keyword: string]: unknown;
}

/** A resource as the registry stores it and answers it raw: global and tenant ones alike. */
export interface RegistryResource extends FieldSchema {
  readonly $id: string;
  readonly 'meta:altId': string;
  readonly 'meta:resourceType': ResourceType;
  readonly version: string;
  readonly title: string;
  readonly definitions?: Readonly<Record<string, FieldSchema>>;
  readonly 'meta:class'?: string;
  readonly 'meta:extends'?: readonly string[];
  readonly 'meta:intendedToExtend'?: readonly string[];
}

/** Where composition finds the resources that others name by `$id`. */
export interface ResourceLookup {
  find(id: string): RegistryResource | undefined;
}

/**
 * `meta:altId` of a `$id`: scheme, `ns.adobe.com/` and a final slash go, slashes become dots, `_` goes in front.
 * Not invertible, as a dot in an id is ambiguous.
 */
export function altIdOf(id: string): string {
  const path = id
    .replace(/^https?:\/\//, '')
    .replace(/^ns\.adobe\.com\//, '')
    .replace(/\/$/, '');
  return `_${path.replaceAll('/', '.')}`;
}

/** The reference to the JSON-LD context with which global resources begin; clients copy it. It adds no field. */
const CONTEXT_REFERENCE = 'https://ns.adobe.com/xdm/common/extensible#/definitions/@context';

export function isContextReference(reference: string): boolean {
  return reference === CONTEXT_REFERENCE;
}

const LOCAL_DEFINITION = '#/definitions/';

/** A resource's own definition that a reference names; undefined where it has none of that name. */
export function localDefinition(
  { definitions = {} }: Pick<RegistryResource, 'definitions'>,
  reference = '',
): FieldSchema | undefined {
  const name = reference.slice(LOCAL_DEFINITION.length);
  return reference.startsWith(LOCAL_DEFINITION) && Object.hasOwn(definitions, name)
    ? definitions[name]
    : undefined;
}

/** `meta:registryMetadata` of a resource: who wrote it and when, and its ETag. Empty where it has none, as a draft. */
export function metadataOf(resource: FieldSchema): Readonly<Record<string, unknown>> {
  const metadata = resource['meta:registryMetadata'];
  return typeof metadata === 'object' && metadata !== null ? { ...metadata } : {};
}

/** `meta:immutableTags` of a resource; none where it has none. */
export function tagsOf(resource: FieldSchema): readonly string[] {
  const tags = resource['meta:immutableTags'];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

/** `$id`s of all other resources that a resource or field names in `$ref`, each once, in order of appearance. */
export function referencedIds(field: FieldSchema): readonly string[] {
  const ids = new Set<string>();
  collectReferences(field, ids);
  return [...ids];
}

function collectReferences(field: FieldSchema, into: Set<string>): void {
  if (field.$ref !== undefined && !field.$ref.startsWith('#') && !isContextReference(field.$ref)) {
    into.add(field.$ref);
  }
  for (const child of childFields(field)) collectReferences(child, into);
}

function* childFields(field: FieldSchema): Iterable<FieldSchema> {
  yield* field.allOf ?? [];
  yield* Object.values(field.properties ?? {});
  if (field.items !== undefined) yield field.items;
  if (typeof field.additionalProperties === 'object') yield field.additionalProperties;
  // Only resources have definitions, and they are raw fields like any other.
  yield* Object.values((field as RegistryResource).definitions ?? {});
}
