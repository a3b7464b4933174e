import type { SourceColumn } from '@tributary/xdm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { peopleColumns } from './table-source.test-kit.ts';

let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
  bench.source.columns = peopleColumns;
  bench.source.now = new Date('2026-03-01T12:00:00Z');
  flow = await bench.flow({ schemaDrift: 'add' });
  await bench.run(flow);
});

/** Has the table come with further columns, and an hour later a row with values in them. */
function appear(columns: readonly SourceColumn[], id: string, more: Readonly<Record<string, string>>): void {
  bench.source.columns = [...peopleColumns, ...columns];
  const { now } = bench.source;
  bench.source.now = new Date(now.getTime() + 3_600_000);
  bench.source.rows.push({ id, stamp: new Date(now.getTime() + 1_800_000).toISOString(), more });
}

/** What a row has in the fields that its flow has added. */
async function addedTo(id: string): Promise<Readonly<Record<string, unknown>>> {
  const row = (await bench.rows(flow)).find(({ _id }) => _id === id);
  const [own] = Object.values(Object(row?._acme));
  return Object(own);
}

/** The column of each field that the flow has added, which is the field's title. */
async function columnsByField(): Promise<ReadonlyMap<string, unknown>> {
  const { items: groups } = await bench.store.resources('mixin').list({ limit: 100 });
  const own = groups.find(({ body }) => String(body.title).includes(flow.id));
  const fields = JSON.stringify(own?.body).matchAll(/"(\w+)":\{"title":"((?:[^"\\]|\\.)*)","type":"string"/g);
  return new Map(Array.from(fields, ([, field = '', title = '']) => [field, JSON.parse(`"${title}"`)]));
}

const texts = (names: readonly string[]) => names.map((name): SourceColumn => ({ name, type: 'string' }));

const hostile: readonly (readonly [string, readonly string[]])[] = [
  ['differ in case alone', ['name', 'NAME', 'X_1', 'x_1', 'x_1_1', 'id', 'ID', '_id']],
  [
    'differ in what no field’s name has',
    ['a b', 'a.b', 'a"b', "a'b", 'a,b', 'a;b', 'a\nb', 'a/b', 'a[0]', 'a{b'],
  ],
  ['are one name in two normal forms', ['caf\u00e9', 'cafe\u0301', '\ufeffcafe']],
  ['have no letter of a field’s name', ['日本', '😀', ' ', '$', '*', '_', '--', '`', '%']],
  ['begin or end with what is cut off', [' lead', 'trail ', 'trail', '_trail', '1st', '5']],
  ['are words of JavaScript or SQL', ['__proto__', 'constructor', 'toString', 'select', 'null', 'true']],
  [
    'are names of the engine’s own',
    ['raw0', 'file', 'readable_row', 'landed', 'stands', 'version', 'gone', 'k0'],
  ],
  [
    'mean something to the mapping language',
    ['$' + '{x}', '$' + '{Name}', 'Id + Name', 'a[*]', 'Name.x', '_acme', 'xdm:name'],
  ],
  ['are long, and differ at their ends', ['x', 'y'].map((end) => 'x'.repeat(300) + end)],
];

test('new columns get a field each, and the value of their own, whatever their names', async () => {
  const columns = texts([...new Set(hostile.flatMap(([, names]) => names))]);
  appear(columns, 'b', Object.fromEntries(columns.map(({ name }) => [name, `the value of ${name}`])));
  expect(await bench.run(flow)).toMatchObject({ state: 'success', attempt: 1 });
  const columnOf = await columnsByField();
  const values = new Map(
    Object.entries(await addedTo('b')).map(([field, value]) => [columnOf.get(field), value]),
  );
  for (const [difference, names] of hostile) {
    const found = names.map((name) => values.get(name));
    expect([difference, found]).toEqual([difference, names.map((name) => `the value of ${name}`)]);
  }
  expect(await bench.run(flow)).toMatchObject({ state: 'success', progress: { notices: [] } });
});

test.each(['I\0d\0', '\ud800'])(
  'a column with the name %j, which cannot be kept, is left out and told',
  async (name) => {
    appear(texts([name, 'Size']), 'b', { Size: '7' });
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run).notices.map(({ code }) => code)).toContain('TABLE_LIMITED');
    expect(await addedTo('b')).toEqual({ size: '7' });
  },
);

test('of 500 new columns a run tells some by their names', async () => {
  const names = Array.from({ length: 500 }, (_, number) => `Column ${number}`);
  bench.source.columns = [...peopleColumns, ...texts(names)];
  const run = await bench.run(flow);
  expect(run.state).toBe('success');
  const [added] = progressOf(run).notices;
  expect(added?.message).toMatch(
    /Column 19 \(\S+\) and 480 more\. .*"Column 19"\]}} reads the first of them/,
  );
});

test('a new column that changes its type to and fro keeps its field, as long as that can hold it', async () => {
  const types = ['integer', 'string', 'number', 'integer'] as const;
  for (const [index, type] of types.entries()) {
    appear([{ name: 'Size', type }], `row${index}`, { Size: String(index) });
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(await addedTo(`row${index}`)).toEqual({ size: index });
  }
  appear([{ name: 'Size', type: 'date' }], 'late', { Size: '8' });
  expect(await bench.run(flow)).toMatchObject({ state: 'failed', attempt: 1 });
  appear([{ name: 'Size', type: 'integer' }], 'later', { Size: '9' });
  expect(await bench.run(flow)).toMatchObject({ state: 'success' });
  expect([await addedTo('late'), await addedTo('later')]).toEqual([{ size: 8 }, { size: 9 }]);
});

test('a new column that is renamed stops its flow, and nothing is lost where it is renamed back', async () => {
  appear([{ name: 'Size', type: 'integer' }], 'b', { Size: '1' });
  await bench.run(flow);
  appear([{ name: 'Length', type: 'integer' }], 'c', { Size: '2', Length: '2' });
  expect(await bench.run(flow)).toMatchObject({ state: 'failed', attempt: 1 });
  appear([{ name: 'Size', type: 'integer' }], 'd', { Size: '3' });
  expect(await bench.run(flow)).toMatchObject({ state: 'success' });
  expect([await addedTo('b'), await addedTo('c'), await addedTo('d')]).toEqual([
    { size: 1 },
    { size: 2 },
    { size: 3 },
  ]);
});
