import { expect, test } from 'vitest';
import { previewValue } from './preview-value.ts';

test.each([
  ['integer', '-12', -12],
  ['long', '9007199254740993', '9007199254740993'],
  ['decimal', '12.50', 12.5],
  ['decimal', '0.3333333333333333', '0.3333333333333333'],
  ['number', '1e+300', 1e300],
  ['number', 'NaN', 'NaN'],
  ['boolean', 'true', true],
  ['boolean', '1', true],
  ['boolean', '0', false],
  ['string', '12', '12'],
  ['json', '{"a":[1]}', { a: [1] }],
  ['json', 'broken', 'broken'],
  [{ kind: 'array', items: 'integer' }, '[1,null]', [1, null]],
  ['date', '2024-02-29', '2024-02-29'],
  ['string', null, null],
] as const)('of type %j the text %j is shown as %j', (type, text, value) => {
  expect(previewValue(type, text)).toEqual(value);
});
