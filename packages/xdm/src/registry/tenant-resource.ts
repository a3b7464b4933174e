import { createHash } from 'node:crypto';
import {
  ancestorsOf,
  behaviorOf,
  composeResource,
  composeSchema,
  isBehavior,
  partsOfSchema,
} from '../compose/compose.ts';
import type { ObjectNode } from '../compose/node.ts';
import { type Outcome, problem, type RegistryProblem } from '../problem.ts';
import { ADHOC } from './behaviors.ts';
import { envelope, FIRST_VERSION, type TenantContext } from './envelope.ts';
import { isJsonObject, isShallow } from './field-check.ts';
import { nameProblems } from './field-names.ts';
import { partKindProblems } from './part-kinds.ts';
import { renameRootField } from './rename-root.ts';
import { withoutRepeatedTypes } from './repeated-types.ts';
import { metadataOf, type RegistryResource, type ResourceLookup } from './resource.ts';
import { parseResourceBody, type ResourceBody, type TenantResourceType } from './resource-check.ts';

export interface CreatedResource {
  readonly resource: RegistryResource;
  /** What is allowed but probably not meant, in sentences. */
  readonly warnings: readonly string[];
}

/** Gives that many random bytes. */
export type RandomSource = (bytes: number) => Uint8Array;

/** Under which an ad-hoc class is sent; stored, the class's own id takes its place. */
const ADHOC_NAMESPACE = '_adhoc';

const secureRandom: RandomSource = (bytes) => crypto.getRandomValues(new Uint8Array(bytes));

/** The last part of a new resource's `$id`: 48 lower-case hex digits. */
export function newResourceHex(random: RandomSource = secureRandom): string {
  return Buffer.from(random(24)).toString('hex');
}

/**
 * Checks a creation's JSON body and gives it its envelope: ids, version, `meta:` keywords, ETag. Fails with every
 * problem of the body's shape, else with those of its names and namespace and of its composition. That the title is
 * free is for the caller to check (XDM-1521-400).
 */
export function createTenantResource(
  type: TenantResourceType,
  body: unknown,
  context: TenantContext,
  lookup: ResourceLookup,
  random: RandomSource = secureRandom,
): Outcome<CreatedResource> {
  const checked = checkedResource(type, body, newResourceHex(random), context, lookup);
  if (!checked.ok) return checked;
  const created = context.now.getTime();
  return accepted({ ...checked.value, version: FIRST_VERSION }, lookup, {
    'repo:createdDate': created,
    'repo:lastModifiedDate': created,
    'xdm:createdClientId': context.clientId,
    'xdm:lastModifiedClientId': context.clientId,
    'xdm:createdUserId': context.userId,
    'xdm:lastModifiedUserId': context.userId,
  });
}

/**
 * The resource that a new body makes of a stored one, checked as at creation: the same ids, the next minor version,
 * another ETag. A body without `meta:immutableTags` keeps those that there are. Whether what uses the resource bears the
 * change is for the caller to ask (`breakingChanges`).
 */
export function updateTenantResource(
  current: RegistryResource,
  body: unknown,
  context: TenantContext,
  lookup: ResourceLookup,
): Outcome<CreatedResource> {
  const type = current['meta:resourceType'];
  if (type === 'behaviors') throw new Error(`${current.$id} is a behaviour, which no tenant owns`);
  const hex = current.$id.slice(current.$id.lastIndexOf('/') + 1);
  const checked = checkedResource(type, changedBody(current, body), hex, context, lookup);
  if (!checked.ok) return checked;
  const resource = { ...checked.value, $id: current.$id, 'meta:altId': current['meta:altId'] };
  return accepted({ ...resource, version: nextVersion(current.version) }, lookup, {
    ...metadataOf(current),
    'repo:lastModifiedDate': context.now.getTime(),
    'xdm:lastModifiedClientId': context.clientId,
    'xdm:lastModifiedUserId': context.userId,
  });
}

/** What a client means by sending a resource back: what it does not choose is not held against it. */
function changedBody(current: RegistryResource, body: unknown): unknown {
  if (!isJsonObject(body) || !isShallow(body)) return body;
  const own = withoutRepeatedTypes(body, current);
  const tags = current['meta:immutableTags'];
  return own['meta:immutableTags'] === undefined && tags !== undefined
    ? { ...own, 'meta:immutableTags': tags }
    : own;
}

/** Breaking changes are refused, so only the minor version ever rises. */
function nextVersion(version: string): string {
  const [major = '1', minor = '0'] = version.split('.');
  return `${major}.${Number(minor) + 1}`;
}

/** The body with its envelope, as it would be stored, but for version and metadata. */
function checkedResource(
  type: TenantResourceType,
  body: unknown,
  hex: string,
  context: TenantContext,
  lookup: ResourceLookup,
): Outcome<RegistryResource> {
  const parsed = parseResourceBody(type, body);
  if (!parsed.ok) return parsed;
  const given = envelope(type, parsed.value, hex, context);
  const isAdhoc = isAdhocClass(given, lookup);
  const namespace = namespaceOf(given, isAdhoc, context);
  // A stored ad-hoc class comes back with its own namespace; it is checked by the name that people write.
  const draft = isAdhoc ? renameRootField(given, `_${hex}`, ADHOC_NAMESPACE) : given;
  const problems = [
    // A schema has no fields of its own.
    ...(type === 'schemas' ? [] : nameProblems(draft, namespace, lookup)),
    ...partKindProblems(draft, lookup),
    ...classProblems(draft, parsed.value, lookup),
    ...intentProblems(draft, lookup),
  ];
  const composed = type === 'schemas' ? composeSchema(draft, lookup) : composeResource(draft, lookup);
  if (!composed.ok) return { ok: false, problems: [...problems, ...composed.problems] };
  problems.push(...requiredProblems(draft, composed.value.root));
  if (problems.length > 0) return { ok: false, problems };
  const placed = isAdhoc ? renameRootField(draft, ADHOC_NAMESPACE, `_${hex}`) : draft;
  const resource = {
    ...placed,
    ...(placed.allOf !== undefined && { 'meta:extends': composed.value.extends }),
    ...(isAdhoc ? { 'meta:datasetNamespace': `_${hex}` } : classKeywords(draft, lookup)),
  };
  return { ok: true, value: resource };
}

/** Under what the resource's own fields must stand; undefined for data types, which need no namespace. */
function namespaceOf(draft: RegistryResource, isAdhoc: boolean, context: TenantContext): string | undefined {
  if (draft['meta:resourceType'] === 'datatypes') return undefined;
  return isAdhoc ? ADHOC_NAMESPACE : `_${context.tenantId}`;
}

function isAdhocClass(draft: RegistryResource, lookup: ResourceLookup): boolean {
  return draft['meta:resourceType'] === 'classes' && behaviorOf(draft, lookup)?.$id === ADHOC;
}

/** A class needs one behaviour; a schema's stated class must be the one in its `allOf`. */
function classProblems(
  draft: RegistryResource,
  body: ResourceBody,
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  if (draft['meta:resourceType'] === 'classes') {
    const behaviors = ancestorsOf(draft, lookup).filter(isBehavior);
    if (behaviors.length === 1) return [];
    const fault =
      behaviors.length === 0
        ? 'allOf of a class names a behaviour'
        : `allOf brings ${behaviors.length} behaviours (${behaviors.map(({ $id }) => $id).join(', ')}); a class has one`;
    const message = `${fault}: https://ns.adobe.com/xdm/data/record, …/time-series or …/adhoc.`;
    return [problem('XDM-1000-400', '/allOf', message)];
  }
  if (draft['meta:resourceType'] !== 'schemas') return [];
  const stated = body['meta:class'];
  const { classId } = partsOfSchema(draft, lookup);
  if (stated === undefined || classId === undefined || stated === classId) return [];
  const message = `meta:class is ${stated}, but the class in allOf is ${classId}. Leave meta:class out or let them agree.`;
  return [problem('XDM-1000-400', '/meta:class', message)];
}

/** Names that a class or data type requires and has no fields of; a field group may require what its classes bring. */
function requiredProblems(draft: RegistryResource, root: ObjectNode): readonly RegistryProblem[] {
  if (draft['meta:resourceType'] === 'mixins') return [];
  const unknown = (draft.required ?? []).filter((name) => !root.properties.has(name));
  return unknown.map((name) =>
    problem('XDM-1000-400', '/required', `"${name}" is required but is no property here.`),
  );
}

/** A field group is meant for classes that exist; a behaviour stands for all of its classes. */
function intentProblems(draft: RegistryResource, lookup: ResourceLookup): readonly RegistryProblem[] {
  return (draft['meta:intendedToExtend'] ?? []).flatMap((id, index) => {
    const type = lookup.find(id)?.['meta:resourceType'];
    if (type === 'classes' || type === 'behaviors') return [];
    const fault = type === undefined ? 'does not exist' : 'is no class';
    return [
      problem('XDM-1000-400', `/meta:intendedToExtend/${index}`, `${id} ${fault}. Name the $id of a class.`),
    ];
  });
}

/** `meta:class` of a schema, and the namespace that it has from an ad-hoc class. */
function classKeywords(draft: RegistryResource, lookup: ResourceLookup): Readonly<Record<string, unknown>> {
  if (draft['meta:resourceType'] !== 'schemas') return {};
  const { classId } = partsOfSchema(draft, lookup);
  const datasetNamespace = classId && lookup.find(classId)?.['meta:datasetNamespace'];
  return {
    'meta:class': classId,
    ...(datasetNamespace !== undefined && { 'meta:datasetNamespace': datasetNamespace }),
  };
}

/** The resource with its metadata, of which the ETag follows from all the rest. */
function accepted(
  resource: RegistryResource,
  lookup: ResourceLookup,
  metadata: Readonly<Record<string, unknown>>,
): Outcome<CreatedResource> {
  const eTag = createHash('sha256').update(JSON.stringify(resource)).digest('hex');
  const stamped = {
    ...resource,
    'meta:registryMetadata': { ...metadata, eTag, 'meta:usageCount': metadata['meta:usageCount'] ?? 0 },
  };
  return { ok: true, value: { resource: stamped, warnings: warningsOf(stamped, lookup) } };
}

/** Global schemas themselves use field groups outside their intent, so that is not refused. */
function warningsOf(resource: RegistryResource, lookup: ResourceLookup): readonly string[] {
  const classId = resource['meta:class'];
  if (resource['meta:resourceType'] !== 'schemas' || classId === undefined) return [];
  const behaviorId = behaviorOf(resource, lookup)?.$id;
  return (resource.allOf ?? []).flatMap(({ $ref }) => {
    const group = $ref === undefined ? undefined : lookup.find($ref);
    const intended = group?.['meta:intendedToExtend'];
    if (group === undefined || intended === undefined) return [];
    const isMeant = intended.some((id) => id === classId || id === behaviorId);
    return isMeant ? [] : [`${group.$id} (${group.title}) is not meant for the class ${classId}.`];
  });
}
