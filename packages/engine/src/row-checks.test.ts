import type { SourceColumn } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import { list, type Mapped, mapOf, mapped, object, scalar } from './testing/mapped.ts';
import type { IdentityField } from './transform.ts';

const { engine } = engineBench();

const text = scalar('string');
const columns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'Text', type: 'string' },
  { name: 'Number', type: 'number' },
  { name: 'Any', type: 'json' },
];

const target = object(
  {
    _id: text,
    text: scalar('string', { minLength: 2, maxLength: 3, pattern: '^[a-z]' }),
    number: scalar('number', { exclusiveMinimum: 0, exclusiveMaximum: 10 }),
    count: scalar('int', { minimum: 1, maximum: 5 }),
    mail: scalar('string', { format: 'email' }),
    link: scalar('string', { format: 'uri' }),
    unknown: scalar('string', { format: 'colour' }),
    emails: list(object({ address: text, kind: scalar('string', { enum: ['home', 'work'] }) }, ['address'])),
    orders: mapOf(
      object({ lines: list(object({ sku: text, count: scalar('int', { minimum: 0 }) }, ['sku'])) }, [
        'lines',
      ]),
    ),
    tags: { kind: 'array', items: text, constraints: { minItems: 1, maxItems: 3, uniqueItems: true } },
    person: object({ name: object({ first: text, last: text }, ['last']) }, []),
    identityMap: mapOf(list(object({ id: text, primary: scalar('boolean') }))),
  },
  ['_id'],
);

async function errorsOf(
  mappings: Mapped,
  row: Readonly<Record<string, unknown>>,
  identities: readonly IdentityField[] = [],
) {
  const mapping = { ...mapped([['Id', '_id'], ...mappings], columns, target), identities };
  const [previewed] = await engine.preview({ ...mapping, rows: [{ Id: '1', ...row }] });
  return previewed?.errors.map(({ code, column, message, value }) => [
    code.slice(7, 11),
    column,
    message,
    value,
  ]);
}

const invalid = (column: string, message: string, value: string) => [['1554', column, message, value]];
const missing = (column: string) => [['1555', column, 'The required field is missing or null.', undefined]];

describe('a row fails', () => {
  test.each<[string, Mapped[number], unknown, unknown]>([
    ['a short text', ['Text', 'text'], 'a', invalid('text', 'The value is shorter than 2 characters.', 'a')],
    [
      'a long text',
      ['Text', 'text'],
      'abcd',
      invalid('text', 'The value is longer than 3 characters.', 'abcd'),
    ],
    [
      'another pattern',
      ['Text', 'text'],
      'ABC',
      invalid('text', 'The value does not match the pattern ^[a-z].', 'ABC'),
    ],
    [
      'a format',
      ['Text', 'mail'],
      'me',
      invalid('mail', 'The value is not of the format email, such as jane.doe@example.com.', 'me'),
    ],
    [
      'another format',
      ['Text', 'link'],
      '/x',
      invalid('link', 'The value is not of the format uri, such as https://www.example.com/path.', '/x'),
    ],
    ['nothing that a format of no meaning asks for', ['Text', 'unknown'], 'x', []],
    ['a lower bound', ['Text', 'count'], '0', invalid('count', 'The value is below 1.', '0')],
    ['an upper bound', ['Text', 'count'], '6', invalid('count', 'The value is above 5.', '6')],
  ])('for %s', async (_what, mapping, value, errors) => {
    expect(await errorsOf([mapping], { Text: value })).toEqual(errors);
  });

  test.each([
    [0, 'The value is not above 0.', '0.0'],
    [10, 'The value is not below 10.', '10.0'],
  ])('for the excluded bound %s', async (bound, message, value) => {
    expect(await errorsOf([['Number', 'number']], { Number: bound })).toEqual(
      invalid('number', message, value),
    );
  });

  test.each<[string, string, unknown, unknown]>([
    ['a required field of an element', 'emails', [{ kind: 'home' }], missing('emails[*].address')],
    [
      'an enum within an element',
      'emails',
      [null, { address: 'a', kind: 'x' }],
      invalid('emails[*].kind', 'The value is not in the enum of the field.', 'x'),
    ],
    ['a required field of a value of a map', 'orders', { a: { other: 1, lines: null }, b: null }, []],
    [
      'a required field of an element within a map',
      'orders',
      { a: { lines: [{ sku: 's' }, { count: 1 }] } },
      missing('orders.*.lines[*].sku'),
    ],
    [
      'a bound within a map',
      'orders',
      { a: { lines: [{ sku: 's', count: -1 }] } },
      invalid('orders.*.lines[*].count', 'The value is below 0.', '-1'),
    ],
    ['too few items', 'tags', [], invalid('tags', 'The list has fewer than 1 items.', '[]')],
    [
      'too many items',
      'tags',
      ['a', 'b', 'c', 'd'],
      invalid('tags', 'The list has more than 3 items.', '["a","b","c","d"]'),
    ],
    [
      'equal items',
      'tags',
      ['a', null, 'a'],
      invalid('tags', 'The list has an item twice.', '["a",null,"a"]'),
    ],
    ['a required field of an object', 'person', { name: { first: 'x' } }, missing('person.name.last')],
    ['no required field of an object that is absent', 'person', { name: {} }, []],
  ])('for %s', async (_what, destination, value, errors) => {
    expect(await errorsOf([['Any', destination]], { Any: value })).toEqual(errors);
  });

  test('for a required field that only other mappings of its object leave out', async () => {
    const mappings: Mapped = [
      ['Text', 'emails[0].kind'],
      ['Any', 'emails[1].address'],
    ];
    expect(await errorsOf(mappings, { Text: 'home' })).toEqual(missing('emails[*].address'));
  });

  test('once where the mapping of a required field failed', async () => {
    const mappings: Mapped = [
      ['=to_integer(Text)', 'orders.a.lines[0].sku'],
      ['Id', 'orders.a.lines[0].count'],
    ];
    expect(await errorsOf(mappings, { Text: 'x' })).toEqual([
      [expect.any(String), 'orders.a.lines[0].sku', 'The mapping to_integer(Text) failed.', 'x'],
    ]);
  });
});

describe('the identity of a row', () => {
  const primary = (...path: string[]): readonly IdentityField[] => [{ path, isPrimary: true }];
  const lost = (column: string) => [['1555', column, 'The primary identity is missing or empty.', undefined]];

  test('must be there', async () => {
    expect(await errorsOf([], {}, primary('_id'))).toEqual([]);
    expect(await errorsOf([], { Id: null }, primary('_id'))).toEqual(lost('_id'));
    expect(
      await errorsOf([['=Text', 'person.name.last']], { Text: null }, primary('person', 'name', 'last')),
    ).toEqual(lost('person.name.last'));
    expect(
      await errorsOf([['=trim(Text)', 'person.name.last']], { Text: ' ' }, primary('person', 'name', 'last')),
    ).toEqual(lost('person.name.last'));
    expect(await errorsOf([], {}, primary('person', 'name', 'last'))).toEqual(lost('person.name.last'));
    expect(await errorsOf([], {}, [{ path: ['text'], isPrimary: false }])).toEqual([]);
  });

  test('map has at most one primary, and no identity without an id', async () => {
    const map = (value: unknown) => errorsOf([['Any', 'identityMap']], { Any: value });
    expect(await map({ Email: [{ id: 'a', primary: true }], Phone: [{ id: 'b', primary: false }] })).toEqual(
      [],
    );
    expect(await map({ Email: [{ id: 'a', primary: true }], Phone: [{ id: 'b', primary: true }] })).toEqual([
      [
        '1554',
        'identityMap.*[*].primary',
        'More than one identity is primary.',
        '[{"id":"a","primary":true},{"id":"b","primary":true}]',
      ],
    ]);
    expect(await map({ Email: [{ primary: true }, { id: '' }] })).toEqual([
      ['1555', 'identityMap.*[*].id', 'An identity has no id.', '{"id":null,"primary":true}'],
    ]);
  });
});
