import type { TimeWatermark } from '@tributary/store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceClockBehind } from './failure.ts';
import { nextWindow, partsOf, type RunWindow } from './read-window.ts';

const clock = new Date('2026-03-01T12:00:00.700Z');
const base = { column: 'SystemModstamp', backfill: true, sourceClock: clock, settleSeconds: 600 };
const watermarkAt = (settledUpTo: string, upTo: string): TimeWatermark => ({
  kind: 'time',
  flowId: 'f',
  deltaColumn: 'SystemModstamp',
  settledUpTo: new Date(settledUpTo),
  upTo: new Date(upTo),
  unsettledPages: [],
  columns: [],
  runId: 'r',
});

test('a first run reads from the beginning of time to the second that has begun', () => {
  expect(nextWindow({ ...base, watermark: undefined })).toEqual({
    column: 'SystemModstamp',
    after: undefined,
    settledUpTo: new Date('2026-03-01T11:50:00Z'),
    upTo: new Date('2026-03-01T12:00:00Z'),
  });
});

test('a first run without backfill takes only the second that has begun', () => {
  expect(nextWindow({ ...base, watermark: undefined, backfill: false })).toEqual({
    column: 'SystemModstamp',
    after: new Date('2026-03-01T11:59:59Z'),
    settledUpTo: new Date('2026-03-01T11:59:59Z'),
    upTo: new Date('2026-03-01T12:00:00Z'),
  });
});

test('a later run reads on from what was settled, not from what was visible', () => {
  const watermark = watermarkAt('2026-03-01T11:40:00Z', '2026-03-01T11:50:00Z');
  expect(nextWindow({ ...base, watermark })).toMatchObject({
    after: new Date('2026-03-01T11:40:00Z'),
    upTo: new Date('2026-03-01T12:00:00Z'),
  });
});

test('a watermark on another column is not taken for this one', () => {
  const watermark = {
    ...watermarkAt('2026-03-01T11:40:00Z', '2026-03-01T11:50:00Z'),
    deltaColumn: 'CreatedDate',
  };
  expect(nextWindow({ ...base, watermark }).after).toBeUndefined();
});

test('a source whose clock went back within the unsettled stretch moves no bound back', () => {
  const watermark = watermarkAt('2026-03-01T11:55:00Z', '2026-03-01T12:05:00Z');
  const window = nextWindow({ ...base, watermark });
  expect(window).toMatchObject({
    after: watermark.settledUpTo,
    settledUpTo: watermark.settledUpTo,
    upTo: watermark.upTo,
  });
});

test('a source whose clock went back further is refused: its new rows would never be read', () => {
  const watermark = watermarkAt('2026-03-01T12:50:00Z', '2026-03-01T13:00:00Z');
  expect(() => nextWindow({ ...base, watermark })).toThrow(SourceClockBehind);
});

test('the second that has begun is never settled, however soon a source commits', () => {
  const { settledUpTo, upTo } = nextWindow({ ...base, watermark: undefined, settleSeconds: 0 });
  expect(upTo.getTime() - settledUpTo.getTime()).toBe(1_000);
});

const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

test('the windows of successive runs leave no gap, and their settled parts never overlap', () => {
  fc.assert(
    fc.property(fc.array(times, { minLength: 2, maxLength: 20 }), fc.nat(3_600), (clocks, settleSeconds) => {
      let previous: RunWindow | undefined;
      for (const time of clocks) {
        const sourceClock = previous && time < previous.settledUpTo ? previous.settledUpTo : time;
        const watermark = previous && {
          ...watermarkAt('2020-01-01', '2020-01-01'),
          settledUpTo: previous.settledUpTo,
          upTo: previous.upTo,
        };
        const window = nextWindow({ ...base, watermark, sourceClock, settleSeconds });
        if (previous) {
          expect(window.after).toEqual(previous.settledUpTo);
          expect(window.upTo >= previous.upTo).toBe(true);
        }
        expect(window.settledUpTo <= window.upTo).toBe(true);
        const parts = partsOf(window);
        expect(parts.every(({ range }) => range.after === undefined || range.after < range.upTo)).toBe(true);
        previous = window;
      }
    }),
  );
});
