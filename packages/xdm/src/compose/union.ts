import { type Descriptor, sourcePropertiesOf } from '../descriptors/descriptor.ts';
import { isPrimaryIdentity } from '../descriptors/descriptor-check.ts';
import { type Outcome, problem, type RegistryProblem } from '../problem.ts';
import { ADHOC, RECORD, TIME_SERIES } from '../registry/behaviors.ts';
import {
  altIdOf,
  type FieldSchema,
  type RegistryResource,
  type ResourceLookup,
  tagsOf,
} from '../registry/resource.ts';
import {
  ancestorsOf,
  behaviorOf,
  composeResource,
  type ResolvedResource,
  type ResolvedSchema,
} from './compose.ts';

/** The tag in `meta:immutableTags` that puts a schema into the union of its class. */
export const UNION_TAG = 'union';

const SUFFIX = '__union';

const EXPERIENCE_EVENT = 'https://ns.adobe.com/xdm/context/experienceevent';
const IDENTITY_MAP = 'https://ns.adobe.com/xdm/context/identitymap';
/** The field group that defines `segmentMembership`, of which a union takes that field alone. */
const SEGMENTATION = 'https://ns.adobe.com/xdm/context/profile-segmentation';

/** All fields of the schemas of one class that are enabled for Profile: made here, never stored. */
export interface UnionResource extends FieldSchema {
  readonly $id: string;
  readonly 'meta:altId': string;
  readonly 'meta:resourceType': 'unions';
  readonly version: string;
  readonly title: string;
  readonly 'meta:class': string;
  readonly 'meta:extends': readonly string[];
}

/** `$id` of the union of a class. */
export function unionIdOf(classId: string): string {
  return `${classId}${SUFFIX}`;
}

/** The class of the union that an `$id` or altId names; undefined where it names no union. */
export function classOfUnion(idOrAltId: string): string | undefined {
  return idOrAltId.endsWith(SUFFIX) ? idOrAltId.slice(0, -SUFFIX.length) : undefined;
}

export function isInUnion(schema: FieldSchema): boolean {
  return tagsOf(schema).includes(UNION_TAG);
}

/** The union of a class in raw form: the class, and every field group of its members once, in their order. */
export function unionOf(
  classId: string,
  members: readonly RegistryResource[],
  lookup: ResourceLookup,
): UnionResource {
  const groups = members.flatMap(({ allOf = [] }) => allOf.flatMap(({ $ref }) => $ref ?? []));
  const parts = [...new Set([classId, ...groups])];
  const $id = unionIdOf(classId);
  const draft = {
    type: 'object',
    description: `Union view of all schemas that extend ${classId}`,
    allOf: parts.map(($ref) => ({ $ref })),
    title: `Union object for ${classId}`,
    $id,
    'meta:containerId': 'tenant',
    'meta:class': classId,
    'meta:altId': altIdOf($id),
    version: '1.0',
    'meta:resourceType': 'unions',
    'meta:xdmType': 'object',
    'meta:registryMetadata': {},
  } as const;
  const union: UnionResource = { ...draft, 'meta:extends': [] };
  return { ...union, 'meta:extends': ancestorsOf(asResource(union), lookup).map((part) => part.$id) };
}

/**
 * The union with what its full form has besides: `identityMap`, `segmentMembership`, and for record classes
 * `timeSeriesEvents`, whose items have the fields of all of `eventUnions`.
 */
export function fullUnion(
  union: UnionResource,
  eventUnions: readonly UnionResource[],
  lookup: ResourceLookup,
): UnionResource {
  const isRecord = behaviorOfClass(union['meta:class'], lookup) === RECORD;
  const events =
    eventUnions.length > 0 ? eventUnions.flatMap(({ allOf = [] }) => allOf) : [{ $ref: EXPERIENCE_EVENT }];
  const timeSeriesEvents: FieldSchema = {
    title: 'Time-series events',
    type: 'array',
    items: { type: 'object', allOf: events },
  };
  return {
    ...union,
    allOf: [...(union.allOf ?? []), { $ref: IDENTITY_MAP }],
    properties: { segmentMembership: segmentMembership(lookup), ...(isRecord && { timeSeriesEvents }) },
  };
}

function segmentMembership(lookup: ResourceLookup): FieldSchema {
  const definitions = Object.values(lookup.find(SEGMENTATION)?.definitions ?? {});
  const field = definitions
    .map(({ properties }) => properties?.segmentMembership)
    .find((found) => found !== undefined);
  if (field === undefined) throw new Error(`${SEGMENTATION} defines no segmentMembership`);
  return field;
}

/** A union as other functions of the registry take resources: they look at its parts, not at its type. */
export function asResource(union: UnionResource): RegistryResource {
  return union as unknown as RegistryResource;
}

/** Resolves a union. Fails where its members define one path with several types (XDM-1413-400). */
export function composeUnion(union: UnionResource, lookup: ResourceLookup): Outcome<ResolvedResource> {
  return composeResource(asResource(union), lookup);
}

function behaviorOfClass(classId: string, lookup: ResourceLookup): string | undefined {
  const found = lookup.find(classId);
  return found && behaviorOf(found, lookup)?.$id;
}

export function isTimeSeries(classId: string, lookup: ResourceLookup): boolean {
  return behaviorOfClass(classId, lookup) === TIME_SERIES;
}

/** The schema that a relationship leads to, as far as unions ask about it. */
export interface RelatedSchema {
  readonly isInUnion: boolean;
  readonly descriptors: readonly Descriptor[];
}

/**
 * What keeps a schema out of the union of its class (AEP, XDM System troubleshooting guide, Real-Time Customer Profile
 * errors): one-to-one relationships without a reference identity, or with one of another namespace than the destination's
 * primary identity; neither `identityMap` nor a primary identity; ad-hoc behaviour.
 */
export function unionProblems(
  schema: ResolvedSchema,
  descriptors: readonly Descriptor[],
  related: (schemaId: string) => RelatedSchema | undefined,
): readonly RegistryProblem[] {
  if (schema.behavior === ADHOC) {
    const message = `${schema.id} is an ad-hoc schema and cannot be enabled for Profile.`;
    return [problem('XDM-1000-400', '/meta:immutableTags', message)];
  }
  const relationships = descriptors.filter((descriptor) => descriptor['@type'] === 'xdm:descriptorOneToOne');
  return [
    ...relationships.flatMap((relationship) => relationshipProblems(relationship, descriptors, related)),
    ...subjectProblems(schema, descriptors),
  ];
}

function relationshipProblems(
  relationship: Descriptor,
  descriptors: readonly Descriptor[],
  related: (schemaId: string) => RelatedSchema | undefined,
): readonly RegistryProblem[] {
  const [path = ''] = sourcePropertiesOf(relationship);
  const reference = descriptors.find(
    (descriptor) =>
      descriptor['@type'] === 'xdm:descriptorReferenceIdentity' &&
      sourcePropertiesOf(descriptor).includes(path),
  );
  if (reference === undefined) {
    const message = `${path} has an xdm:descriptorOneToOne (${relationship['@id']}) and, in a union, needs an xdm:descriptorReferenceIdentity too.`;
    return [problem('XDM-1526-400', path, message)];
  }
  const destinationId = relationship['xdm:destinationSchema'];
  const destination = typeof destinationId === 'string' ? related(destinationId) : undefined;
  const primary = destination?.descriptors.find(isPrimaryIdentity);
  if (!destination?.isInUnion || primary === undefined) return [];
  const [from, to] = [reference['xdm:identityNamespace'], primary['xdm:namespace']];
  if (from === to) return [];
  const message = `The reference identity of ${path} has the namespace ${from}, the primary identity of ${destinationId} the namespace ${to}. They must be the same.`;
  return [problem('XDM-1527-400', path, message)];
}

function subjectProblems(
  schema: ResolvedSchema,
  descriptors: readonly Descriptor[],
): readonly RegistryProblem[] {
  const hasMap = schema.root.properties.get('identityMap')?.kind === 'map';
  if (hasMap || descriptors.some(isPrimaryIdentity)) return [];
  const message = `${schema.id} has neither an identityMap nor a primary identity. Add the field group ${IDENTITY_MAP}, or an xdm:descriptorIdentity with xdm:isPrimary true.`;
  return [problem('XDM-1528-400', '', message)];
}
