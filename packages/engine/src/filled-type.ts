import type { XdmNode } from '@tributary/xdm';
import type { TargetField, TargetFieldType } from './transform.ts';

/** The fields that type and node have in common; undefined where there are none. */
export function commonType(type: TargetFieldType, node: XdmNode): TargetFieldType | undefined {
  switch (type.kind) {
    case 'scalar':
      return node.kind === 'scalar' ? type : undefined;
    case 'struct': {
      if (node.kind !== 'object') return undefined;
      const fields = type.fields.flatMap((field): readonly TargetField[] => {
        const property = node.properties.get(field.name);
        const common = property && commonType(field.type, property);
        return common === undefined ? [] : [{ ...field, type: common }];
      });
      return fields.length === 0 ? undefined : { kind: 'struct', fields };
    }
    case 'list': {
      const element = node.kind === 'array' ? commonType(type.element, node.items) : undefined;
      return element && { ...type, element };
    }
    case 'map': {
      const value = node.kind === 'map' ? commonType(type.value, node.values) : undefined;
      return value && { ...type, value };
    }
  }
}

/** The node less what the type has no field for: the table leaves some fields of a schema out. */
export function commonNode(node: XdmNode, type: TargetFieldType): XdmNode {
  if (node.kind === 'object' && type.kind === 'struct') {
    const properties = type.fields.flatMap(
      ({ name, type: inner }): readonly (readonly [string, XdmNode])[] => {
        const property = node.properties.get(name);
        return property === undefined ? [] : [[name, commonNode(property, inner)]];
      },
    );
    return { ...node, properties: new Map(properties) };
  }
  if (node.kind === 'array' && type.kind === 'list') {
    return { ...node, items: commonNode(node.items, type.element) };
  }
  if (node.kind === 'map' && type.kind === 'map')
    return { ...node, values: commonNode(node.values, type.value) };
  return node;
}

/** Both parts of one type of the table. */
export function joined(
  one: TargetFieldType | undefined,
  other: TargetFieldType | undefined,
): TargetFieldType | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.kind === 'struct' && other.kind === 'struct') {
    const types = Map.groupBy([...one.fields, ...other.fields], ({ name }) => name);
    const fields = Array.from(types.values(), ([first, second]) => {
      const type = joined(first?.type, second?.type);
      return first && type && { ...first, type };
    });
    return { kind: 'struct', fields: fields.filter((field) => field !== undefined) };
  }
  if (one.kind === 'list' && other.kind === 'list') {
    return { ...one, element: joined(one.element, other.element) ?? one.element };
  }
  if (one.kind === 'map' && other.kind === 'map') {
    return { ...one, value: joined(one.value, other.value) ?? one.value };
  }
  return one;
}
