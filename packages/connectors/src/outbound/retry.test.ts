import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_RETRY, pause, pauseBefore, retryAfterMs } from './retry.ts';

const policy = { attempts: 4, baseDelayMs: 100, maxDelayMs: 300, maxRetryAfterMs: 5000 };

describe('the pause before another attempt', () => {
  test('grows to its bound, and ends with the attempts', () => {
    const pauses = [2, 3, 4, 5].map((attempt) => pauseBefore(attempt, undefined, policy, () => 1));
    expect(pauses).toEqual([100, 200, 300, undefined]);
  });

  test('is at least half of its bound, and never above it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, random) => {
          const wait = pauseBefore(attempt, undefined, policy, () => random);
          const bound = pauseBefore(attempt, undefined, policy, () => 1);
          expect(wait).toBeGreaterThanOrEqual((bound ?? 0) / 2);
          expect(wait).toBeLessThanOrEqual(bound ?? 0);
        },
      ),
    );
  });

  test('is as long as the host asks, unless that is too long to wait for', () => {
    expect(pauseBefore(2, 4000, policy)).toBe(4000);
    expect(pauseBefore(2, 6000, policy)).toBeUndefined();
  });

  test('ends when the caller gives up', async () => {
    const gone = new Error('gone');
    await expect(pause(DEFAULT_RETRY.maxDelayMs, AbortSignal.abort(gone))).rejects.toBe(gone);
    const controller = new AbortController();
    const waiting = pause(DEFAULT_RETRY.maxDelayMs, controller.signal);
    controller.abort(gone);
    await expect(waiting).rejects.toBe(gone);
  });
});

test.each([
  [undefined, undefined],
  ['3', 3000],
  ['0', 0],
  ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
  ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %j is %j ms', (value, ms) => {
  expect(retryAfterMs(value, Date.UTC(2026, 0, 1))).toBe(ms);
});
