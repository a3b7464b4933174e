import { bindOnce } from '../sql/emitted.ts';

/** A part of a date: its names, of which case is ignored, and the SQL that reads it from a wall clock (a TIMESTAMP). */
export interface DatePart {
  readonly names: readonly string[];
  readonly read: (clock: string) => string;
  /** SQL of the clock with the part changed, NULL where it can't have the value. Undefined for a part that is not set. */
  readonly write?: (clock: string, value: string) => string;
}

/**
 * The parts as the documentation names them; `m` is the month, and `mi` or `n` the minute. It lists `w` for both week and
 * weekday: read here as the weekday. Days of the week count from Monday as 1, like the pattern letter `u`, and weeks by
 * ISO 8601. As in Java, a day that a new month or year has not becomes the last of the month.
 */
export const dateParts: readonly DatePart[] = [
  {
    names: ['year', 'yyyy', 'yy'],
    read: partOf('year'),
    write: within(1, 9999, (clock, value) => {
      return `${clock} + to_months(CAST(12 * (${value} - ${partOf('year')(clock)}) AS INTEGER))`;
    }),
  },
  { names: ['quarter', 'qq', 'q'], read: partOf('quarter') },
  {
    names: ['month', 'mm', 'm'],
    read: partOf('month'),
    write: within(1, 12, (clock, value) => {
      return `${clock} + to_months(CAST(${value} - ${partOf('month')(clock)} AS INTEGER))`;
    }),
  },
  { names: ['dayofyear', 'dy', 'y'], read: partOf('doy') },
  {
    names: ['day', 'dd', 'd'],
    read: partOf('day'),
    write: within(1, (clock) => `date_part('day', last_day(${clock}))`, changedBy('days', partOf('day'))),
  },
  { names: ['week', 'ww'], read: partOf('week') },
  { names: ['weekday', 'dw', 'w'], read: partOf('isodow') },
  {
    names: ['hour', 'hh', 'hh24'],
    read: partOf('hour'),
    write: within(0, 23, changedBy('hours', partOf('hour'))),
  },
  { names: ['hh12'], read: (clock) => `(${partOf('hour')(clock)} + 11) % 12 + 1` },
  {
    names: ['minute', 'mi', 'n'],
    read: partOf('minute'),
    write: within(0, 59, changedBy('minutes', partOf('minute'))),
  },
  {
    names: ['second', 'ss', 's'],
    read: partOf('second'),
    write: within(0, 59, changedBy('seconds', partOf('second'))),
  },
  { names: ['millisecond', 'sss', 'ms'], read: (clock) => `${partOf('millisecond')(clock)} % 1000` },
];

export function findDatePart(name: string): DatePart | undefined {
  return dateParts.find(({ names }) => names.includes(name.toLowerCase()));
}

function partOf(field: string): (clock: string) => string {
  return (clock) => `date_part('${field}', ${clock})`;
}

function changedBy(unit: string, read: DatePart['read']): NonNullable<DatePart['write']> {
  return (clock, value) => `${clock} + to_${unit}(CAST(${value} - ${read(clock)} AS INTEGER))`;
}

function within(
  least: number,
  most: number | ((clock: string) => string),
  write: NonNullable<DatePart['write']>,
): NonNullable<DatePart['write']> {
  return (clock, value) =>
    bindOnce([clock, value], (bound, given) => {
      const limit = typeof most === 'number' ? most : most(bound);
      return `CASE WHEN ${given} BETWEEN ${least} AND ${limit} THEN ${write(bound, given)} END`;
    });
}
