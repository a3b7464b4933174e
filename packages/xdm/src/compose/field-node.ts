import { scaleOf } from '../exact-decimals.ts';
import type { FieldSchema } from '../registry/resource.ts';
import { scalarTypeOf } from '../registry/scalar-type.ts';
import type { ArrayConstraints, ArrayNode, Constraints, ObjectNode, ScalarNode, XdmNode } from './node.ts';

/** Keywords that a node carries in members of its own, or that composition consumes. */
const CARRIED = new Set([
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'title',
  'description',
  'type',
  'format',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'enum',
  'const',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'definitions',
  'meta:xdmType',
]);

export const EMPTY_OBJECT: ObjectNode = { kind: 'object', properties: new Map(), required: new Set() };

/** The node with the field's own title, description and annotations over those it has. */
export function describe<Node extends XdmNode>(node: Node, field: FieldSchema): Node {
  const annotations = Object.entries(field).filter(([keyword]) => !CARRIED.has(keyword));
  return {
    ...node,
    ...(field.title !== undefined && { title: field.title }),
    ...(field.description !== undefined && { description: field.description }),
    ...(annotations.length > 0 && {
      annotations: { ...node.annotations, ...Object.fromEntries(annotations) },
    }),
  };
}

/** The node of a field without structure. */
export function scalarNode(field: FieldSchema): ScalarNode {
  return { kind: 'scalar', xdmType: scalarTypeOf(field), constraints: constraintsOf(field) };
}

/** The node of a list whose items are resolved already. */
export function arrayNode(field: FieldSchema, items: XdmNode): ArrayNode {
  const { minItems, maxItems, uniqueItems } = field;
  const constraints: ArrayConstraints = {
    ...(minItems !== undefined && { minItems }),
    ...(maxItems !== undefined && { maxItems }),
    ...(uniqueItems === true && { uniqueItems }),
  };
  return { kind: 'array', items, ...(Object.keys(constraints).length > 0 && { constraints }) };
}

function constraintsOf(field: FieldSchema): Constraints {
  const { pattern, minLength, maxLength, multipleOf } = field;
  const bound = field.type === 'number' ? finiteBound : safeBound;
  const values = allowedValues(field);
  const format = field.format === 'date' || field.format === 'date-time' ? undefined : field.format;
  return {
    ...(values !== undefined && { enum: values }),
    ...(pattern !== undefined && { pattern }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...bound('minimum', field.minimum),
    ...bound('maximum', field.maximum),
    ...bound('exclusiveMinimum', field.exclusiveMinimum),
    ...bound('exclusiveMaximum', field.exclusiveMaximum),
    ...(scaleOf(multipleOf) !== undefined && { multipleOf }),
    ...(format !== undefined && { format }),
  };
}

function allowedValues(field: FieldSchema): readonly string[] | undefined {
  const isText = (value: unknown) => typeof value === 'string';
  if (isText(field.const)) return [field.const];
  const values = field.enum?.filter(isText);
  return values === undefined || values.length === 0 ? undefined : values;
}

/** Bounds of whole numbers beyond safe integers only say that the field is a `long`: JSON has already rounded them. */
function safeBound(name: keyof Constraints, value: number | undefined): Constraints {
  return value === undefined || Math.abs(value) > Number.MAX_SAFE_INTEGER ? {} : { [name]: value };
}

function finiteBound(name: keyof Constraints, value: number | undefined): Constraints {
  return value === undefined || !Number.isFinite(value) ? {} : { [name]: value };
}
