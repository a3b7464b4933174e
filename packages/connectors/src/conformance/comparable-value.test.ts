import type { SourceType } from '@tributary/xdm';
import { expect, test } from 'vitest';
import { comparableValue } from './comparable-value.test-kit.ts';

test.each<[type: SourceType, one: unknown, other: unknown]>([
  ['decimal', '1.50', '15e-1'],
  ['decimal', '1.39E8', 139_000_000],
  ['decimal', '-0.0050', '-5e-3'],
  ['decimal', '-0', 0],
  ['long', '0000000042', 42],
  ['long', '9223372036854775807', 9223372036854775807n],
  ['number', '1e2', 100],
  ['boolean', 't', true],
  ['boolean', 1, 'TRUE'],
  ['boolean', '0', false],
  ['date', '2024-02-29', '2024-02-29T00:00:00Z'],
  ['time', '12:34:56.500', '12:34:56.5Z'],
  ['date-time', '2024-03-01T11:00:00Z', '2024-03-01 12:00:00+01'],
  ['date-time', '2024-03-01T11:00:00.5+0000', '2024-03-01 11:00:00.500000'],
  ['json', '{"a": 1}', { a: 1 }],
  ['string', null, undefined],
])('%s: %j and %s are the same', (type, one, other) => {
  expect(comparableValue(type, one)).toBe(comparableValue(type, other));
});

test.each<[type: SourceType, one: unknown, other: unknown]>([
  ['long', '9007199254740993', '9007199254740992'],
  ['decimal', '0.1', '0.10000000000000001'],
  ['date-time', '2024-03-01T11:00:00.000001Z', '2024-03-01T11:00:00Z'],
  ['time', '12:00:00', '12:00:10'],
  ['string', '', null],
  ['string', '1.0', '1'],
])('%s: %j and %j are not', (type, one, other) => {
  expect(comparableValue(type, one)).not.toBe(comparableValue(type, other));
});

test.each<[type: SourceType, value: unknown]>([
  ['decimal', 'a lot'],
  ['date-time', 'yesterday'],
])('%s: %j is none', (type, value) => {
  expect(() => comparableValue(type, value)).toThrow(JSON.stringify(value));
});
