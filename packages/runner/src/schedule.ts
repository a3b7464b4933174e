import type { Schedule } from '@tributary/store';
import { Temporal } from 'temporal-polyfill';
import type { Frequency, ScheduleParams } from './documents.ts';

/*
 * The slots of a schedule are counted from its start, never from the slot before, so that they cannot drift.
 *
 * Minutes and hours are stretches of time. Days and weeks are steps of the calendar in the schedule's time zone: a flow that
 * starts at six in the morning runs at six all year. A time that the clocks leave out in spring is taken as much later as
 * they are set forward, and of one that they show twice in autumn the first counts (RFC 5545, Recurrence Rule).
 */

/** When a schedule recurs, as the store keeps it with the schedule. */
export interface Recurrence {
  /** Epoch milliseconds, as `endAt`. */
  readonly startAt: number;
  readonly frequency: Exclude<Frequency, 'once'>;
  readonly interval: number;
  /** An IANA name. */
  readonly timezone: string;
  /** No run begins after this. */
  readonly endAt?: number;
}

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const stretches: Readonly<Record<'minute' | 'hour', number>> = { minute: 60_000, hour: 3_600_000 };
const calendarDays: Readonly<Record<'day' | 'week', number>> = { day: 1, week: 7 };

/** Whether a name is that of a time zone that this machine knows. */
export function isTimezone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** Seconds from one slot to the next, days counted as 24 hours; undefined for a schedule that runs once. */
export function intervalSecondsOf({ frequency, interval }: ScheduleParams): number | undefined {
  return frequency === 'once' ? undefined : (periodMs(frequency) * Number(interval ?? 1)) / SECOND_MS;
}

/**
 * When a flow with this schedule runs next: at its start, or at once where that has passed, and then at the slots that
 * start, interval and time zone make. Undefined when its end has passed.
 */
export function scheduleFrom(flowId: string, params: ScheduleParams, now: Date): Schedule | undefined {
  const start = epochSeconds(params.startTime);
  const end = params.endTime === undefined ? undefined : epochSeconds(params.endTime);
  if (end !== undefined && end <= now) return undefined;
  const recurrence = recurrenceOf(params, start, end);
  // The slot that has passed last is due already: it is taken at once, and those after it keep to the grid.
  const nextAt =
    start > now || recurrence === undefined ? start : slotAt(recurrence, slotsUpTo(recurrence, now) - 1);
  return { flowId, nextAt, recurrence: recurrence && { ...recurrence } };
}

/** The first slot after a time; undefined where the schedule ends before it. */
export function slotAfter(recurrence: Recurrence, time: Date): Date | undefined {
  const slot = slotAt(recurrence, slotsUpTo(recurrence, time));
  return recurrence.endAt !== undefined && slot.getTime() > recurrence.endAt ? undefined : slot;
}

/** {@link slotAfter} of what the store keeps with a schedule. */
export function nextSlot(kept: Readonly<Record<string, unknown>>, time: Date): Date | undefined {
  // `scheduleFrom` alone makes what is kept.
  return slotAfter(kept as unknown as Recurrence, time);
}

function recurrenceOf(params: ScheduleParams, start: Date, end: Date | undefined): Recurrence | undefined {
  const { frequency, interval, timezone } = params;
  if (frequency === 'once') return undefined;
  return {
    startAt: start.getTime(),
    frequency,
    interval: Number(interval ?? 1),
    timezone: timezone ?? 'UTC',
    ...(end === undefined ? {} : { endAt: end.getTime() }),
  };
}

/** The nth slot, the start being number 0. */
function slotAt({ startAt, frequency, interval, timezone }: Recurrence, number: number): Date {
  if (isStretch(frequency)) return new Date(startAt + number * interval * stretches[frequency]);
  const start = Temporal.Instant.fromEpochMilliseconds(startAt).toZonedDateTimeISO(timezone);
  return new Date(start.add({ days: number * interval * calendarDays[frequency] }).epochMilliseconds);
}

/** How many slots there are up to and with a time. A zone may have skipped a day, or lived one twice. */
function slotsUpTo(recurrence: Recurrence, time: Date): number {
  const period = periodMs(recurrence.frequency) * recurrence.interval;
  let number = Math.max(0, Math.floor((time.getTime() - recurrence.startAt) / period));
  while (slotAt(recurrence, number) <= time) number++;
  while (number > 0 && slotAt(recurrence, number - 1) > time) number--;
  return number;
}

function periodMs(frequency: Recurrence['frequency']): number {
  return isStretch(frequency) ? stretches[frequency] : calendarDays[frequency] * DAY_MS;
}

function isStretch(frequency: Recurrence['frequency']): frequency is 'minute' | 'hour' {
  return frequency in stretches;
}

/** A time that a schedule gives in epoch seconds, as a number or as text. */
function epochSeconds(value: number | string): Date {
  return new Date(Number(value) * SECOND_MS);
}
