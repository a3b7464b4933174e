import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScheduleParams } from './documents.ts';
import { isTimezone, nextSlot, type Recurrence, scheduleFrom, slotAfter } from './schedule.ts';

const now = new Date('2026-03-01T12:10:00Z');
const epoch = (iso: string) => Date.parse(iso) / 1000;

test.each<[string, ScheduleParams, string]>([
  [
    'a start to come',
    { startTime: epoch('2026-03-02T00:00:00Z'), frequency: 'day', interval: 1 },
    '2026-03-02T00:00:00Z',
  ],
  [
    'a start that has passed is due at its latest slot',
    { startTime: epoch('2026-03-01T00:05:00Z'), frequency: 'hour', interval: 1 },
    '2026-03-01T12:05:00Z',
  ],
  [
    'a start that is now',
    { startTime: epoch('2026-03-01T12:10:00Z'), frequency: 'hour', interval: 1 },
    '2026-03-01T12:10:00Z',
  ],
  [
    'numbers in text',
    { startTime: '1567411548', frequency: 'minute', interval: '30' },
    '2026-03-01T12:05:48Z',
  ],
  ['once', { startTime: epoch('2019-01-01T00:00:00Z'), frequency: 'once' }, '2019-01-01T00:00:00Z'],
  [
    'days by the clocks of a zone',
    { startTime: epoch('2025-07-01T04:00:00Z'), frequency: 'day', interval: 1, timezone: 'Europe/Zurich' },
    '2026-03-01T05:00:00Z',
  ],
])('%s', (_case, params, nextAt) => {
  expect(scheduleFrom('f', params, now)).toMatchObject({ flowId: 'f', nextAt: new Date(nextAt) });
});

test('a schedule that runs once does not recur', () => {
  expect(scheduleFrom('f', { startTime: 0, frequency: 'once' }, now)?.recurrence).toBeUndefined();
});

test('a schedule whose end has passed has no next run', () => {
  const params = {
    startTime: 0,
    endTime: epoch('2026-03-01T12:00:00Z'),
    frequency: 'hour',
    interval: 1,
  } as const;
  expect(scheduleFrom('f', params, now)).toBeUndefined();
});

test('what the store keeps of a schedule is JSON that its slots are counted by', () => {
  const params = { startTime: 0, endTime: 200, frequency: 'minute', interval: 1 } as const;
  const schedule = scheduleFrom('f', params, new Date(0));
  const kept = JSON.parse(JSON.stringify(schedule?.recurrence));
  expect(nextSlot(kept, new Date(60_000))).toEqual(new Date(120_000));
  expect(nextSlot(kept, new Date(180_000))).toBeUndefined();
});

describe('slots of days and weeks keep to the wall clock', () => {
  const daily = (start: string, timezone: string, frequency: 'day' | 'week' = 'day'): Recurrence => ({
    startAt: Date.parse(start),
    frequency,
    interval: 1,
    timezone,
  });

  test.each([
    [
      'when clocks go forward',
      daily('2026-03-28T05:00:00Z', 'Europe/Zurich'),
      '2026-03-28T05:00:00Z',
      '2026-03-29T04:00:00Z',
    ],
    [
      'when clocks go back',
      daily('2026-10-24T04:00:00Z', 'Europe/Zurich'),
      '2026-10-24T04:00:00Z',
      '2026-10-25T05:00:00Z',
    ],
    [
      'at a time that is left out: an hour later',
      daily('2026-03-28T01:30:00Z', 'Europe/Zurich'),
      '2026-03-28T01:30:00Z',
      '2026-03-29T01:30:00Z',
    ],
    [
      'the day after a time that is left out',
      daily('2026-03-28T01:30:00Z', 'Europe/Zurich'),
      '2026-03-29T01:30:00Z',
      '2026-03-30T00:30:00Z',
    ],
    [
      'at a time that comes twice: the first',
      daily('2026-10-24T00:30:00Z', 'Europe/Zurich'),
      '2026-10-24T00:30:00Z',
      '2026-10-25T00:30:00Z',
    ],
    [
      'in a zone that is set by half an hour',
      daily('2026-10-02T20:30:00Z', 'Australia/Lord_Howe'),
      '2026-10-02T20:30:00Z',
      '2026-10-03T20:00:00Z',
    ],
    [
      'in a zone that skipped a day',
      daily('2011-12-29T18:00:00Z', 'Pacific/Apia'),
      '2011-12-29T18:00:00Z',
      '2011-12-30T18:00:00Z',
    ],
    [
      'weeks',
      daily('2026-03-23T05:00:00Z', 'Europe/Zurich', 'week'),
      '2026-03-23T05:00:00Z',
      '2026-03-30T04:00:00Z',
    ],
  ])('%s', (_case, recurrence, time, next) => {
    expect(slotAfter(recurrence, new Date(time))).toEqual(new Date(next));
  });
});

test('the next slot is later than its time, on the grid, and none lies between', () => {
  const recurrences = fc.record({
    startAt: fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => seconds * 1000),
    frequency: fc.constantFrom('minute', 'hour', 'day', 'week'),
    interval: fc.integer({ min: 1, max: 40 }),
    timezone: fc.constantFrom(
      'UTC',
      'Europe/Zurich',
      'America/New_York',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    ),
  }) satisfies fc.Arbitrary<Recurrence>;
  fc.assert(
    fc.property(recurrences, fc.integer({ min: -10, max: 3_000_000_000 }), (recurrence, after) => {
      const time = new Date(recurrence.startAt + after * 1000);
      const next = slotAfter(recurrence, time);
      if (next === undefined) throw new Error('a schedule without an end has ended');
      expect(next > time).toBe(true);
      const justBefore = new Date(next.getTime() - 1);
      expect(slotAfter(recurrence, justBefore)).toEqual(next);
      expect(slotAfter(recurrence, time < justBefore ? justBefore : time)).toEqual(next);
    }),
  );
});

test.each([
  ['Europe/Zurich', true],
  ['UTC', true],
  ['Mars/Olympus', false],
  ['', false],
])('%s names a time zone: %s', (name, isOne) => {
  expect(isTimezone(name)).toBe(isOne);
});
