import { CalendarDateTime } from '@internationalized/date';
import { describe, expect, test } from 'vitest';
import { draftOf, newSchedule, ON_DEMAND, scheduleParams } from './schedule.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const daily = newSchedule('Europe/Zurich');

describe('the params of a schedule', () => {
  test('are none where a flow runs on demand', () => {
    expect(scheduleParams({ ...daily, frequency: ON_DEMAND }, NOW)).toBeUndefined();
  });

  test('begin now where no start is given, by the calendar of the time zone', () => {
    expect(scheduleParams(daily, NOW)).toEqual({
      frequency: 'day',
      interval: 1,
      startTime: NOW / 1000,
      timezone: 'Europe/Zurich',
    });
  });

  test('count moments by the clocks of the time zone, in summer and in winter', () => {
    const start = new CalendarDateTime(2026, 7, 1, 8);
    const end = new CalendarDateTime(2026, 12, 1, 8);
    expect(scheduleParams({ ...daily, start, end, backfill: false }, NOW)).toMatchObject({
      startTime: Date.UTC(2026, 6, 1, 6) / 1000,
      endTime: Date.UTC(2026, 11, 1, 7) / 1000,
      backfill: false,
    });
  });

  test('have neither interval nor end where a flow runs once', () => {
    const end = new CalendarDateTime(2026, 12, 1);
    expect(
      Object.keys(scheduleParams({ ...daily, frequency: 'once', end, timeZone: 'UTC' }, NOW) ?? {}),
    ).toEqual(['frequency', 'startTime']);
  });

  test('come back as they were filled in', () => {
    const start = new CalendarDateTime(2026, 7, 1, 8);
    const draft = { ...daily, frequency: 'week', interval: 2, start, backfill: false };
    const params = scheduleParams(draft, NOW);
    const schedule = {
      frequency: 'week',
      interval: 2,
      startsAt: Number(params?.startTime) * 1000,
      endsAt: undefined,
      timeZone: 'Europe/Zurich',
      backfill: false,
    };
    expect(draftOf(schedule, 'UTC')).toEqual(draft);
    expect(draftOf(undefined, 'UTC').frequency).toBe(ON_DEMAND);
  });
});
