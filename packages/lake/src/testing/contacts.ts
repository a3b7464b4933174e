import type { IcebergSchema, IcebergType } from '../schema.ts';

const optional = (id: number, name: string, type: IcebergType) => ({ id, name, required: false, type });

/** A schema with every shape and type that XDM needs. */
export const CONTACTS: IcebergSchema = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    { id: 1, name: '_id', required: true, type: 'string' },
    optional(2, 'person', {
      type: 'struct',
      fields: [
        optional(3, 'name', {
          type: 'struct',
          fields: [optional(4, 'firstName', 'string'), optional(5, 'lastName', 'string')],
        }),
        optional(6, 'birthDate', 'date'),
      ],
    }),
    optional(7, 'loyaltyPoints', 'int'),
    optional(8, 'visits', 'long'),
    optional(9, 'score', 'double'),
    optional(10, 'active', 'boolean'),
    optional(11, 'modified', 'timestamptz'),
    optional(12, 'emails', {
      type: 'list',
      'element-id': 13,
      'element-required': false,
      element: {
        type: 'struct',
        fields: [optional(14, 'address', 'string'), optional(15, 'primary', 'boolean')],
      },
    }),
    optional(16, 'tags', { type: 'list', 'element-id': 17, 'element-required': false, element: 'string' }),
    optional(18, 'scores', {
      type: 'map',
      'key-id': 19,
      key: 'string',
      'value-id': 20,
      'value-required': false,
      value: 'double',
    }),
  ],
};

/**
 * Selects some contacts with the numbers from `from` until `until`: every third has no person, every fourth
 * no e-mail list. Cheap to know in advance: `loyaltyPoints` is the number, `visits` is 10^10 times it.
 */
export function contactsSql(from: number, until: number): string {
  return `SELECT
    'contact-' || lpad(i::VARCHAR, 6, '0') AS _id,
    CASE WHEN i % 3 = 0 THEN NULL ELSE {
      name: {firstName: 'Élodie ' || i, lastName: CASE WHEN i % 2 = 0 THEN NULL ELSE 'O''Neill, "' || i || '"' END},
      birthDate: DATE '1980-01-01' + i::INT
    } END AS person,
    i::INT AS loyaltyPoints,
    i::BIGINT * 10000000000 AS visits,
    CASE WHEN i % 5 = 0 THEN NULL ELSE i / 8.0::DOUBLE END AS score,
    i % 2 = 0 AS active,
    TIMESTAMPTZ '2026-01-01 00:00:00.000001+00' + i * INTERVAL 1 HOUR AS modified,
    CASE WHEN i % 4 = 0 THEN NULL ELSE [{address: 'c' || i || '@example.com', "primary": true}, {address: NULL, "primary": NULL}] END AS emails,
    CASE WHEN i % 4 = 1 THEN [] ELSE ['a', NULL, 'b' || i] END AS tags,
    MAP {'first': i::DOUBLE, 'second': NULL} AS scores
  FROM range(${from}, ${until}) AS t(i)`;
}
