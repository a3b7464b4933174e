import { createHash } from 'node:crypto';
import type { FieldSchema, RegistryResource, ResourceType } from './resource.ts';

/** `data/xdm-standard.json`: the standard library, structure only. */
export interface LibraryFile {
  readonly format: 'xdm-library/1';
  readonly source: Readonly<Record<string, string>>;
  readonly resources: readonly LibraryResource[];
}

/** A resource of the file: local definitions are inlined, references to other resources kept. */
export interface LibraryResource {
  readonly $id: string;
  readonly altId: string;
  readonly title: string;
  readonly resourceType: ResourceType;
  readonly status: string;
  readonly abstract?: boolean;
  readonly extensible?: boolean;
  readonly extends?: readonly string[];
  readonly intendedToExtend?: readonly string[];
  /** Names of the local definitions of the raw form; all fields are kept under the first. */
  readonly definition?: string | readonly string[];
  readonly allOf?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, LibraryField>>;
}

/** A field of the file: JSON Schema keywords stand as they are, the others are abbreviated. */
interface LibraryField {
  readonly ref?: string;
  readonly items?: LibraryField;
  /** The schema of a map's values. */
  readonly values?: LibraryField;
  readonly properties?: Readonly<Record<string, LibraryField>>;
  /** `meta:enum`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly status?: string;
  /** The JSON-LD name, where it is not `xdm:` and the name. */
  readonly xdmField?: string;
  readonly [keyword: string]: unknown;
}

/** The raw registry form of a library resource, without the `meta:xdmType` of its fields. */
export function resourceOf(entry: LibraryResource, libraryVersion: string): RegistryResource {
  const fields = ownFieldsOf(entry);
  const [definition] = typeof entry.definition === 'string' ? [entry.definition] : (entry.definition ?? []);
  const hasFields = fields.properties !== undefined || fields.required !== undefined;
  const joined: FieldSchema[] = (entry.allOf ?? []).map((id) => ({ $ref: id, ...OBJECT }));
  const local: FieldSchema = { $ref: `#/definitions/${definition}`, ...OBJECT };
  const allOf = definition !== undefined && hasFields ? [...joined, local] : joined;
  const resource = {
    $id: entry.$id,
    'meta:altId': entry.altId,
    'meta:resourceType': entry.resourceType,
    version: libraryVersion,
    title: entry.title,
    type: 'object',
    ...(definition === undefined ? fields : hasFields && { definitions: { [definition]: fields } }),
    ...(allOf.length > 0 && { allOf }),
    'meta:extensible': entry.extensible ?? false,
    'meta:abstract': entry.abstract ?? false,
    ...(entry.extends !== undefined && { 'meta:extends': entry.extends }),
    ...(entry.intendedToExtend !== undefined && { 'meta:intendedToExtend': entry.intendedToExtend }),
    'meta:xdmType': 'object',
    'meta:status': entry.status,
    $schema: 'http://json-schema.org/draft-06/schema#',
  };
  const eTag = createHash('sha256').update(JSON.stringify(resource)).digest('hex');
  return { ...resource, 'meta:registryMetadata': { eTag, 'meta:globalLibVersion': libraryVersion } };
}

const OBJECT = { type: 'object', 'meta:xdmType': 'object' } as const;

function ownFieldsOf(entry: LibraryResource): FieldSchema {
  return {
    ...(entry.properties !== undefined && { properties: propertiesOf(entry.properties, false) }),
    ...(entry.required !== undefined && { required: entry.required }),
  };
}

function propertiesOf(
  properties: Readonly<Record<string, LibraryField>>,
  insideNamespace: boolean,
): Record<string, FieldSchema> {
  const entries = Object.entries(properties).map(([name, field]) => {
    // Wrapper objects such as `_experience` and `_experience.analytics` come from a name's URI, not from a field.
    const isNamespace = field.xdmField === undefined && (insideNamespace || name.startsWith('_'));
    const xdmField = field.xdmField ?? (isNamespace ? undefined : `xdm:${name}`);
    return [name, fieldOf(field, xdmField, isNamespace)] as const;
  });
  return Object.fromEntries(entries);
}

function fieldOf(field: LibraryField, xdmField: string | undefined, isNamespace: boolean): FieldSchema {
  const { ref, items, values, properties, labels, status, xdmField: _xdmField, ...keywords } = field;
  return {
    ...keywords,
    ...(ref !== undefined && { $ref: ref, type: 'object' }),
    ...(items !== undefined && { items: fieldOf(items, items.xdmField, false) }),
    ...(values !== undefined && { additionalProperties: fieldOf(values, values.xdmField, false) }),
    ...(properties !== undefined && { properties: propertiesOf(properties, isNamespace) }),
    ...(labels !== undefined && { 'meta:enum': labels }),
    ...(status !== undefined && { 'meta:status': status }),
    ...(xdmField !== undefined && { 'meta:xdmField': xdmField }),
  };
}
