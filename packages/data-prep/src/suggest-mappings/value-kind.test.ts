import { expect, test } from 'vitest';
import { kindOfValues } from './value-kind.ts';

test.each([
  [['ada@example.com', 'bob@example.org'], 'email'],
  [['+1 (212) 555-0100', '212-555-0101 x12'], 'phone'],
  [['2020-01-31', '2020-01-31T12:00:00Z'], 'date'],
  [['31.12.2020', '12/31/2020'], 'date'],
  [['US', 'DE', 'FR'], 'country-code'],
  [['https://example.com/a', 'www.example.com'], 'url'],
  [[1, 2.5, -3], 'number'],
  [['Ada', 'Bob'], undefined],
  [['ada@example.com', 'nobody', 'nothing'], undefined],
  [[null, '', undefined], undefined],
  [[], undefined],
  [[null, 'ada@example.com', null], 'email'],
  [[{ a: 1 }, [2]], undefined],
])('%j look like %j', (values, kind) => {
  expect(kindOfValues(values)).toBe(kind);
});
