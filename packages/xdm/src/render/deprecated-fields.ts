import type { ObjectNode, XdmNode } from '../compose/node.ts';
import { isJsonObject } from '../registry/field-check.ts';

const DEPRECATED = { 'meta:status': 'deprecated' } as const;

/**
 * The fields with `meta:status: deprecated` on those that an `xdm:descriptorDeprecated` among the descriptors names
 * (`/a/b`, into arrays and maps as into objects). What names no field is passed over.
 */
export function withDeprecated(root: ObjectNode, descriptors: readonly unknown[]): ObjectNode {
  const paths = descriptors
    .filter(isJsonObject)
    .filter((descriptor) => descriptor['@type'] === 'xdm:descriptorDeprecated')
    .flatMap((descriptor) => [descriptor['xdm:sourceProperty']].flat())
    .filter((path) => typeof path === 'string');
  return paths.reduce((fields, path) => markedObject(fields, path.split('/').slice(1)), root);
}

function markedObject(node: ObjectNode, [name = '', ...rest]: readonly string[]): ObjectNode {
  const child = node.properties.get(name);
  if (child === undefined) return node;
  return { ...node, properties: new Map(node.properties).set(name, marked(child, rest)) };
}

function marked(node: XdmNode, path: readonly string[]): XdmNode {
  if (path.length === 0) return { ...node, annotations: { ...node.annotations, ...DEPRECATED } };
  switch (node.kind) {
    case 'object':
      return markedObject(node, path);
    case 'array':
      return { ...node, items: marked(node.items, path) };
    case 'map':
      return { ...node, values: marked(node.values, path) };
    case 'scalar':
      return node;
  }
}
