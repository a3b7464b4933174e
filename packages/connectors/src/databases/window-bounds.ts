import type { ReadWindow } from '../source.ts';

/** A half-open range of time: `from` belongs to it, `before` does not. */
export interface TimeRange {
  /** Undefined: since the beginning of time. */
  readonly from: Date | undefined;
  readonly before: Date;
}

/**
 * The range of a window's rows. A window's bounds are whole seconds of the source's clock, and the second that has begun
 * belongs to it. Databases stamp rows to the microsecond, so a stamp counts as the second that it lies in: what was
 * changed half a second before a run was started is read by it, no row falls between two windows, and none is in both.
 */
export function timeRangeOf({ after, upTo }: ReadWindow): TimeRange {
  return { from: after && nextSecond(after), before: nextSecond(upTo) };
}

function nextSecond(time: Date): Date {
  return new Date((Math.floor(time.getTime() / 1000) + 1) * 1000);
}

/**
 * SQL that is true of rows whose time lies in a range. Those without one belong to the beginning of time: else no window
 * would have them.
 */
export function timeCondition(time: string, range: TimeRange, literal: (time: Date) => string): string {
  const { from, before } = range;
  return from === undefined
    ? `(${time} IS NULL OR ${time} < ${literal(before)})`
    : `${time} >= ${literal(from)} AND ${time} < ${literal(before)}`;
}

/** A range of times in a zone that is not told: a day wider on either side than any zone is off. */
export function widened({ from, before }: TimeRange): TimeRange {
  return { from: from && new Date(from.getTime() - DAY_MS), before: new Date(before.getTime() + DAY_MS) };
}

const DAY_MS = 86_400_000;
