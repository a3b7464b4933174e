import type { ResolvedSchema } from '../compose/compose.ts';
import { typeNameOf } from '../compose/merge.ts';
import type { XdmNode } from '../compose/node.ts';
import { problem, type RegistryProblem } from '../problem.ts';
import { TIME_SERIES } from '../registry/behaviors.ts';
import { type Descriptor, sourcePropertiesOf } from './descriptor.ts';
import { type PropertySearch, propertyAt, propertySteps } from './descriptor-path.ts';
import { DESCRIPTOR_TYPES, type DescribedField, RELATIONSHIP_TYPES } from './descriptor-types.ts';

/** What a descriptor is judged by. */
export interface DescriptorSurroundings {
  /** The resolved `xdm:sourceSchema`. */
  readonly schema: ResolvedSchema;
  /** The other descriptors of that schema. */
  readonly others: readonly Descriptor[];
  /** The resolved `xdm:destinationSchema`; undefined where the descriptor names none. */
  readonly destination: ResolvedSchema | undefined;
  /** `_{tenant}`: the object that holds custom fields. What would describe it would describe all of them. */
  readonly tenantNamespace: string;
}

/**
 * What is wrong with a descriptor where it is to stand: fields that are not there or not of the right kind, a second
 * primary identity, a relationship that leads nowhere, one of its kind that is there already.
 */
export function descriptorProblems(
  descriptor: Descriptor,
  surroundings: DescriptorSurroundings,
): readonly RegistryProblem[] {
  return [
    ...sourceProblems(descriptor, surroundings),
    ...duplicateProblems(descriptor, surroundings),
    ...identityProblems(descriptor, surroundings),
    ...primaryKeyProblems(descriptor, surroundings),
    ...labelProblems(descriptor, surroundings),
    ...relationshipProblems(descriptor, surroundings),
  ];
}

function sourceProblems(
  descriptor: Descriptor,
  { schema, tenantNamespace }: DescriptorSurroundings,
): readonly RegistryProblem[] {
  const rule = DESCRIPTOR_TYPES[descriptor['@type']]?.describes;
  return sourcePropertiesOf(descriptor).flatMap((path) => {
    if (path === `/${tenantNamespace}`) {
      return [
        wrong(SOURCE, `${path} holds all custom fields and cannot be described itself. Name a field in it.`),
      ];
    }
    const found = searchIn(schema, path);
    if (!found.found) return [wrong(SOURCE, `${SOURCE} ${path} leads to no field. ${found.message}`)];
    return rule === undefined ? [] : placeProblems(descriptor['@type'], path, found, rule);
  });
}

const SOURCE = 'xdm:sourceProperty';
const DESTINATION = 'xdm:destinationProperty';

function placeProblems(
  type: string,
  path: string,
  { node, repeats, isRequired }: PropertySearch & { readonly found: true },
  rule: DescribedField,
): readonly RegistryProblem[] {
  const faults: string[] = [];
  const leaf = rule.mayRepeat ? elementOf(node) : node;
  if (rule.isLeaf && leaf.kind !== 'scalar') {
    faults.push(`is of type ${typeNameOf(node)}; name a field that has a value of its own`);
  } else if (rule.types !== undefined && !(leaf.kind === 'scalar' && rule.types.includes(leaf.xdmType))) {
    faults.push(`is of type ${typeNameOf(leaf)}; it must be ${rule.types.join(' or ')}`);
  }
  if (repeats && !rule.mayRepeat) {
    faults.push(
      'stands in an array or a map, where a record has it several times; name one that a record has once',
    );
  }
  if (rule.isRequired && !isRequired) faults.push('must be required, at every level');
  return faults.map((fault) => wrong(SOURCE, `${type} cannot stand on ${path}: it ${fault}.`));
}

function elementOf(node: XdmNode): XdmNode {
  return node.kind === 'array' ? elementOf(node.items) : node;
}

/** One descriptor of a type for a field, and of some types for a schema; relationships may lead to several schemas. */
function duplicateProblems(
  descriptor: Descriptor,
  { others }: DescriptorSurroundings,
): readonly RegistryProblem[] {
  const type = descriptor['@type'];
  const once = DESCRIPTOR_TYPES[type]?.oncePerSchema === true;
  const paths = new Set(sourcePropertiesOf(descriptor));
  const twin = others.find((other) => {
    if (other['@type'] !== type) return false;
    if (once) return true;
    if (other['xdm:destinationSchema'] !== descriptor['xdm:destinationSchema']) return false;
    const otherPaths = sourcePropertiesOf(other);
    return paths.size === 0 ? otherPaths.length === 0 : otherPaths.some((path) => paths.has(path));
  });
  if (twin === undefined) return [];
  const about = once ? 'this schema' : [...paths].join(', ') || 'this schema';
  return [
    wrong(
      '@type',
      `There is a ${type} for ${about} already, ${nameOf(twin)}. Change that one (PUT) or delete it.`,
    ),
  ];
}

function nameOf(descriptor: Descriptor): string {
  return typeof descriptor['@id'] === 'string' ? descriptor['@id'] : 'without an @id';
}

function identityProblems(
  descriptor: Descriptor,
  { schema, others }: DescriptorSurroundings,
): readonly RegistryProblem[] {
  if (descriptor['@type'] !== IDENTITY) return [];
  const problems: RegistryProblem[] = [];
  if (schema.behavior === TIME_SERIES && descriptor[SOURCE] === '/_id') {
    const message =
      '/_id names the event, not whom it is about, and cannot be an identity. Name another field.';
    problems.push(wrong(SOURCE, message));
  }
  const primary = others.find(isPrimaryIdentity);
  if (isPrimaryIdentity(descriptor) && primary !== undefined) {
    const message = `The schema has a primary identity already: ${primary[SOURCE]} (${nameOf(primary)}). A schema has one; set xdm:isPrimary to false here or there.`;
    problems.push(wrong('xdm:isPrimary', message));
  }
  return problems;
}

const IDENTITY = 'xdm:descriptorIdentity';

/** Whether the descriptor makes its field the primary identity of its schema. */
export function isPrimaryIdentity(descriptor: Descriptor): boolean {
  return descriptor['@type'] === IDENTITY && descriptor['xdm:isPrimary'] === true;
}

/** Events come at their times: only together with it does a key tell them apart. */
function primaryKeyProblems(
  descriptor: Descriptor,
  { schema }: DescriptorSurroundings,
): readonly RegistryProblem[] {
  if (descriptor['@type'] !== 'xdm:descriptorPrimaryKey' || schema.behavior !== TIME_SERIES) return [];
  if (sourcePropertiesOf(descriptor).includes('/timestamp')) return [];
  const message = 'The primary key of a time-series schema must hold /timestamp. Add it to the array.';
  return [wrong(SOURCE, message)];
}

/** Suggested values are for texts only. */
function labelProblems(
  descriptor: Descriptor,
  { schema }: DescriptorSurroundings,
): readonly RegistryProblem[] {
  if (descriptor['@type'] !== 'xdm:alternateDisplayInfo') return [];
  const given = ['meta:enum', 'xdm:excludeMetaEnum'].filter((field) => descriptor[field] !== undefined);
  return sourcePropertiesOf(descriptor).flatMap((path) => {
    const found = searchIn(schema, path);
    if (!found.found || given.length === 0) return [];
    const leaf = elementOf(found.node);
    if (leaf.kind === 'scalar' && leaf.xdmType === 'string') return [];
    return given.map((field) =>
      wrong(field, `${field} is for fields of type string; ${path} is ${typeNameOf(leaf)}.`),
    );
  });
}

function relationshipProblems(
  descriptor: Descriptor,
  { schema, others, destination }: DescriptorSurroundings,
): readonly RegistryProblem[] {
  if (!RELATIONSHIP_TYPES.has(descriptor['@type'])) return [];
  const problems: RegistryProblem[] = [];
  const source = descriptor[SOURCE];
  const primary = others.find(isPrimaryIdentity);
  if (primary !== undefined && primary[SOURCE] === source) {
    const message = `${source} is the primary identity of the schema and cannot refer to another schema. Name another field.`;
    problems.push(wrong(SOURCE, message));
  }
  const target = descriptor[DESTINATION];
  if (typeof target !== 'string' || destination === undefined) return problems;
  const to = searchIn(destination, target);
  if (!to.found) {
    return [
      ...problems,
      wrong(DESTINATION, `${DESTINATION} ${target} leads to no field of ${destination.id}. ${to.message}`),
    ];
  }
  const leaf = elementOf(to.node);
  if (leaf.kind !== 'scalar') {
    return [
      ...problems,
      wrong(
        DESTINATION,
        `${target} is of type ${typeNameOf(leaf)}; name a field that has a value of its own.`,
      ),
    ];
  }
  const from = typeof source === 'string' ? searchIn(schema, source) : undefined;
  const fromLeaf = from?.found ? elementOf(from.node) : undefined;
  if (fromLeaf?.kind === 'scalar' && familyOf(fromLeaf.xdmType) !== familyOf(leaf.xdmType)) {
    const message = `${source} is of type ${fromLeaf.xdmType} and ${target} of type ${leaf.xdmType}; values of the two are never equal.`;
    problems.push(wrong(DESTINATION, message));
  }
  return problems;
}

/** Types whose values can be equal. */
function familyOf(type: string): string {
  return ['number', 'long', 'int', 'short', 'byte'].includes(type) ? 'number' : type;
}

function searchIn({ root }: ResolvedSchema, path: string): PropertySearch {
  return propertyAt(root, propertySteps(path) ?? []);
}

function wrong(field: string, message: string): RegistryProblem {
  return problem('XDM-1000-400', `/${field}`, message);
}
