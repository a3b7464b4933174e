import type { ObjectNode, SourceColumn, XdmNode, XdmScalarType } from '@tributary/xdm';
import { describe, expect, it } from 'vitest';
import { planMappings } from './plan-mappings.ts';
import type { MappingInput } from './read-mappings.ts';

const scalar = (xdmType: XdmScalarType): XdmNode => ({ kind: 'scalar', xdmType, constraints: {} });
const object = (properties: Record<string, XdmNode>): ObjectNode => ({
  kind: 'object',
  properties: new Map(Object.entries(properties)),
  required: new Set(),
});

const target = object({
  _id: scalar('string'),
  person: object({
    name: object({ firstName: scalar('string'), lastName: scalar('string') }),
    birthDate: scalar('date'),
  }),
  optedIn: scalar('boolean'),
  age: scalar('int'),
  tags: { kind: 'array', items: scalar('string') },
  emails: { kind: 'array', items: object({ address: scalar('string') }) },
  labels: { kind: 'map', values: scalar('string') },
  looked: { kind: 'scalar', xdmType: 'string', constraints: { pattern: '(?=a)' } },
  bare: object({}),
});

const columns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'FirstName', type: 'string' },
  { name: 'Account.Name', type: 'string' },
  { name: 'odd "name"', type: 'string' },
  { name: 'IsDeleted', type: 'boolean' },
  {
    name: 'Place',
    type: {
      kind: 'object',
      fields: [
        { name: 'birthDate', type: 'boolean' },
        { name: 'city', type: 'string' },
      ],
    },
  },
  {
    name: 'Mails',
    type: { kind: 'array', items: { kind: 'object', fields: [{ name: 'mail', type: 'string' }] } },
  },
];

const attribute = (source: string, destination: string): MappingInput => ({
  sourceType: 'ATTRIBUTE',
  source,
  destination,
});
const expression = (source: string, destination: string): MappingInput => ({
  sourceType: 'EXPRESSION',
  source,
  destination,
});

function errorsOf(mappings: readonly MappingInput[], known: readonly SourceColumn[] | 'unknown' = columns) {
  const result = planMappings({ mappings, columns: known, target });
  return result.ok ? [] : result.errors;
}

describe('planMappings', () => {
  it('types each mapping and lists the columns that are read', () => {
    const result = planMappings({
      mappings: [
        attribute('Id', '_id'),
        expression('upper(FirstName)', 'person.name.firstName'),
        expression('explode(Account.Name)', 'tags'),
        { sourceType: 'STATIC', source: 'upper(Id)', destination: 'person.name.lastName' },
      ],
      columns,
      target,
    });
    expect(result).toMatchObject({
      ok: true,
      plan: {
        sourceColumns: ['Account.Name', 'FirstName', 'Id'],
        targets: [
          { path: ['_id'], source: 'Id', expression: { kind: 'column', name: 'Id', type: 'string' } },
          {
            path: ['person', 'name', 'firstName'],
            expression: { kind: 'call', function: 'upper', type: 'string' },
          },
          { path: ['tags'], expression: { type: { kind: 'array', items: 'string' } } },
          { expression: { kind: 'literal', value: 'upper(Id)' } },
        ],
      },
    });
  });

  it.each(['Account.Name', `\${Account.Name}`, 'Account\\.Name', 'odd "name"'])(
    'finds the column %s',
    (source) => {
      expect(errorsOf([attribute(source, '_id')])).toEqual([]);
    },
  );

  it('reports every mapping that is wrong, and where', () => {
    const errors = errorsOf([
      attribute('firstname', '_id'),
      expression('concat(Id, uper(FirstNam), substr(Id))', 'person.name.firstName'),
      expression('upper(FirstNam)', 'person.nam.firstName'),
      attribute('Id', 'person.name'),
      attribute('Id', '_id'),
      attribute('IsDeleted', 'person.birthDate'),
    ]);
    expect(errors.map(({ mapping, code, suggestions }) => [mapping, code, suggestions?.[0]])).toEqual([
      [0, 'unknown-column', 'FirstName'],
      [1, 'unknown-function', 'upper'],
      [1, 'unknown-column', 'FirstName'],
      [1, 'argument-count', undefined],
      [2, 'unknown-column', 'FirstName'],
      [2, 'unknown-destination', 'person.name'],
      [3, 'impossible-conversion', 'person.name.firstName'],
      [4, 'duplicate-destination', undefined],
      [5, 'impossible-conversion', undefined],
    ]);
    expect(errors[4]).toMatchObject({
      source: 'upper(FirstNam)',
      destination: 'person.nam.firstName',
      message: 'The source has no column "FirstNam". Did you mean "FirstName"?',
      position: { offset: 6, line: 1, column: 7, length: 8 },
    });
  });

  it.each<[MappingInput, string, string]>([
    [
      attribute('IsDeleted', 'person.birthDate'),
      'impossible-conversion',
      'A value of type boolean can\'t become the date that "person.birthDate" holds.',
    ],
    [
      expression('[1, 2]', '_id'),
      'impossible-conversion',
      'A value of type array of integer can\'t become the string that "_id" holds.',
    ],
    [
      attribute('Id', 'emails'),
      'impossible-conversion',
      'A value of type string can\'t become the object that "emails[0]" holds. Map to one of its fields, such as "emails[0].address".',
    ],
    [
      attribute('Place', 'person'),
      'impossible-conversion',
      'A value of type boolean can\'t become the date that "person.birthDate" holds.',
    ],
    [
      attribute('Place', 'person.name'),
      'impossible-conversion',
      'None of the fields of the source (birthDate, city) is a field of "person.name". Map to one of its fields, such as "person.name.firstName".',
    ],
    [
      attribute('Mails[*].mail', 'tags[*].x'),
      'unknown-destination',
      '"tags[*]" is a string and has no fields. Map to "tags[*]" itself.',
    ],
    [
      attribute('Mails.mails', 'tags'),
      'unknown-column',
      'There is no field "mails" here. Did you mean "mail"?',
    ],
    [
      attribute('Id', 'tags[256]'),
      'destination-path',
      '"tags[256]" is beyond the 256 elements of a list that can be mapped one by one.',
    ],
    [
      attribute('Id', 'emails[*].address'),
      'destination-path',
      'Nothing tells how many elements "emails" has. Map an array to "emails", or to a field of its elements with [*] in the source as well.',
    ],
    [
      attribute('Id', 'looked'),
      'uncheckable-pattern',
      'The pattern (?=a) of "looked" in the target schema can\'t be checked: look-ahead and look-behind are not supported.',
    ],
    [
      attribute('Id', 'bare'),
      'impossible-conversion',
      '"bare" is an object that declares no fields, so nothing can be mapped to it.',
    ],
    [attribute('Id', 'a..b'), 'destination-path', 'The destination is no path: ".b" is no part of a path.'],
    [
      attribute('lower(Id)', '_id'),
      'unknown-column',
      'The source has no column "lower(Id)". For an expression, set "sourceType" to "EXPRESSION".',
    ],
    [
      expression('substr(Id, "two", 1)', '_id'),
      'argument-type',
      'In substr(), the text "two" can\'t be used where a number is needed.',
    ],
    [
      expression('IsDeleted + 1', 'age'),
      'argument-type',
      'In "+", a number is needed here, not a value of type boolean.',
    ],
    [
      expression('explode(Id, FirstName)', 'tags'),
      'argument-type',
      'The delimiter of explode() must be a text in quotation marks, as it is compiled ahead.',
    ],
    [
      expression('matches_regex(Id, "(?=a)")', 'optedIn'),
      'argument-value',
      'The pattern of matches_regex() cannot be used: look-ahead and look-behind are not supported.',
    ],
    [
      expression('size_of(Id)', 'age'),
      'argument-type',
      'In size_of(), an array or an object is needed here, not a value of type string.',
    ],
    [
      expression('IsDeleted < 1', 'optedIn'),
      'argument-type',
      'In "<", boolean and integer can\'t be compared.',
    ],
    [expression('999999999999999999999', 'age'), 'argument-value', 'This number is too large.'],
    [
      expression(`${'format('.repeat(30)}Id${',"yyyy-MM-dd")'.repeat(30)}`, '_id'),
      'expression-too-deep',
      'The expression is too intricate to be run; split it over several mappings.',
    ],
  ])('refuses %j', (mapping, code, message) => {
    expect(errorsOf([mapping])).toMatchObject([{ code, message }]);
  });

  it('lets a part be mapped beside the whole, and single values beside lists', () => {
    const beside = [
      attribute('Mails', 'tags'),
      attribute('Mails[*].mail', 'emails[*].address'),
      attribute('Id', 'emails[0].address'),
      attribute('Id', 'labels.de'),
      attribute('FirstName', 'labels.fr'),
    ];
    expect(errorsOf(beside.slice(1))).toEqual([]);
    expect(errorsOf(beside.slice(0, 1)).map(({ code }) => code)).toEqual(['impossible-conversion']);
    expect(errorsOf([attribute('Mails[*].mail', 'tags'), attribute('Id', 'tags')])).toMatchObject([
      { mapping: 1, code: 'duplicate-destination' },
    ]);
  });

  it('says over how many lists a target iterates', () => {
    const result = planMappings({
      mappings: [attribute('Mails[*].mail', 'emails[*].address'), attribute('Mails[0].mail', 'tags[0]')],
      columns,
      target,
    });
    expect(result).toMatchObject({
      ok: true,
      plan: {
        sourceColumns: ['Mails'],
        targets: [
          { path: ['emails', '[*]', 'address'], iterates: 1, target: { kind: 'array' } },
          { path: ['tags', '[0]'], target: { kind: 'scalar' } },
        ],
      },
    });
  });

  it('checks what it can while the source is unknown', () => {
    const known: readonly MappingInput[] = [
      attribute('anything', '_id'),
      expression('a.b + to_integer(c) > d', 'optedIn'),
      expression('iif(x, y, [1])', 'tags'),
      attribute('First Name', 'age'),
    ];
    expect(errorsOf(known, 'unknown')).toEqual([]);
    const wrong = [
      expression('uper(x)', '_id'),
      attribute('lower(Id)', 'age'),
      expression('true', 'person.birthDate'),
    ];
    expect(errorsOf(wrong, 'unknown').map(({ code }) => code)).toEqual([
      'unknown-function',
      'source-path',
      'impossible-conversion',
    ]);
  });
});
