import { expect, it } from 'vitest';
import { withReferences } from './sub-request-references.ts';

const answers = new Map<string, unknown>([
  ['made', ['@/dataSets/5be230aef5b02914cd52dbfa']],
  ['1', ['@/batches/01A']],
  ['read', { '5be2': { name: 'Loyalty', schemaRef: { id: 'https://x' }, size: 3 } }],
  ['several', { a: { name: 'A' }, b: { name: 'B' } }],
]);

it.each([
  ['<<made.id>>', '5be230aef5b02914cd52dbfa'],
  ['/dataSets/<<made>>', '/dataSets/5be230aef5b02914cd52dbfa'],
  ['<<1>>', '01A'],
  ['<<read.name>> again', 'Loyalty again'],
  ['<<read.schemaRef.id>>', 'https://x'],
  ['<<read.size>>', 3],
  ['<<read.schemaRef>>', { id: 'https://x' }],
  ['<<read.id>>', '5be2'],
  ['<<several.b.name>>', 'B'],
  ['no reference << here', 'no reference << here'],
  [{ tags: { '<<read.name>>': ['<<made>>'] } }, { tags: { Loyalty: ['5be230aef5b02914cd52dbfa'] } }],
])('%j is %j', (value, expected) => {
  expect(withReferences(value, answers)).toEqual(expected);
});

it.each([
  '<<later.id>>',
  '<<made.name>>',
  '<<several.id>>',
  '<<read.constructor>>',
  '<<__proto__>>',
  'in <<read.schemaRef>> text',
])('%s leads nowhere', (value) => {
  expect(() => withReferences({ name: value }, answers)).toThrow(/reference/);
});
