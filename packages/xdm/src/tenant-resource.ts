import { createHash } from 'node:crypto';
import { ancestorsOf, composeResource, composeSchema, isBehavior, partsOfSchema } from './compose.ts';
import { nameProblems, type OwnFields } from './field-names.ts';
import { type Outcome, problem, type RegistryProblem } from './problem.ts';
import { altIdOf, type FieldSchema, type RegistryResource, type ResourceLookup } from './resource.ts';
import { parseResourceBody, type ResourceBody, type TenantResourceType } from './resource-check.ts';
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

export interface CreatedResource {
  readonly resource: RegistryResource;
  /** What is allowed but probably not meant, in sentences. */
  readonly warnings: readonly string[];
}

/** Gives that many random bytes. */
export type RandomSource = (bytes: number) => Uint8Array;

const ADHOC_BEHAVIOR = 'https://ns.adobe.com/xdm/data/adhoc';
/** Under which an ad-hoc class is sent; stored, the class's own id takes its place. */
const ADHOC_NAMESPACE = '_adhoc';
const FIRST_VERSION = '1.0';

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
  const parsed = parseResourceBody(type, body);
  if (!parsed.ok) return parsed;
  const hex = newResourceHex(random);
  const draft = envelope(type, parsed.value, hex, context);
  const namespace = namespaceOf(draft, context, lookup);
  const problems = [
    ...nameProblems(parsed.value, namespace),
    ...classProblems(draft, parsed.value, lookup),
    ...intentProblems(draft, lookup),
    ...compositionProblems(draft, lookup),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const placed = namespace === ADHOC_NAMESPACE ? renameNamespace(draft, `_${hex}`) : draft;
  const resource = stamped({ ...placed, ...derivedKeywords(placed, hex, namespace, lookup) }, context);
  return { ok: true, value: { resource, warnings: warningsOf(resource, lookup) } };
}

/** Everything but what other resources decide, in the registry's order of keywords. */
function envelope(
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

/** Under what the resource's own fields must stand; undefined for data types, which need no namespace. */
function namespaceOf(
  draft: RegistryResource,
  context: TenantContext,
  lookup: ResourceLookup,
): string | undefined {
  if (draft['meta:resourceType'] === 'datatypes') return undefined;
  const isAdhocClass =
    draft['meta:resourceType'] === 'classes' && behaviorOf(draft, lookup)?.$id === ADHOC_BEHAVIOR;
  return isAdhocClass ? ADHOC_NAMESPACE : `_${context.tenantId}`;
}

function behaviorOf(resource: RegistryResource, lookup: ResourceLookup): RegistryResource | undefined {
  return ancestorsOf(resource, lookup).find(isBehavior);
}

/** A class needs a behaviour; a schema's stated class must be the one in its `allOf`. */
function classProblems(
  draft: RegistryResource,
  body: ResourceBody,
  lookup: ResourceLookup,
): readonly RegistryProblem[] {
  if (draft['meta:resourceType'] === 'classes' && behaviorOf(draft, lookup) === undefined) {
    const message =
      'allOf of a class names a behaviour: https://ns.adobe.com/xdm/data/record, …/time-series or …/adhoc.';
    return [problem('XDM-1000-400', '/allOf', message)];
  }
  if (draft['meta:resourceType'] !== 'schemas') return [];
  const stated = body['meta:class'];
  const { classId } = partsOfSchema(draft, lookup);
  if (stated === undefined || classId === undefined || stated === classId) return [];
  const message = `meta:class is ${stated}, but the class in allOf is ${classId}. Leave meta:class out or let them agree.`;
  return [problem('XDM-1000-400', '/meta:class', message)];
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

function compositionProblems(draft: RegistryResource, lookup: ResourceLookup): readonly RegistryProblem[] {
  const isSchema = draft['meta:resourceType'] === 'schemas';
  const composed = isSchema ? composeSchema(draft, lookup) : composeResource(draft, lookup);
  return composed.ok ? [] : composed.problems;
}

/** `meta:class` of a schema, and the namespace of ad-hoc classes and their schemas. */
function derivedKeywords(
  draft: RegistryResource,
  hex: string,
  namespace: string | undefined,
  lookup: ResourceLookup,
): Readonly<Record<string, unknown>> {
  if (namespace === ADHOC_NAMESPACE) return { 'meta:datasetNamespace': `_${hex}` };
  if (draft['meta:resourceType'] !== 'schemas') return {};
  const { classId } = partsOfSchema(draft, lookup);
  const datasetNamespace = classId && lookup.find(classId)?.['meta:datasetNamespace'];
  return {
    'meta:class': classId,
    ...(datasetNamespace !== undefined && { 'meta:datasetNamespace': datasetNamespace }),
  };
}

/** The resource with its root object `_adhoc` renamed, wherever the root's fields are defined. */
function renameNamespace(resource: RegistryResource, namespace: string): RegistryResource {
  const { definitions } = resource;
  return {
    ...resource,
    ...renamed(resource, namespace),
    ...(definitions !== undefined && {
      definitions: Object.fromEntries(
        Object.entries(definitions).map(([name, field]) => [name, renamed(field, namespace)]),
      ),
    }),
  };
}

function renamed<Field extends OwnFields>(field: Field, namespace: string): Field {
  const { properties, allOf, required } = field;
  const rename = (name: string) => (name === ADHOC_NAMESPACE ? namespace : name);
  return {
    ...field,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [rename(name), child]),
      ),
    }),
    ...(allOf !== undefined && { allOf: allOf.map((part) => renamed(part, namespace)) }),
    ...(required !== undefined && { required: required.map(rename) }),
  };
}

function stamped(resource: RegistryResource, context: TenantContext): RegistryResource {
  const created = context.now.getTime();
  return {
    ...resource,
    'meta:registryMetadata': {
      'repo:createdDate': created,
      'repo:lastModifiedDate': created,
      'xdm:createdClientId': context.clientId,
      'xdm:lastModifiedClientId': context.clientId,
      'xdm:createdUserId': context.userId,
      'xdm:lastModifiedUserId': context.userId,
      eTag: createHash('sha256').update(JSON.stringify(resource)).digest('hex'),
      'meta:usageCount': 0,
    },
  };
}

/** Global schemas themselves use field groups outside their intent, so that is not refused. */
function warningsOf(resource: RegistryResource, lookup: ResourceLookup): readonly string[] {
  const classId = resource['meta:class'];
  if (resource['meta:resourceType'] !== 'schemas' || classId === undefined) return [];
  const behaviorId = ancestorsOf(resource, lookup).find(isBehavior)?.$id;
  return (resource.allOf ?? []).flatMap(({ $ref }) => {
    const group = $ref === undefined ? undefined : lookup.find($ref);
    const intended = group?.['meta:intendedToExtend'];
    if (group === undefined || intended === undefined) return [];
    const isMeant = intended.some((id) => id === classId || id === behaviorId);
    return isMeant ? [] : [`${group.$id} (${group.title}) is not meant for the class ${classId}.`];
  });
}
