import { PART_NAMES } from '../compose/compose.ts';
import { problem, type RegistryProblem } from '../problem.ts';
import { pointer } from './field-check.ts';
import {
  type FieldSchema,
  isContextReference,
  type RegistryResource,
  type ResourceLookup,
  type ResourceType,
} from './resource.ts';

/** Of what kinds the parts of a field may be. The standard library itself has groups in fields, not data types alone. */
const FIELD_PARTS: readonly ResourceType[] = ['datatypes', 'mixins'];

/** Of what kinds the parts may be that a resource names in its own `allOf`. */
const ROOT_PARTS: Partial<Readonly<Record<ResourceType, readonly ResourceType[]>>> = {
  classes: ['behaviors', 'classes', 'mixins', 'datatypes'],
  mixins: ['mixins', 'datatypes'],
  datatypes: ['datatypes', 'mixins'],
};

/**
 * What a tenant's class, field group or data type refers to and may not be composed of, by JSON pointer; unknown ids are
 * left to composition, and the parts of schemas to `partsOfSchema`.
 */
export function partKindProblems(
  draft: RegistryResource,
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  const rootParts = ROOT_PARTS[draft['meta:resourceType']];
  if (rootParts === undefined) return [];
  const { allOf = [], definitions = {}, ...root } = draft;
  return [
    ...allOf.flatMap((part, index) => problemsIn(part, pointer('/allOf', index), rootParts, lookup)),
    ...problemsByName(definitions, '/definitions', lookup),
    ...problemsIn(root, '', FIELD_PARTS, lookup),
  ];
}

function problemsIn(
  field: FieldSchema,
  at: string,
  allowed: readonly ResourceType[],
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  const { $ref, allOf = [], properties = {}, items, additionalProperties: values } = field;
  const within = (child: FieldSchema, step: string) =>
    problemsIn(child, pointer(at, step), FIELD_PARTS, lookup);
  return [
    ...($ref === undefined ? [] : referenceProblems($ref, pointer(at, '$ref'), allowed, lookup)),
    ...allOf.flatMap((part, index) => problemsIn(part, `${at}/allOf/${index}`, FIELD_PARTS, lookup)),
    ...problemsByName(properties, pointer(at, 'properties'), lookup),
    ...(items === undefined ? [] : within(items, 'items')),
    ...(typeof values === 'object' ? within(values, 'additionalProperties') : []),
  ];
}

function problemsByName(
  fields: Readonly<Record<string, FieldSchema>>,
  at: string,
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    problemsIn(field, pointer(at, name), FIELD_PARTS, lookup),
  );
}

function referenceProblems(
  reference: string,
  at: string,
  allowed: readonly ResourceType[],
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  if (reference.startsWith('#') || isContextReference(reference)) return [];
  const found = lookup.find(reference);
  if (found === undefined || allowed.includes(found['meta:resourceType'])) return [];
  const [kind, wanted] = [
    PART_NAMES[found['meta:resourceType']],
    allowed.map((type) => PART_NAMES[type]).join(' or '),
  ];
  const message = `${found.$id} (${found.title}) is ${kind}; a reference here names ${wanted}.`;
  return [problem('XDM-1000-400', at, message)];
}
