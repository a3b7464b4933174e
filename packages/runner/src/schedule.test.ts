import { expect, test } from 'vitest';
import { scheduleFrom } from './schedule.ts';

const now = new Date('2026-03-01T12:10:00Z');
const epoch = (iso: string) => Date.parse(iso) / 1000;

test.each([
  [
    'a start to come',
    { startTime: epoch('2026-03-02T00:00:00Z'), frequency: 'day', interval: 1 },
    '2026-03-02T00:00:00Z',
    86_400,
  ],
  [
    'a start that has passed is due at its latest slot',
    { startTime: epoch('2026-03-01T00:05:00Z'), frequency: 'hour', interval: 1 },
    '2026-03-01T12:05:00Z',
    3_600,
  ],
  [
    'numbers in text',
    { startTime: '1567411548', frequency: 'minute', interval: '30' },
    '2026-03-01T12:05:48Z',
    1_800,
  ],
  [
    'once',
    { startTime: epoch('2019-01-01T00:00:00Z'), frequency: 'once' },
    '2019-01-01T00:00:00Z',
    undefined,
  ],
] as const)('%s', (_case, params, nextAt, intervalSeconds) => {
  expect(scheduleFrom('f', params, now)).toEqual({
    flowId: 'f',
    nextAt: new Date(nextAt),
    intervalSeconds,
    endsAt: undefined,
  });
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
