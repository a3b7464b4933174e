import { typeNameOf } from '../compose/merge.ts';
import type { ObjectNode, XdmNode } from '../compose/node.ts';
import { formatPath } from '../compose/path.ts';
import { constraintNarrowings } from './evolution-constraints.ts';

/**
 * What may not happen to a schema once rows were written with it (Adobe's rules of schema evolution): rows must stay
 * valid, and readers must find each field where it was, of the type that it was.
 */
export type EvolutionRule =
  | 'field removed'
  | 'made required'
  | 'type changed'
  | 'format changed'
  | 'values restricted'
  | 'pattern narrowed'
  | 'length narrowed'
  | 'bounds narrowed'
  | 'scale changed'
  | 'items narrowed'
  | 'reference changed'
  | 'part removed'
  | 'class changed'
  | 'tag removed';

/** One change that breaks what was written or is read with the former schema. */
export interface BreakingChange {
  readonly rule: EvolutionRule;
  /** Path in the resolved schema (`/person/name`, `/orders[]/sku`), or a JSON pointer to a resource's keyword. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What is told of a value that is not there. */
export const NOTHING = 'nothing';

/**
 * Every breaking change from one resolved tree of fields to another. New fields that need not be present, fields that need
 * not be present any more, more values, wider bounds of the same type and other texts are none.
 */
export function breakingChanges(before: ObjectNode, after: ObjectNode): readonly BreakingChange[] {
  return [...objectChanges(before, after, [])];
}

type Path = readonly string[];

function* objectChanges(before: ObjectNode, after: ObjectNode, path: Path): Generator<BreakingChange> {
  for (const [name, former] of before.properties) {
    const next = after.properties.get(name);
    const at = [...path, name];
    if (next === undefined) yield change('field removed', at, typeNameOf(former), NOTHING);
    else yield* nodeChanges(former, next, at);
  }
  for (const name of after.required) {
    if (before.required.has(name)) continue;
    const former = before.properties.get(name);
    const was = former === undefined ? NOTHING : `${typeNameOf(former)}, optional`;
    yield change('made required', [...path, name], was, 'required');
  }
}

function* nodeChanges(before: XdmNode, after: XdmNode, path: Path): Generator<BreakingChange> {
  if (before === after) return;
  if (before.kind === 'object' && after.kind === 'object') {
    yield* objectChanges(before, after, path);
  } else if (before.kind === 'array' && after.kind === 'array') {
    yield* narrowings(before.constraints ?? {}, after.constraints ?? {}, path);
    yield* nodeChanges(before.items, after.items, [...path, '[]']);
  } else if (before.kind === 'map' && after.kind === 'map') {
    yield* nodeChanges(before.values, after.values, [...path, '{}']);
  } else if (before.kind === 'scalar' && after.kind === 'scalar' && before.xdmType === after.xdmType) {
    yield* narrowings(before.constraints, after.constraints, path);
  } else {
    yield change('type changed', path, typeNameOf(before), typeNameOf(after));
  }
}

function* narrowings(
  before: Parameters<typeof constraintNarrowings>[0],
  after: Parameters<typeof constraintNarrowings>[1],
  path: Path,
): Generator<BreakingChange> {
  for (const narrowing of constraintNarrowings(before, after)) {
    yield change(narrowing.rule, path, narrowing.before, narrowing.after);
  }
}

function change(rule: EvolutionRule, path: Path, before: string, after: string): BreakingChange {
  return { rule, path: formatPath(path), before, after };
}
