import type { ReadWindow } from '@tributary/connectors';
import type { TimeWatermark } from '@tributary/store';
import { SourceClockBehind } from './failure.ts';

/**
 * The range of the delta column that one run lands, in two parts.
 *
 * A transaction at the source may commit a row *after* a run has looked, with a stamp from *before* it
 * looked. So the last stretch of every window is unsettled: `(settledUpTo, upTo]`. Its rows land at once, and
 * the next run reads that stretch again and skips the rows that it finds unchanged among those already
 * landed. Nothing is lost, nothing lands twice, and no run has to wait.
 */
export interface RunWindow {
  readonly column: string;
  /** Exclusive; undefined: since the beginning of time. */
  readonly after: Date | undefined;
  readonly settledUpTo: Date;
  /** Inclusive: the source's clock when the run was planned, in whole seconds. */
  readonly upTo: Date;
}

export interface WindowRequest {
  readonly column: string;
  readonly watermark: TimeWatermark | undefined;
  /** Whether a first run takes what was there before it. */
  readonly backfill: boolean;
  readonly sourceClock: Date;
  /** How late a commit may come. */
  readonly settleSeconds: number;
}

/**
 * The window of a flow's next run. A watermark on another column does not count, unless nothing older is
 * wanted: then the run goes on where the flow has stood, by the one clock that all columns of a source
 * follow. A source's clock that goes back within the unsettled stretch, as those of several servers behind
 * one name do, moves no bound back.
 * @throws {SourceClockBehind} when it has gone back further: new rows would get stamps that no window has any
 *   more.
 */
export function nextWindow({
  column,
  watermark,
  backfill,
  sourceClock,
  settleSeconds,
}: WindowRequest): RunWindow {
  const upTo = latest(wholeSecond(sourceClock), watermark?.upTo);
  const goesOn = watermark !== undefined && (watermark.deltaColumn === column || !backfill);
  if (goesOn && sourceClock < watermark.settledUpTo)
    throw new SourceClockBehind(sourceClock, watermark.settledUpTo);
  const after = goesOn ? watermark.settledUpTo : startOf(upTo, backfill);
  const unsettledSeconds = Math.max(settleSeconds, SOURCE_CLOCK_TICK);
  const settledUpTo = latest(secondsBefore(upTo, unsettledSeconds), after);
  return { column, after, settledUpTo, upTo };
}

/**
 * Without backfill a first run takes the second that has begun and no more, so that the next one misses none
 * of it.
 */
function startOf(upTo: Date, backfill: boolean): Date | undefined {
  return backfill ? undefined : secondsBefore(upTo, SOURCE_CLOCK_TICK);
}

function secondsBefore(time: Date, seconds: number): Date {
  return new Date(time.getTime() - seconds * 1000);
}

/** A source's stamps have whole seconds. */
const SOURCE_CLOCK_TICK = 1;

/** The second that has begun belongs to the window, is never settled, and so is read again next time. */
function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

function latest(one: Date, other: Date | undefined): Date {
  return other !== undefined && other > one ? other : one;
}

/** The settled part of a window, where it has one, and the unsettled one. */
export function partsOf(
  window: RunWindow,
): readonly { readonly settled: boolean; readonly range: ReadWindow }[] {
  const { column, after, settledUpTo, upTo } = window;
  const settled = { settled: true, range: { column, after, upTo: settledUpTo } };
  const unsettled = { settled: false, range: { column, after: settledUpTo, upTo } };
  const hasSettled = after === undefined || after < settledUpTo;
  const hasUnsettled = settledUpTo < upTo;
  return [...(hasSettled ? [settled] : []), ...(hasUnsettled ? [unsettled] : [])];
}
