import type { Schedule } from '@tributary/store';
import type { Frequency, ScheduleParams } from './documents.ts';

const secondsPer: Readonly<Record<Exclude<Frequency, 'once'>, number>> = {
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
};

/** A time that a schedule gives in epoch seconds, as a number or as text. */
function seconds(value: number | string): Date {
  return new Date(Number(value) * 1000);
}

/** Seconds between two slots of a schedule; undefined for one that runs once. */
export function intervalSecondsOf({ frequency, interval }: ScheduleParams): number | undefined {
  return frequency === 'once' ? undefined : secondsPer[frequency] * Number(interval ?? 1);
}

/**
 * When a flow with this schedule runs next: at its start, or at once where that has passed; then at the slots that
 * its start and interval make. Undefined when its end has passed.
 */
export function scheduleFrom(flowId: string, params: ScheduleParams, now: Date): Schedule | undefined {
  const start = seconds(params.startTime);
  const endsAt = params.endTime === undefined ? undefined : seconds(params.endTime);
  if (endsAt !== undefined && endsAt <= now) return undefined;
  const intervalSeconds = intervalSecondsOf(params);
  return {
    flowId,
    nextAt: start > now ? start : latestSlot(start, intervalSeconds, now),
    intervalSeconds,
    endsAt,
  };
}

/** The slot that has passed last: being due already, it is taken at once, and those after it keep to the grid. */
function latestSlot(start: Date, intervalSeconds: number | undefined, now: Date): Date {
  if (intervalSeconds === undefined) return start;
  const interval = intervalSeconds * 1000;
  return new Date(start.getTime() + Math.floor((now.getTime() - start.getTime()) / interval) * interval);
}
