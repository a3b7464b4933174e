import { describe, expect, it } from 'vitest';
import { zoneName, zoneOf } from './zone.ts';

describe('time zones', () => {
  it.each([
    ['Europe/Paris', 'Europe/Paris'],
    ['europe/paris', 'Europe/Paris'],
    [' US/Pacific ', 'US/Pacific'],
    ['UTC', 'UTC'],
    ['Z', 'UTC'],
    ['gmt', 'UTC'],
    ['PST', '-08:00'],
    ['PDT', '-07:00'],
    // A name of the database, with daylight saving.
    ['CET', 'CET'],
    ['CEST', '+02:00'],
    ['+2', '+02:00'],
    ['+0530', '+05:30'],
    ['-08:00', '-08:00'],
    ['GMT-3:30', '-03:30'],
    ['+00:00', 'UTC'],
    ['+19:00', undefined],
    ['+5:75', undefined],
    ['Mars/Base', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ])('"%s" is %s', (text, expected) => {
    expect(zoneOf(text)).toBe(expected);
  });

  it.each([
    ['America/Los_Angeles', '2020-01-01T00:00:00Z', 'PST', 'Pacific Standard Time'],
    ['America/Los_Angeles', '2020-07-01T00:00:00Z', 'PDT', 'Pacific Daylight Time'],
    ['Australia/Sydney', '2020-01-01T00:00:00Z', 'AEDT', 'Australian Eastern Daylight Time'],
    ['Europe/Dublin', '2020-07-01T00:00:00Z', 'IST', 'Irish Standard Time'],
    ['Asia/Kolkata', '2020-07-01T00:00:00Z', 'IST', 'India Standard Time'],
    ['UTC', '2020-07-01T00:00:00Z', 'UTC', 'Coordinated Universal Time'],
  ])('%s is called at %s %s, or %s', (zone, instant, short, long) => {
    const milliseconds = BigInt(Date.parse(instant));
    expect([false, true].map((isLong) => zoneName.call(zone, milliseconds, isLong))).toEqual([short, long]);
  });

  it('has a name at any instant that SQL can hold', () => {
    expect(zoneName.call('Europe/Paris', 9_224_318_015_999_999n, false)).toMatch(/^CES?T$/);
  });
});
