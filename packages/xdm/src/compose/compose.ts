import { type Outcome, problem, type RegistryProblem } from '../problem.ts';
import {
  isContextReference,
  type RegistryResource,
  type ResourceLookup,
  type ResourceType,
} from '../registry/resource.ts';
import { isStandard } from '../registry/standard-library.ts';
import { BoundedCache } from './bounded-cache.ts';
import { FieldComposer } from './compose-fields.ts';
import { contentKey } from './content-key.ts';
import type { ObjectNode } from './node.ts';
import { nodesWithin } from './node-count.ts';
import { withoutUndefinedRequired } from './required-names.ts';

/** A resource with every `$ref` and `allOf` followed. */
export interface ResolvedResource {
  readonly id: string;
  readonly resourceType: ResourceType;
  readonly title: string;
  readonly description: string | undefined;
  readonly version: string;
  /** `$id`s that it takes fields from at the root, directly or not, in order of `allOf`, each once; no data types. */
  readonly extends: readonly string[];
  /** `$id` of record, time-series or adhoc; undefined for what has none: field groups and data types. */
  readonly behavior: string | undefined;
  readonly root: ObjectNode;
}

export interface ResolvedSchema extends ResolvedResource {
  readonly resourceType: 'schemas';
  /** Undefined only for some schemas of the standard library, which extend a behaviour directly. */
  readonly classId: string | undefined;
  readonly behavior: string;
}

/**
 * Resolves a schema, given by `$id` or as raw registry JSON. Fails with every problem there is: references that name
 * nothing, no class or two, parts of the wrong kind, conflicting types at one path, too many fields.
 */
export function composeSchema(
  schema: string | RegistryResource,
  lookup: ResourceLookup,
): Outcome<ResolvedSchema> {
  const resource = typeof schema === 'string' ? lookup.find(schema) : schema;
  if (resource === undefined) return missing(schema);
  if (resource['meta:resourceType'] !== 'schemas') {
    return failed(`${resource.$id} is no schema; its meta:resourceType is ${resource['meta:resourceType']}.`);
  }
  const parts = partsOfSchema(resource, lookup);
  const composed = composeResource(resource, lookup);
  const problems = [...parts.problems, ...(composed.ok ? [] : composed.problems)];
  if (!composed.ok || problems.length > 0) return { ok: false, problems };
  const { behavior } = composed.value;
  if (behavior === undefined) {
    return failed(`${parts.classId ?? resource.$id} extends no behaviour, so its schemas can hold no data.`);
  }
  return {
    ok: true,
    value: { ...composed.value, resourceType: 'schemas', classId: parts.classId, behavior },
  };
}

/** Resolves a resource of any type, without the rules for schemas. What was composed of the same content is kept. */
export function composeResource(
  target: string | RegistryResource,
  lookup: ResourceLookup,
): Outcome<ResolvedResource> {
  const resource = typeof target === 'string' ? lookup.find(target) : target;
  if (resource === undefined) return missing(target);
  const key = contentKey(resource, lookup);
  const known = key === undefined ? undefined : compositions.get(key);
  if (known !== undefined) return { ok: true, value: known };
  const composed = composeAnew(resource, lookup);
  if (key !== undefined && composed.ok) {
    compositions.set(key, composed.value, nodesWithin(composed.value.root));
  }
  return composed;
}

/** Nodes of all compositions that are kept, many of which they share: some tens of megabytes. */
const MAX_KEPT_NODES = 200_000;

const compositions = new BoundedCache<ResolvedResource>(MAX_KEPT_NODES);

function composeAnew(resource: RegistryResource, lookup: ResourceLookup): Outcome<ResolvedResource> {
  const composer = new FieldComposer(lookup);
  const fields = withoutUndefinedRequired(composer.compose(resource));
  if (composer.problems.length > 0) return { ok: false, problems: composer.problems };
  const ancestors = ancestorsOf(resource, lookup);
  const { description } = resource;
  const value: ResolvedResource = {
    id: resource.$id,
    resourceType: resource['meta:resourceType'],
    title: resource.title,
    description,
    version: resource.version,
    extends: extendsOf(ancestors, resource, lookup),
    behavior: [resource, ...ancestors].find(isBehavior)?.$id,
    root: { ...fields, title: resource.title, ...(description !== undefined && { description }) },
  };
  return { ok: true, value };
}

interface SchemaParts {
  readonly classId: string | undefined;
  readonly problems: readonly RegistryProblem[];
}

/** The class among a schema's `allOf`, and what is wrong with its entries. Unknown ids are left to composition. */
export function partsOfSchema(schema: RegistryResource, lookup: ResourceLookup): SchemaParts {
  const problems: RegistryProblem[] = [];
  const ids = new Set<string>();
  const standard = isStandard(schema);
  for (const [index, part] of (schema.allOf ?? []).entries()) {
    if (!standard && (part.$ref === undefined || part.$ref.startsWith('#'))) {
      const message =
        'A schema has no fields of its own; define them in a field group and name its $id as $ref.';
      problems.push(problem('XDM-1000-400', `/allOf/${index}`, message));
    }
    const found = part.$ref === undefined ? undefined : lookup.find(part.$ref);
    const type = found?.['meta:resourceType'];
    if (found === undefined || type === undefined || type === 'mixins') continue;
    if (type === 'classes') ids.add(found.$id);
    else if (!standard) {
      const message = `${found.$id} (${found.title}) is ${PART_NAMES[type]}; a schema's allOf names one class and any field groups.`;
      problems.push(problem('XDM-1000-400', `/allOf/${index}/$ref`, message));
    }
  }
  const classIds = [...ids];
  const [classId, ...others] = classIds;
  if (classId === undefined && !standard) {
    const message =
      'allOf names no class. Name exactly one, such as https://ns.adobe.com/xdm/context/profile for records of people.';
    problems.push(problem('XDM-1000-400', '/allOf', message));
  }
  if (others.length > 0) {
    const message = `allOf names ${classIds.length} classes: ${classIds.join(', ')}. A schema has exactly one.`;
    problems.push(problem('XDM-1000-400', '/allOf', message));
  }
  return { classId, problems };
}

export const PART_NAMES: Readonly<Record<ResourceType, string>> = {
  behaviors: 'a behaviour',
  classes: 'a class',
  mixins: 'a field group',
  datatypes: 'a data type',
  schemas: 'a schema',
};

/** What a resource names in `allOf`, and what that names, depth first, each once. */
export function ancestorsOf(
  resource: RegistryResource,
  lookup: ResourceLookup,
  seen = new Map<string, RegistryResource>(),
): readonly RegistryResource[] {
  for (const { $ref } of resource.allOf ?? []) {
    if ($ref === undefined || seen.has($ref) || isContextReference($ref)) continue;
    const part = lookup.find($ref);
    if (part === undefined || part.$id === resource.$id) continue;
    seen.set($ref, part);
    ancestorsOf(part, lookup, seen);
  }
  return [...seen.values()];
}

/** The behaviour that a class has, or a schema by its class; the first where it has several. */
export function behaviorOf(resource: RegistryResource, lookup: ResourceLookup): RegistryResource | undefined {
  return ancestorsOf(resource, lookup).find(isBehavior);
}

export function isBehavior(resource: RegistryResource): boolean {
  return resource['meta:resourceType'] === 'behaviors';
}

/** The closure over `allOf`; of data types only those that a part itself declares to extend. */
function extendsOf(
  ancestors: readonly RegistryResource[],
  resource: RegistryResource,
  lookup: ResourceLookup,
): readonly string[] {
  const declared = new Set([resource, ...ancestors].flatMap((part) => part['meta:extends'] ?? []));
  const closure = ancestors
    .filter((part) => part['meta:resourceType'] !== 'datatypes' || declared.has(part.$id))
    .map((part) => part.$id);
  const inherited = [...declared].filter((id) => lookup.find(id) !== undefined);
  return [...new Set([...closure, ...inherited])];
}

function missing(target: string | RegistryResource): Outcome<never> {
  return failed(`There is no resource ${typeof target === 'string' ? target : target.$id}.`);
}

function failed(message: string): Outcome<never> {
  return { ok: false, problems: [problem('XDM-1000-400', '', message)] };
}
