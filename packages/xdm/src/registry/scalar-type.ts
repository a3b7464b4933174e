import type { XdmScalarType } from '../compose/node.ts';
import type { FieldSchema } from './resource.ts';

/**
 * Magnitudes up to which a pair of bounds means the type. The platform's documentation prints the upper ones both
 * as 2^n and as 2^n - 1; both mean the narrower type.
 */
const BYTE_LIMIT = 128;
const SHORT_LIMIT = 32_768;
const INT_LIMIT = 2_147_483_648;

/** `meta:xdmType` of a scalar field, from `type`, `format` and bounds. A field without a type is a string. */
export function scalarTypeOf(field: FieldSchema): XdmScalarType {
  switch (field.type) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    case 'integer':
      return integerTypeOf(field.minimum ?? field.exclusiveMinimum, field.maximum ?? field.exclusiveMaximum);
    default:
      return field.format === 'date' || field.format === 'date-time' ? field.format : 'string';
  }
}

/**
 * The smallest integer type that holds the bounds. `byte` and `short` need both bounds; one bound beyond 32 bits is
 * enough for `long`; anything else is `int`.
 */
function integerTypeOf(
  minimum: number | undefined,
  maximum: number | undefined,
): 'byte' | 'short' | 'int' | 'long' {
  const reach = Math.max(Math.abs(minimum ?? 0), Math.abs(maximum ?? 0));
  if (reach > INT_LIMIT) return 'long';
  if (minimum === undefined || maximum === undefined || reach > SHORT_LIMIT) return 'int';
  return reach > BYTE_LIMIT ? 'short' : 'byte';
}
