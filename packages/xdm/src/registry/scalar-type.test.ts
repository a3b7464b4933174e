import { expect, test } from 'vitest';
import type { FieldSchema } from './resource.ts';
import { scalarTypeOf } from './scalar-type.ts';

test.each<[FieldSchema, string]>([
  [{}, 'string'],
  [{ type: 'string', format: 'email' }, 'string'],
  [{ type: 'string', format: 'date' }, 'date'],
  [{ type: 'string', format: 'date-time' }, 'date-time'],
  [{ type: 'boolean' }, 'boolean'],
  [{ type: 'number', minimum: 0, maximum: 1 }, 'number'],
  [{ type: 'integer' }, 'int'],
  [{ type: 'integer', minimum: 0 }, 'int'],
  [{ type: 'integer', maximum: 100 }, 'int'],
  [{ type: 'integer', minimum: 1, maximum: 32_767 }, 'short'],
  [{ type: 'integer', minimum: -32_768, maximum: 32_768 }, 'short'],
  [{ type: 'integer', minimum: 0, maximum: 100 }, 'byte'],
  [{ type: 'integer', minimum: -128, maximum: 128 }, 'byte'],
  [{ type: 'integer', minimum: -2_147_483_648, maximum: 2_147_483_648 }, 'int'],
  [{ type: 'integer', maximum: 100_000_000_000 }, 'long'],
  [{ type: 'integer', minimum: -9_007_199_254_740_992 }, 'long'],
  [{ type: 'integer', exclusiveMinimum: 0, maximum: 2 ** 63 }, 'long'],
])('%j is of type %s', (field, type) => {
  expect(scalarTypeOf(field)).toBe(type);
});
