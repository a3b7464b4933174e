import type { SourceColumn, SourceType } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { engineBench } from './testing/engine-bench.ts';
import { list, type Mapped, mapOf, mapped, object, scalar } from './testing/mapped.ts';

const bench = engineBench();
const { engine } = bench;

const text = scalar('string');
const flag = scalar('boolean');
const email = object({ address: text, type: text, primary: flag });
const target = object({
  _id: text,
  tags: list(text),
  emails: list(email),
  orders: list(object({ number: text, lines: list(object({ sku: text, count: scalar('int') })) })),
  labels: mapOf(text),
  identityMap: mapOf(list(object({ id: text, primary: flag }))),
  address: object({ line1: text, city: text, geo: object({ lat: scalar('number'), lon: scalar('number') }) }),
});

const array = (items: SourceType): SourceType => ({ kind: 'array', items });
const fields = (types: Readonly<Record<string, SourceType>>): SourceType => ({
  kind: 'object',
  fields: Object.entries(types).map(([name, type]) => ({ name, type })),
});
const columns: readonly SourceColumn[] = [
  { name: 'A', type: 'string' },
  { name: 'B', type: 'string' },
  { name: 'names', type: array('string') },
  { name: 'mails', type: array(fields({ mail: 'string', kind: 'string' })) },
  {
    name: 'deals',
    type: array(fields({ id: 'integer', items: array(fields({ code: 'string', count: 'string' })) })),
  },
  {
    name: 'home',
    type: fields({ line1: 'string', city: 'string', geo: fields({ lat: 'string' }), x: 'string' }),
  },
  { name: 'map', type: { kind: 'map', values: 'integer' } },
  { name: 'place', type: fields({ a: 'string', b: 'integer' }) },
  { name: 'any', type: 'json' },
];

async function made(mappings: Mapped, row: Readonly<Record<string, unknown>>): Promise<unknown> {
  const [previewed] = await engine.preview({ ...mapped(mappings, columns, target), rows: [row] });
  expect(previewed?.errors).toEqual([]);
  return previewed?.data;
}

const mails = [{ mail: 'a@x', kind: 'home' }, { mail: 'b@x' }, null];
const deals = [
  { id: 1, items: [{ code: 'p', count: '2' }, { code: 'q' }] },
  { id: 2, items: [] },
  { items: [{ count: '5' }] },
];

describe('a destination', () => {
  test.each<[string, Mapped, Readonly<Record<string, unknown>>, unknown]>([
    ['of one element', [['A', 'tags[0]']], { A: 'a' }, { tags: ['a'] }],
    [
      'of several elements leaves gaps null',
      [
        ['A', 'tags[0]'],
        ['B', 'tags[2]'],
      ],
      { A: 'a', B: 'b' },
      { tags: ['a', null, 'b'] },
    ],
    [
      'of elements ends with the last that is there',
      [
        ['A', 'tags[0]'],
        ['B', 'tags[2]'],
      ],
      { A: 'a' },
      { tags: ['a'] },
    ],
    [
      'of elements without any value is absent',
      [
        ['A', 'tags[0]'],
        ['B', 'tags[2]'],
      ],
      {},
      {},
    ],
    [
      'within an element',
      [
        ['A', 'emails[0].address'],
        ['"work"', 'emails[1].type'],
        ['B', 'emails[1].address'],
      ],
      { A: 'a', B: 'b' },
      { emails: [{ address: 'a' }, { address: 'b', type: 'work' }] },
    ],
    [
      'of all elements',
      [['mails[*].mail', 'emails[*].address']],
      { mails },
      { emails: [{ address: 'a@x' }, { address: 'b@x' }, null] },
    ],
    [
      'of all elements that are values',
      [['mails[*].mail', 'tags[*]']],
      { mails },
      { tags: ['a@x', 'b@x', null] },
    ],
    [
      'of all elements takes several sources side by side, however long',
      [
        ['mails[*].mail', 'emails[*].address'],
        ['names[*]', 'emails[*].type'],
      ],
      { mails, names: ['n', 'm', 'o', 'p'] },
      {
        emails: [{ address: 'a@x', type: 'n' }, { address: 'b@x', type: 'm' }, { type: 'o' }, { type: 'p' }],
      },
    ],
    [
      'of all elements gives each a single value',
      [
        ['mails[*].mail', 'emails[*].address'],
        ['"work"', 'emails[*].type'],
        ['A', 'emails[0].type'],
      ],
      { mails: mails.slice(0, 2), A: 'first' },
      {
        emails: [
          { address: 'a@x', type: 'first' },
          { address: 'b@x', type: 'work' },
        ],
      },
    ],
    ['of all elements of no list is absent', [['mails[*].mail', 'emails[*].address']], {}, {}],
    [
      'of all elements of an empty list is empty',
      [['mails[*].mail', 'emails[*].address']],
      { mails: [] },
      { emails: [] },
    ],
    [
      'of lists within lists',
      [
        ['deals[*].id', 'orders[*].number'],
        ['deals[*].items[*].code', 'orders[*].lines[*].sku'],
        ['deals[*].items[*].count', 'orders[*].lines[*].count'],
      ],
      { deals },
      {
        orders: [
          { number: '1', lines: [{ sku: 'p', count: 2 }, { sku: 'q' }] },
          { number: '2', lines: [] },
          { lines: [{ count: 5 }] },
        ],
      },
    ],
    [
      'of an expression that makes a list',
      [['=explode(A, ";")', 'emails[*].address']],
      { A: 'x;y' },
      { emails: [{ address: 'x' }, { address: 'y' }] },
    ],
    [
      'within a map',
      [
        ['A', 'labels.de'],
        ['B', 'labels.fr'],
      ],
      { A: 'a' },
      { labels: { de: 'a' } },
    ],
    [
      'within a map under keys of any kind',
      [
        ['A', `labels.\${it's}`],
        ['B', `labels.\${a\\.b}`],
      ],
      { A: 'a', B: 'b' },
      { labels: { "it's": 'a', 'a.b': 'b' } },
    ],
    ['within a map without any value is absent', [['A', 'labels.de']], {}, {}],
    [
      'of an identity',
      [
        ['A', 'identityMap.Email[0].id'],
        ['="x" == "x"', 'identityMap.Email[0].primary'],
      ],
      { A: 'a' },
      { identityMap: { Email: [{ id: 'a', primary: true }] } },
    ],
    [
      'that is a map takes a map',
      [
        ['map', 'labels'],
        ['A', 'labels.a'],
      ],
      { map: { a: 1, b: 2 }, A: 'x' },
      { labels: { a: 'x', b: '2' } },
    ],
    [
      'that is a map takes an object, nulls left out',
      [['place', 'labels']],
      { place: { a: null, b: 2 } },
      { labels: { b: '2' } },
    ],
    [
      'that is an object takes the fields of its names',
      [['home', 'address']],
      { home: { line1: 'l', city: 'c', geo: { lat: '1.5' }, x: 'y' } },
      { address: { line1: 'l', city: 'c', geo: { lat: 1.5 } } },
    ],
    [
      'within an object that is copied goes before the copy',
      [
        ['home', 'address'],
        ['A', 'address.city'],
        ['=2.5', 'address.geo.lon'],
      ],
      { home: { line1: 'l', city: 'c', geo: { lat: '1.5' } } },
      { address: { line1: 'l', geo: { lat: 1.5, lon: 2.5 } } },
    ],
    ['that is an object of absent fields is absent', [['home', 'address']], { home: { geo: {} } }, {}],
    [
      'takes from JSON what it has',
      [
        ['any.place', 'address'],
        ['any.all', 'orders'],
        ['any.all[*].tag', 'tags[*]'],
        ['any.map', 'labels'],
      ],
      {
        any: {
          place: { city: 'c', geo: { lat: 1 }, other: 1 },
          all: [{ number: 7, tag: 't' }, { tag: null }],
          map: { k: 1, n: null },
        },
      },
      {
        address: { city: 'c', geo: { lat: 1 } },
        orders: [{ number: '7' }, null],
        tags: ['t', null],
        labels: { k: '1' },
      },
    ],
    ['that is a list takes a list whole', [['names', 'tags']], { names: ['a', null] }, { tags: ['a', null] }],
    [
      'that is a list takes a list, an element of its own',
      [
        ['names', 'tags'],
        ['A', 'tags[2]'],
      ],
      { names: ['a'], A: 'c' },
      { tags: ['a', null, 'c'] },
    ],
    ['that is a list takes a single value as its only one', [['A', 'tags']], { A: 'a' }, { tags: ['a'] }],
  ])('%s', async (_case, mappings, row, expected) => {
    expect(await made(mappings, row)).toEqual(expected);
  });

  test('of any kind is written with its field ids', async () => {
    const mapping = mapped(
      [
        ['A', 'emails[0].address'],
        ['mails[*].mail', 'tags[*]'],
        ['A', 'identityMap.Email[0].id'],
        ['home', 'address'],
      ],
      columns,
      target,
    );
    const rows = [{ A: 'a', mails, home: { city: 'c' } }, {}];
    const staged = bench.folder.jsonPage('1.json', 'rows', { rows });
    const result = await engine.transform(bench.folder.request(mapping, columns, [staged]));
    const ids = result.files[0]?.columns.map(({ fieldId }) => fieldId);
    expect(new Set(ids).size).toBe(ids?.length);
    expect(await engine.readRows(result.files, { limit: 5 })).toEqual(
      (await engine.preview({ ...mapping, rows })).map(({ data }) => data),
    );
  });
});
