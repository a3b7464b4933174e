import { expect, test } from 'vitest';
import type { Waiting } from './progress.ts';
import { hasLostPatience, nextWait, waitingNotice } from './wait-for-source.ts';

const MINUTE = 60_000;
const noon = Date.parse('2026-03-01T12:00:00Z');
const request = { now: noon, reason: 'the allowance is used up', stagedPages: 3 };

/** Waits that follow one another while no page comes, each asking again as soon as it may. */
function waitsWithoutPage(count: number): Waiting[] {
  const waits = [nextWait(undefined, request)];
  while (waits.length < count) {
    const last = waits.at(-1);
    waits.push(nextWait(last, { ...request, now: last?.until ?? noon }));
  }
  return waits;
}

test('waits grow from five seconds to an hour while no page comes', () => {
  const pauses = waitsWithoutPage(14).map(({ until }, index, all) => until - (all[index - 1]?.until ?? noon));
  expect(pauses.slice(0, 6).map((pause) => pause / 1000)).toEqual([5, 5, 10, 20, 40, 80]);
  expect(pauses.slice(-2).map((pause) => pause / MINUTE)).toEqual([60, 60]);
});

test('a page that has come makes the next wait a first one', () => {
  const [, , third] = waitsWithoutPage(3);
  const now = noon + 90 * MINUTE;
  expect(nextWait(third, { ...request, now, stagedPages: 4 })).toMatchObject({
    since: now,
    until: now + 5_000,
  });
});

test('patience ends after two days without a page', () => {
  const lost = waitsWithoutPage(80).findIndex(hasLostPatience);
  const hours = ((waitsWithoutPage(80)[lost]?.until ?? 0) - noon) / MINUTE / 60;
  expect(hours).toBeGreaterThan(48);
  expect(hours).toBeLessThan(50);
});

test('the notice says why and when it goes on', () => {
  expect(waitingNotice(nextWait(undefined, request))).toEqual({
    code: 'WAITING_FOR_SOURCE',
    message: 'the allowance is used up. What is staged is kept; the run goes on at 2026-03-01T12:00:05.000Z.',
  });
});
