import type { PreparedFlow, RequestedWindow } from '@tributary/runner';
import { type Static, Type } from 'typebox';
import type { Violation } from '../../http/problem.ts';
import { LATEST_SECONDS } from './flow-schedule.ts';
import { invalidBody } from './refusal.ts';

const Seconds = (description: string) =>
  Type.Optional(Type.Union([Type.Integer(), Type.String()], { description }));

/** What may be asked of a run; without any of it a run takes what has changed since the last one. */
export const RunParams = Type.Object(
  {
    refreshColumns: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: 1000,
        uniqueItems: true,
        description:
          'Columns of the source that are read for all rows and merged into those that have landed; on its own.',
      }),
    ),
    retryHeldFiles: Type.Optional(
      Type.Boolean({ description: 'Whether files that earlier runs could not read are read again.' }),
    ),
    startTime: Seconds(
      'When the run begins, in epoch seconds; at once where that has passed or is left out.',
    ),
    windowStartTime: Seconds('What changed after this is read, in epoch seconds.'),
    windowEndTime: Seconds('What changed up to and with this is read, in epoch seconds.'),
    deltaColumn: Type.Optional(
      Type.Object(
        { name: Type.String({ minLength: 1 }) },
        { description: "The column that tells changes; the flow's own where it names one." },
      ),
    ),
  },
  { additionalProperties: true },
);

/** What is asked of a run, read and checked as far as the flow need not be known. */
export interface RunRequest {
  readonly refreshColumns?: readonly string[] | undefined;
  readonly window?: RequestedWindow | undefined;
  readonly startsAt?: Date | undefined;
  readonly retriesHeldItems?: boolean | undefined;
}

/** A run that waits keeps those of the flow's schedule from beginning, which is why it may not wait for long. */
const LONGEST_WAIT_SECONDS = 24 * 60 * 60;

/**
 * Reads the params of a run, in which times come as numbers and as text.
 * @throws {Problem} that names each that is wrong
 */
export function readRunParams(params: Static<typeof RunParams>, now: Date): RunRequest {
  const { refreshColumns, deltaColumn } = params;
  const violations = unknownParams(params);
  const secondsOf = (name: TimeParam) => readSeconds(params[name], name, violations);
  const startTime = secondsOf('startTime');
  const windowStart = secondsOf('windowStartTime');
  const windowEnd = secondsOf('windowEndTime');
  violations.push(...windowViolations(params, { startTime, windowStart, windowEnd }, now));
  if (violations.length > 0) throw invalidBody(violations);
  return {
    refreshColumns,
    retriesHeldItems: params.retryHeldFiles,
    window:
      windowStart === undefined || windowEnd === undefined
        ? undefined
        : {
            after: windowStart * 1000,
            upTo: windowEnd * 1000,
            ...(deltaColumn && { column: deltaColumn.name }),
          },
    startsAt:
      startTime === undefined || startTime * 1000 <= now.getTime() ? undefined : new Date(startTime * 1000),
  };
}

/** A flow that names its delta column has it for its windows too. */
export function deltaColumnViolations(
  { deltaColumn }: PreparedFlow,
  window: RequestedWindow,
): readonly Violation[] {
  if (window.column === undefined || deltaColumn === undefined || window.column === deltaColumn) return [];
  const message = `must be the flow's own, ${deltaColumn}, or left out`;
  return [{ path: '/params/deltaColumn/name', message }];
}

type TimeParam = 'startTime' | 'windowStartTime' | 'windowEndTime';

const known = new Set(Object.keys(RunParams.properties));

function unknownParams(params: object): Violation[] {
  return Object.keys(params)
    .filter((name) => !known.has(name))
    .map((name) => ({
      path: `/params/${name}`,
      message: `is not taken here; known are ${[...known].join(', ')}`,
    }));
}

function readSeconds(
  given: number | string | undefined,
  name: TimeParam,
  violations: Violation[],
): number | undefined {
  if (given === undefined) return undefined;
  const seconds = typeof given === 'number' || /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LATEST_SECONDS) return seconds;
  violations.push({ path: `/params/${name}`, message: 'must be epoch seconds (not milliseconds)' });
  return undefined;
}

interface GivenTimes {
  readonly startTime: number | undefined;
  readonly windowStart: number | undefined;
  readonly windowEnd: number | undefined;
}

function windowViolations(
  params: Static<typeof RunParams>,
  { startTime, windowStart, windowEnd }: GivenTimes,
  now: Date,
): Violation[] {
  const hasStart = params.windowStartTime !== undefined;
  const hasEnd = params.windowEndTime !== undefined;
  const nowSeconds = now.getTime() / 1000;
  const beginsAt = Math.max(startTime ?? 0, nowSeconds);
  return [
    ...refused('windowEndTime', hasStart && !hasEnd, 'is missing: a window has both ends'),
    ...refused(
      'windowStartTime',
      hasEnd && !hasStart,
      'is missing: a window has both ends; 0 is the beginning',
    ),
    ...refused(
      'windowEndTime',
      windowStart !== undefined && windowEnd !== undefined && windowEnd <= windowStart,
      'must be later than windowStartTime',
    ),
    ...refused(
      'windowStartTime',
      windowStart !== undefined && windowStart >= beginsAt,
      'must lie before the run begins: nothing has changed after it yet',
    ),
    ...refused(
      'startTime',
      startTime !== undefined && startTime > nowSeconds + LONGEST_WAIT_SECONDS,
      'must be within a day from now, for no other run of the flow begins before it',
    ),
    ...refused(
      'deltaColumn',
      params.deltaColumn !== undefined && !hasStart && !hasEnd,
      'is of use with windowStartTime and windowEndTime only; remove it',
    ),
    ...refused(
      'refreshColumns',
      params.refreshColumns !== undefined && (hasStart || hasEnd),
      'reads all rows and takes no window; ask for one of the two',
    ),
  ];
}

function refused(name: string, isWrong: boolean, message: string): Violation[] {
  return isWrong ? [{ path: `/params/${name}`, message }] : [];
}
