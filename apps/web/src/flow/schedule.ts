import { type CalendarDateTime, fromAbsolute, toCalendarDateTime, toZoned } from '@internationalized/date';
import type { Schedule } from '../platform/answers.ts';

/** A flow without a schedule runs when somebody asks for it. */
export const ON_DEMAND = 'demand';

/** When a flow runs, as it is filled in. Moments are those of the time zone's clocks. */
export interface ScheduleDraft {
  /** {@link ON_DEMAND}, or a frequency of the flow spec. */
  readonly frequency: string;
  readonly interval: number;
  readonly timeZone: string;
  /** Null: at once. */
  readonly start: CalendarDateTime | null;
  /** Null: never. */
  readonly end: CalendarDateTime | null;
  readonly backfill: boolean;
}

/** What a form begins with for a new flow: daily, from now on. */
export function newSchedule(timeZone: string): ScheduleDraft {
  return { frequency: 'day', interval: 1, timeZone, start: null, end: null, backfill: true };
}

/** What a form begins with for a flow that is there; `timeZone` is proposed where it runs on demand. */
export function draftOf(schedule: Schedule | undefined, timeZone: string): ScheduleDraft {
  if (schedule === undefined) return { ...newSchedule(timeZone), frequency: ON_DEMAND };
  const zone = schedule.timeZone ?? 'UTC';
  const moment = (at: number | undefined) =>
    at === undefined ? null : toCalendarDateTime(fromAbsolute(at, zone));
  return {
    frequency: schedule.frequency,
    interval: schedule.interval,
    timeZone: zone,
    start: moment(schedule.startsAt),
    end: moment(schedule.endsAt),
    backfill: schedule.backfill,
  };
}

/** `scheduleParams` of a flow; undefined where it runs on demand. `now` is in epoch milliseconds. */
export function scheduleParams(
  draft: ScheduleDraft,
  now: number,
): Readonly<Record<string, unknown>> | undefined {
  const { frequency, interval, timeZone, start, end, backfill } = draft;
  if (frequency === ON_DEMAND) return undefined;
  return {
    frequency,
    ...(frequency !== 'once' && { interval }),
    startTime: start === null ? Math.floor(now / 1000) : secondsOf(start, timeZone),
    ...(end !== null && frequency !== 'once' && { endTime: secondsOf(end, timeZone) }),
    ...(timeZone !== 'UTC' && { timezone: timeZone }),
    ...(!backfill && { backfill }),
  };
}

function secondsOf(moment: CalendarDateTime, timeZone: string): number {
  return Math.floor(toZoned(moment, timeZone).toDate().getTime() / 1000);
}
