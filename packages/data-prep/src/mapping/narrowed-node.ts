import type { XdmNode } from '@tributary/xdm';
import type { ExpressionType } from '../plan.ts';
import { canConvert } from '../sql/conversion.ts';
import { goalOfNode } from '../sql/types.ts';
import { describeType } from '../types.ts';

export type Narrowing =
  | { readonly ok: true; readonly node: XdmNode }
  | { readonly ok: false; readonly message: string; readonly suggestions: readonly string[] };

/**
 * The part of a target node that values of a type fill. An object fills the children of an object that have the names of
 * its own fields, at every depth (Data Prep mapping guide, object copy); what may hold anything, such as a map or JSON, fills
 * all of it.
 *
 * @param destination the node's path, for messages
 */
export function narrowedNode(node: XdmNode, type: ExpressionType, destination: string): Narrowing {
  if (goalOfNode(node) === undefined) {
    return refused(`"${destination}" is an object that declares no fields, so nothing can be mapped to it.`);
  }
  if (node.kind === 'array') {
    const isArray = typeof type === 'object' && type.kind === 'array';
    const narrowed = isArray
      ? narrowedNode(node.items, type.items, `${destination}[*]`)
      : narrowedNode(node.items, type, `${destination}[0]`);
    return narrowed.ok ? { ok: true, node: { ...node, items: narrowed.node } } : narrowed;
  }
  if (node.kind === 'map' && typeof type === 'object' && type.kind === 'map') {
    const narrowed = narrowedNode(node.values, type.values, `${destination}.*`);
    return narrowed.ok ? { ok: true, node: { ...node, values: narrowed.node } } : narrowed;
  }
  if (node.kind !== 'object' || typeof type === 'string' || type.kind !== 'object') {
    const goal = goalOfNode(node);
    return goal === undefined || canConvert(type, goal)
      ? { ok: true, node }
      : impossible(node, type, destination);
  }
  const properties = new Map<string, XdmNode>();
  for (const field of type.fields) {
    const property = node.properties.get(field.name);
    if (property === undefined || goalOfNode(property) === undefined) continue;
    const narrowed = narrowedNode(property, field.type, `${destination}.${field.name}`);
    if (!narrowed.ok) return narrowed;
    properties.set(field.name, narrowed.node);
  }
  if (properties.size > 0) return { ok: true, node: { ...node, properties } };
  const fields = type.fields.map(({ name }) => name).join(', ');
  return refused(
    `None of the fields of the source (${fields}) is a field of "${destination}".`,
    node,
    destination,
  );
}

function impossible(node: XdmNode, type: ExpressionType, destination: string): Narrowing {
  const wanted = node.kind === 'scalar' ? node.xdmType : node.kind;
  const message = `A value of type ${describeType(type)} can't become the ${wanted} that "${destination}" holds.`;
  return refused(message, node, destination);
}

function refused(message: string, node?: XdmNode, destination = ''): Narrowing {
  const children = node?.kind === 'object' ? [...node.properties.keys()].slice(0, 3) : [];
  const suggestions = children.map((child) => `${destination}.${child}`);
  const hint = suggestions[0] === undefined ? '' : ` Map to one of its fields, such as "${suggestions[0]}".`;
  return { ok: false, message: `${message}${hint}`, suggestions };
}
