import { limitContradictions } from '../registry/limits.ts';
import type { ArrayConstraints, Constraints, ObjectNode, ScalarNode, XdmNode } from './node.ts';

/** Two nodes at one path that cannot both hold. */
export interface MergeConflict {
  /** Names from the root; `[]` stands for an array's items, `{}` for a map's values. */
  readonly path: readonly string[];
  readonly first: string;
  readonly second: string;
  readonly reason: 'types' | 'names-differ-in-case' | 'no-common-values';
}

type Report = (conflict: MergeConflict) => void;

/** How messages name a node's type: its `meta:xdmType`. */
export function typeNameOf(node: XdmNode): string {
  return node.kind === 'scalar' ? node.xdmType : node.kind;
}

/** An object that is joined to others, and who is told of what does not fit. */
export interface JoinedPart {
  readonly node: ObjectNode;
  readonly report: Report;
}

/**
 * What satisfies all of several objects: their fields and required names are united, deeply; constraints of a field that
 * several have tighten; the first one's titles, descriptions and annotations win. Reports every conflict to the later
 * part and keeps the earlier node there.
 */
export function mergeParts(parts: readonly JoinedPart[], path: readonly string[]): ObjectNode {
  const [first, ...others] = parts.filter(({ node }) => !isEmpty(node));
  if (first === undefined) return parts[0]?.node ?? NO_FIELDS;
  if (others.length === 0) return first.node;
  // One map for all parts: a schema may be joined of a hundred, and its root has a field or more of each.
  const properties = new Map(first.node.properties);
  const namesByFold = new Map(Array.from(properties.keys(), (name) => [name.toLowerCase(), name]));
  for (const part of others) joinProperties(properties, namesByFold, part, path);
  const required = new Set(parts.flatMap(({ node }) => [...node.required]));
  return { ...described([first, ...others]), properties, required };
}

function isEmpty(node: ObjectNode): boolean {
  return node.properties.size === 0 && node.required.size === 0 && Object.keys(node).length === EMPTY_KEYS;
}

/** `kind`, `properties` and `required`. */
const EMPTY_KEYS = 3;

function joinProperties(
  properties: Map<string, XdmNode>,
  namesByFold: Map<string, string>,
  { node: part, report }: JoinedPart,
  path: readonly string[],
): void {
  const added: string[] = [];
  for (const [name, node] of part.properties) {
    const known = properties.get(name);
    const namesake = known === undefined ? namesByFold.get(name.toLowerCase()) : undefined;
    if (known !== undefined) {
      properties.set(name, mergeNodes(known, node, [...path, name], report));
    } else if (namesake !== undefined && !part.properties.has(namesake)) {
      report({ path: [...path, name], first: namesake, second: name, reason: 'names-differ-in-case' });
    } else {
      properties.set(name, node);
      added.push(name);
    }
  }
  for (const name of added) namesByFold.set(name.toLowerCase(), name);
}

/** What is said of the whole: by the first part that says it. */
function described(parts: readonly JoinedPart[]): ObjectNode {
  return Object.assign({}, NO_FIELDS, ...parts.toReversed().map(({ node }) => node));
}

const NO_FIELDS: ObjectNode = { kind: 'object', properties: new Map(), required: new Set() };

function mergeObjects(
  first: ObjectNode,
  second: ObjectNode,
  path: readonly string[],
  report: Report,
): ObjectNode {
  return mergeParts(
    [first, second].map((node) => ({ node, report })),
    path,
  );
}

function mergeNodes(first: XdmNode, second: XdmNode, path: readonly string[], report: Report): XdmNode {
  if (first === second) return first;
  if (first.kind === 'object' && second.kind === 'object') return mergeObjects(first, second, path, report);
  if (first.kind === 'array' && second.kind === 'array') {
    const items = mergeNodes(first.items, second.items, [...path, '[]'], report);
    const constraints = mergeArrayConstraints(first.constraints, second.constraints);
    if (contradicts(constraints)) {
      reportLimits(first.constraints, second.constraints, path, report);
      return first;
    }
    return { ...second, ...first, items, ...(constraints && { constraints }) };
  }
  if (first.kind === 'map' && second.kind === 'map') {
    return { ...second, ...first, values: mergeNodes(first.values, second.values, [...path, '{}'], report) };
  }
  if (first.kind === 'scalar' && second.kind === 'scalar' && first.xdmType === second.xdmType) {
    return mergeScalars(first, second, path, report);
  }
  report({ path, first: typeNameOf(first), second: typeNameOf(second), reason: 'types' });
  return first;
}

function mergeScalars(
  first: ScalarNode,
  second: ScalarNode,
  path: readonly string[],
  report: Report,
): ScalarNode {
  const constraints = mergeConstraints(first.constraints, second.constraints);
  if (constraints.enum?.length === 0) {
    const listed = (node: ScalarNode) => (node.constraints.enum ?? []).join(', ');
    report({ path, first: listed(first), second: listed(second), reason: 'no-common-values' });
    return first;
  }
  if (contradicts(constraints)) {
    reportLimits(first.constraints, second.constraints, path, report);
    return first;
  }
  return { ...second, ...first, constraints };
}

function contradicts(constraints: Constraints | ArrayConstraints = {}): boolean {
  return limitContradictions(constraints).length > 0;
}

function reportLimits(
  first: Constraints | ArrayConstraints = {},
  second: Constraints | ArrayConstraints = {},
  path: readonly string[],
  report: Report,
): void {
  const said = (constraints: object) =>
    Object.entries(constraints)
      .filter(([, value]) => typeof value === 'number')
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  report({ path, first: said(first), second: said(second), reason: 'no-common-values' });
}

/** Both sets of constraints at once, as `allOf` means it; of two patterns or formats only the first is kept. */
function mergeConstraints(first: Constraints, second: Constraints): Constraints {
  return {
    ...second,
    ...first,
    ...tightest('minLength', Math.max, first, second),
    ...tightest('maxLength', Math.min, first, second),
    ...tightest('minimum', Math.max, first, second),
    ...tightest('maximum', Math.min, first, second),
    ...tightest('exclusiveMinimum', Math.max, first, second),
    ...tightest('exclusiveMaximum', Math.min, first, second),
    // Of two powers of ten the greater is a multiple of the other.
    ...tightest('multipleOf', Math.max, first, second),
    ...commonValues(first.enum, second.enum),
  };
}

function mergeArrayConstraints(
  first: ArrayConstraints | undefined,
  second: ArrayConstraints | undefined,
): ArrayConstraints | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    ...second,
    ...first,
    ...tightest('minItems', Math.max, first, second),
    ...tightest('maxItems', Math.min, first, second),
  };
}

function tightest<Name extends string>(
  bound: Name,
  tighter: (a: number, b: number) => number,
  first: Readonly<Partial<Record<Name, number>>>,
  second: Readonly<Partial<Record<Name, number>>>,
): Readonly<Record<string, number>> {
  const [a, b] = [first[bound], second[bound]];
  return a === undefined || b === undefined ? {} : { [bound]: tighter(a, b) };
}

function commonValues(first?: readonly string[], second?: readonly string[]): Constraints {
  if (first === undefined || second === undefined) return {};
  return { enum: first.filter((value) => second.includes(value)) };
}
