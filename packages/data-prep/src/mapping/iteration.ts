import type { XdmNode } from '@tributary/xdm';
import type { ExpressionType, PlannedTarget } from '../plan.ts';
import { isEach } from './path.ts';

/**
 * Over how many `[*]` of its destination a value iterates: over all where it is an array in an array for each of them, beside
 * those that the target itself holds; over none where it is less, and then every element gets it.
 */
export function iterationsOf(path: readonly string[], node: XdmNode, type: ExpressionType): number {
  const lists = path.filter(isEach).length;
  return arraysAround(type) - arraysOfNode(node) >= lists ? lists : 0;
}

/** What may be an array in a row counts as one. */
function arraysAround(type: ExpressionType): number {
  if (type === 'json' || type === 'unknown' || type === 'null') return Number.POSITIVE_INFINITY;
  return typeof type === 'object' && type.kind === 'array' ? 1 + arraysAround(type.items) : 0;
}

function arraysOfNode(node: XdmNode): number {
  return node.kind === 'array' ? 1 + arraysOfNode(node.items) : 0;
}

export function inArrays(node: XdmNode, levels: number): XdmNode {
  return levels === 0 ? node : { kind: 'array', items: inArrays(node, levels - 1) };
}

/** What {@link inArrays} was given: what one element gets of a target that iterates over so many lists. */
export function filledNode(node: XdmNode, levels: number): XdmNode {
  return levels > 0 && node.kind === 'array' ? filledNode(node.items, levels - 1) : node;
}

/**
 * The first list of a target's path, as mappings write it, of which no mapping tells how many elements it has; undefined
 * where each is told.
 */
export function unmeasuredList(
  { path, iterates = 0 }: PlannedTarget,
  targets: readonly PlannedTarget[],
): readonly string[] | undefined {
  if (iterates > 0) return undefined;
  const lists = path.flatMap((segment, index) => (isEach(segment) ? [path.slice(0, index)] : []));
  return lists.find((list) => !targets.some((target) => measures(target, list)));
}

function measures({ path, iterates = 0 }: PlannedTarget, list: readonly string[]): boolean {
  const isWithin = list.every((segment, index) => path[index] === segment);
  return isWithin && (path.length === list.length || (iterates > 0 && path[list.length] === '[*]'));
}
