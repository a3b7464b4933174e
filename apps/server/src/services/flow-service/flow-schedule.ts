import type { FlowSpec } from '@tributary/connectors';
import { intervalSecondsOf, isTimezone, type ScheduleParams } from '@tributary/runner';
import type { Violation } from '../../http/problem.ts';
import { schemaViolations } from './spec-schema.ts';

/** The end of the year 9999, in epoch seconds: what lies beyond is no date but a slip, such as milliseconds. */
export const LATEST_SECONDS = 253_402_300_799;
/** Ten years; what is longer is a slip too, and the store keeps an interval in 32 bits. */
const LONGEST_INTERVAL_SECONDS = 315_360_000;

export type ScheduleReading =
  | { readonly ok: true; readonly params: ScheduleParams }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/**
 * Reads `scheduleParams`, in which clients send numbers and booleans as text too, and checks it against the flow
 * spec's own schema.
 */
export function readSchedule(given: Readonly<Record<string, unknown>>, spec: FlowSpec): ScheduleReading {
  const read = { ...given };
  for (const name of ['startTime', 'endTime', 'interval']) {
    if (typeof read[name] === 'string' && /^-?\d{1,15}$/.test(read[name])) read[name] = Number(read[name]);
  }
  if (read.backfill === 'true' || read.backfill === 'false') read.backfill = read.backfill === 'true';

  const violations = schemaViolations(spec.scheduleSpec.spec, read, '/scheduleParams');
  if (violations.length > 0) return { ok: false, violations };
  // The schedule spec's schema, just met, has these fields in these shapes.
  const params = read as unknown as NumericSchedule;
  const beyond = beyondSchema(params);
  return beyond.length > 0 ? { ok: false, violations: beyond } : { ok: true, params };
}

type NumericSchedule = ScheduleParams & {
  readonly startTime: number;
  readonly endTime?: number;
  readonly interval?: number;
};

/** What the schemas of flow specs don't say. */
function beyondSchema(params: NumericSchedule): Violation[] {
  const { startTime, endTime, timezone } = params;
  const violations: Violation[] = [];
  for (const [name, time] of Object.entries({ startTime, endTime })) {
    if (time !== undefined && (time < 0 || time > LATEST_SECONDS)) {
      violations.push({
        path: `/scheduleParams/${name}`,
        message: 'must be epoch seconds (not milliseconds)',
      });
    }
  }
  if (endTime !== undefined && endTime <= startTime) {
    violations.push({ path: '/scheduleParams/endTime', message: 'must be later than startTime' });
  }
  if (timezone !== undefined && !isTimezone(timezone)) {
    violations.push({
      path: '/scheduleParams/timezone',
      message: 'must be the name of a time zone, such as Europe/Zurich or UTC',
    });
  }
  if (violations.length === 0 && (intervalSecondsOf(params) ?? 0) > LONGEST_INTERVAL_SECONDS) {
    violations.push({ path: '/scheduleParams/interval', message: 'must not be longer than ten years' });
  }
  return violations;
}
