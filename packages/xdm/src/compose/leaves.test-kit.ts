import { typeNameOf } from './merge.ts';
import type { XdmNode } from './node.ts';
import { formatDottedPath } from './path.ts';

/**
 * Every leaf of a node by its dotted path, `[]` after an array and `{}` after a map, with its `meta:xdmType`;
 * `object` for an object that declares nothing inside.
 */
export function leafTypes(root: XdmNode): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  collect(root, [], leaves);
  return leaves;
}

function collect(node: XdmNode, path: readonly string[], leaves: Map<string, string>): void {
  if (node.kind === 'array') collect(node.items, [...path, '[]'], leaves);
  else if (node.kind === 'map') collect(node.values, [...path, '{}'], leaves);
  else if (node.kind === 'object' && node.properties.size > 0) {
    for (const [name, property] of node.properties) collect(property, [...path, name], leaves);
  } else leaves.set(formatDottedPath(path), typeNameOf(node));
}
