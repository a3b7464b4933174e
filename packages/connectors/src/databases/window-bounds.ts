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
