import type { XdmNode } from './node.ts';

const counts = new WeakMap<XdmNode, number>();

/** How many nodes a full walk below this one meets, itself included; cheap for nodes that were counted before. */
export function nodesWithin(node: XdmNode): number {
  const known = counts.get(node);
  if (known !== undefined) return known;
  const count = childNodes(node).reduce((sum, child) => sum + nodesWithin(child), 1);
  counts.set(node, count);
  return count;
}

function childNodes(node: XdmNode): readonly XdmNode[] {
  switch (node.kind) {
    case 'scalar':
      return [];
    case 'array':
      return [node.items];
    case 'map':
      return [node.values];
    case 'object':
      return [...node.properties.values()];
  }
}
