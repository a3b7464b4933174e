import type { XdmNode } from './node.ts';

const satisfiable = new WeakMap<XdmNode, XdmNode>();

/**
 * The node without required names that no part defines. Parts may require what others bring, so this is right only
 * once all are joined; a name that is still missing then could never be given.
 */
export function withoutUndefinedRequired<Node extends XdmNode>(node: Node): Node {
  // Most nodes are scalars, which require nothing: remembered, they would burden every garbage collection.
  if (node.kind === 'scalar') return node;
  // The map keeps each node's own kind: see `trimmed`.
  const known = satisfiable.get(node) as Node | undefined;
  if (known !== undefined) return known;
  const result = trimmed(node);
  satisfiable.set(node, result);
  return result;
}

function trimmed<Node extends XdmNode>(node: Node): Node;
function trimmed(node: XdmNode): XdmNode {
  switch (node.kind) {
    case 'scalar':
      return node;
    case 'array': {
      const items = withoutUndefinedRequired(node.items);
      return items === node.items ? node : { ...node, items };
    }
    case 'map': {
      const values = withoutUndefinedRequired(node.values);
      return values === node.values ? node : { ...node, values };
    }
    case 'object': {
      const changed = new Map<string, XdmNode>();
      for (const [name, property] of node.properties) {
        const kept = withoutUndefinedRequired(property);
        if (kept !== property) changed.set(name, kept);
      }
      const required = [...node.required].filter((name) => node.properties.has(name));
      if (changed.size === 0 && required.length === node.required.size) return node;
      const properties = new Map([...node.properties, ...changed]);
      return { ...node, properties, required: new Set(required) };
    }
  }
}
