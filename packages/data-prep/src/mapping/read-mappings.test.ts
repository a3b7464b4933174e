import { describe, expect, it } from 'vitest';
import { readMappings } from './read-mappings.ts';

function errorsOf(value: unknown) {
  const reading = readMappings(value);
  return reading.ok ? [] : reading.errors.map(({ mapping, field }) => [mapping, field]);
}

describe('readMappings', () => {
  it('reads both generations of field names', () => {
    const reading = readMappings([
      {
        destinationXdmPath: 'person.name.firstName',
        sourceAttribute: 'first_name',
        identity: false,
        identityGroup: null,
        namespaceCode: null,
        version: 0,
      },
      { source: 'lower(email)', sourceType: 'EXPRESSION', destination: 'personalEmail.address', name: null },
      { source: 'Id', sourceAttribute: 'Id', sourceType: 'text/x.schema-path', destination: '_id', id: null },
      {
        source: 'CUSTOMER',
        sourceType: 'STATIC',
        destination: 'userType',
        name: 'kind',
        description: 'fixed',
      },
    ]);
    expect(reading).toEqual({
      ok: true,
      mappings: [
        { sourceType: 'ATTRIBUTE', source: 'first_name', destination: 'person.name.firstName' },
        { sourceType: 'EXPRESSION', source: 'lower(email)', destination: 'personalEmail.address' },
        { sourceType: 'ATTRIBUTE', source: 'Id', destination: '_id' },
        {
          sourceType: 'STATIC',
          source: 'CUSTOMER',
          destination: 'userType',
          name: 'kind',
          description: 'fixed',
        },
      ],
    });
  });

  it.each([
    ['first_name', 'ATTRIBUTE'],
    ['address.street\\.name', 'ATTRIBUTE'],
    ['order-id', 'ATTRIBUTE'],
    ['First Name', 'ATTRIBUTE'],
    [`\${First Name}`, 'ATTRIBUTE'],
    ['emails[0].address', 'ATTRIBUTE'],
    ['concat(a, b)', 'EXPRESSION'],
    ['a + b', 'EXPRESSION'],
    ['"Salesforce"', 'EXPRESSION'],
  ])('takes a source %s without a type for an %s', (source, sourceType) => {
    expect(readMappings([{ source, destination: 'a' }])).toMatchObject({
      ok: true,
      mappings: [{ sourceType }],
    });
  });

  it.each<[unknown, unknown]>([
    [null, [[undefined, 'mappings']]],
    [{ source: 'a' }, [[undefined, 'mappings']]],
    [
      [null, 1],
      [
        [0, ''],
        [1, ''],
      ],
    ],
    [[{ source: 'a' }], [[0, 'destination']]],
    [
      [{ source: '', destination: ' ' }],
      [
        [0, 'source'],
        [0, 'destination'],
      ],
    ],
    [
      [{ source: 1, destination: 'a' }],
      [
        [0, 'source'],
        [0, 'source'],
      ],
    ],
    [[{ source: 'a', sourceAttribute: 'b', destination: 'c' }], [[0, 'source']]],
    [[{ source: 'a', destination: 'b', sourceType: 'attribute' }], [[0, 'sourceType']]],
  ])('refuses %j and names the fields at fault', (value, fields) => {
    expect(errorsOf(value)).toEqual(fields);
  });
});
