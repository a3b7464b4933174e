import { describe, expect, test } from 'vitest';
import type { Run, Schedule } from './platform/answers.ts';
import {
  byteSize,
  dateTime,
  duration,
  flowStateWords,
  fullScheduleWords,
  nextRunWords,
  runStatusWords,
  scheduleWords,
} from './wording.ts';

const START = Date.UTC(2026, 0, 5, 12);

function schedule(frequency: string, interval = 1, backfill = true): Schedule {
  return { frequency, interval, startsAt: START, endsAt: undefined, timeZone: undefined, backfill };
}

test.each([
  [undefined, 'On demand'],
  [schedule('once'), 'Once'],
  [schedule('minute', 30), 'Every 30 minutes'],
  [schedule('hour'), 'Every hour'],
  [schedule('week', 2), 'Every 2 weeks'],
])('a schedule in words: %o is "%s"', (given, words) => {
  expect(scheduleWords(given)).toBe(words);
});

describe('a schedule in full', () => {
  const start = dateTime(START);
  test.each([
    [schedule('day'), START + 1, `Every day since ${start}`],
    [schedule('day'), START - 1, `Every day from ${start}`],
    [schedule('once'), START + 1, `Once at ${start}`],
    [
      schedule('hour', 6, false),
      START + 1,
      `Every 6 hours since ${start}, without the rows that were there before`,
    ],
    [
      { ...schedule('week'), endsAt: START, timeZone: 'Europe/Zurich' },
      START + 1,
      `Every week since ${start} until ${start}, by the clocks of Europe/Zurich`,
    ],
    [undefined, START, 'On demand'],
  ])('%o at %d is "%s"', (given, now, words) => {
    expect(fullScheduleWords(given, now)).toBe(words);
  });
});

test.each([
  [0, '0.00 s'],
  [839, '0.84 s'],
  [9_994, '9.99 s'],
  [59_499, '59 s'],
  [59_500, '1 min 0 s'],
  [185_000, '3 min 5 s'],
  [3_599_600, '1 h 0 min'],
  [7_800_000, '2 h 10 min'],
])('%d ms lasts "%s"', (milliseconds, words) => {
  expect(duration(milliseconds)).toBe(words);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [24_049, '24.0 kB'],
  [518_123, '518 kB'],
  [999_999, '1.0 MB'],
  [5_400_000_000, '5.4 GB'],
  [3.2e15, '3200 TB'],
])('%d bytes are "%s"', (bytes, words) => {
  expect(byteSize(bytes)).toBe(words);
});

test('a run in progress says what it is at, an unknown status itself', () => {
  const run = (status: string, step?: string) => ({ status, step }) as Run;
  expect(runStatusWords(run('inProgress', 'extracting')).words).toBe('Running: extracting');
  expect(runStatusWords(run('success', 'success'))).toEqual({ words: 'Succeeded', tone: 'positive' });
  expect(runStatusWords(run('paused'))).toEqual({ words: 'paused', tone: 'neutral' });
  const waiting = { ...run('inProgress', 'extracting'), waitingUntil: START };
  expect(runStatusWords(waiting).words).toBe(`Waiting for the source until ${dateTime(START)}`);
  expect(runStatusWords({ ...run('queued'), startsAt: START }).words).toBe(`Queued for ${dateTime(START)}`);
  expect(nextRunWords(START, START - 1)).toBe(dateTime(START));
  expect(nextRunWords(START, START + 1)).toBe('As soon as it can');
  expect(nextRunWords(undefined, START)).toBeUndefined();
  expect(flowStateWords('deleting').words).toBe('deleting');
});
