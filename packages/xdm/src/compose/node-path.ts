import { typeNameOf } from './merge.ts';
import type { ObjectNode, XdmNode } from './node.ts';

export type NodeSearch =
  | { readonly found: true; readonly node: XdmNode }
  | {
      readonly found: false;
      /** Index of the first segment that leads nowhere. */
      readonly segment: number;
      /** Dotted paths from the root that were probably meant, best first; at most {@link MAX_SUGGESTIONS}. */
      readonly suggestions: readonly string[];
      /** What is wrong and what to write instead, in one or two sentences. */
      readonly message: string;
    };

const MAX_SUGGESTIONS = 3;
/** Steps of spelling, as a share of the longer name, up to which two names count as close. */
const CLOSE_SHARE = 0.3;
/** An index of an array: `[0]` or, for all elements, `[*]`; the brackets may be left out. */
const ARRAY_STEP = /^(\[(\d+|\*)\]|\d+|\*)$/;

/**
 * The node at a path of registry names. An array is entered by a segment of its own (`[0]` or `[*]`), a map by any
 * key.
 */
export function nodeAt(root: ObjectNode, segments: readonly string[]): NodeSearch {
  let node: XdmNode = root;
  for (const [index, segment] of segments.entries()) {
    const next = child(node, segment);
    if (next === undefined) return notFound(root, node, segments, index);
    node = next;
  }
  return { found: true, node };
}

function child(node: XdmNode, segment: string): XdmNode | undefined {
  switch (node.kind) {
    case 'object':
      return node.properties.get(segment);
    case 'array':
      return ARRAY_STEP.test(segment) ? node.items : undefined;
    case 'map':
      return node.values;
    case 'scalar':
      return undefined;
  }
}

function notFound(root: ObjectNode, at: XdmNode, segments: readonly string[], index: number): NodeSearch {
  const segment = segments[index] ?? '';
  const parent = segments.slice(0, index);
  const where = parent.length === 0 ? 'The schema' : `"${written(parent)}"`;
  const miss = (message: string, suggestions: readonly string[] = []): NodeSearch => ({
    found: false,
    segment: index,
    suggestions,
    message,
  });
  if (at.kind === 'scalar') {
    return miss(`${where} is a ${typeNameOf(at)} and has no fields. Map to "${written(parent)}" itself.`);
  }
  if (at.kind === 'array') {
    return miss(
      `${where} is an array. Say which element, such as "${written(parent)}[0]", before "${segment}".`,
    );
  }
  const suggestions = suggestedPaths(root, at, parent, segment);
  const hint = suggestions.length === 0 ? '' : ` Did you mean ${suggestions.map(quoted).join(' or ')}?`;
  return miss(`${where} has no field "${segment}".${hint}`, suggestions);
}

function written(segments: readonly string[]): string {
  return segments.reduce((text, segment) => {
    if (text === '') return segment;
    if (!ARRAY_STEP.test(segment)) return `${text}.${segment}`;
    return `${text}${segment.startsWith('[') ? segment : `[${segment}]`}`;
  }, '');
}

function quoted(path: string): string {
  return `"${path}"`;
}

/** Siblings that are spelt alike, else fields of the same name elsewhere in the schema, the shallowest first. */
function suggestedPaths(
  root: ObjectNode,
  at: XdmNode,
  parent: readonly string[],
  segment: string,
): readonly string[] {
  const siblings = at.kind === 'object' ? [...at.properties.keys()] : [];
  const close = closeNames(segment, siblings).map((name) => written([...parent, name]));
  if (close.length > 0) return close;
  return pathsNamed(root, segment).slice(0, MAX_SUGGESTIONS);
}

/** Those of the candidates that are spelt nearly like the name, nearest first. */
export function closeNames(name: string, candidates: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  const limit = (candidate: string) => CLOSE_SHARE * Math.max(name.length, candidate.length);
  return (
    candidates
      // Names that differ in length alone by more than the limit are the many, and need no closer look.
      .filter((candidate) => Math.abs(candidate.length - name.length) <= limit(candidate))
      .map((candidate) => ({ candidate, steps: editDistance(wanted, candidate.toLowerCase()) }))
      .filter(({ candidate, steps }) => steps <= limit(candidate))
      .sort((a, b) => a.steps - b.steps)
      .slice(0, MAX_SUGGESTIONS)
      .map(({ candidate }) => candidate)
  );
}

function pathsNamed(root: ObjectNode, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  const found: string[] = [];
  let level: readonly { readonly path: readonly string[]; readonly node: XdmNode }[] = [
    { path: [], node: root },
  ];
  while (level.length > 0 && found.length < MAX_SUGGESTIONS) {
    const next = level.flatMap(({ path, node }) => childrenOf(node, path));
    for (const { path } of next) {
      if (path.at(-1)?.toLowerCase() === wanted) found.push(written(path));
    }
    level = next;
  }
  return found;
}

/** Only objects and arrays are searched: a map's keys are anybody's. */
function childrenOf(node: XdmNode, path: readonly string[]) {
  if (node.kind === 'array') return [{ path: [...path, '[0]'], node: node.items }];
  if (node.kind !== 'object') return [];
  return Array.from(node.properties, ([name, property]) => ({ path: [...path, name], node: property }));
}

/** Levenshtein distance: insertions, deletions and substitutions from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
