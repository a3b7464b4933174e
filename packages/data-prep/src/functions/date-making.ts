import type { EmittedSql } from '../plan.ts';
import { bindOnce, inTry, madeOf, madeOfOne, mayFail, valuesOf } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { byClock, instantOf, localTime, type ZoneSql, zonedDate } from '../sql/zones.ts';
import { callScalar } from '../vectorised/scalar-function.ts';
import { zone as zoneFunction, zoneOf } from '../vectorised/zone.ts';
import { dateParameter } from './date.ts';
import { type DatePart, dateParts, findDatePart } from './date-parts.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';

const category = 'Date/Time';
const form = 'function';
const zoneParameter: Parameter = {
  name: 'zone',
  type: 'string',
  description:
    'A time zone: a name such as Europe/Paris, an offset such as +02:00, or an abbreviation such as PST, which is an offset without daylight saving.',
  mayVary: true,
  checkLiteral: (name) => (zoneOf(name) === undefined ? `"${name}" is no time zone` : undefined),
};
const nullInNullOut = 'Null for a null argument.';

/** Functions on the parts and the zone of dates. */
export const dateMakingFunctions: readonly FunctionEntry[] = [
  {
    name: 'date_part',
    aliases: [],
    category,
    form,
    parameters: [partParameter(dateParts), dateParameter],
    signature: fixed(['string', 'date-time'], 'integer'),
    returnType: 'integer',
    description:
      'Takes one part out of a date, by the clock of its zone. Note that "m" is the month and "mi" the minute.',
    nulls: 'Null for a null date.',
    example: { expression: 'date_part("MM", date("2019-10-17"))', result: '10' },
    emit: ([name, date]) => {
      const part = findDatePart(String(name?.literal));
      if (part === undefined || date === undefined) throw new Error('date_part was planned without a part');
      const read = byClock(date, (instant, zone) => part.read(localTime(instant, zone)));
      return madeOfOne(date, `CAST(${read} AS INTEGER)`);
    },
  },
  {
    name: 'set_date_part',
    aliases: [],
    category,
    form,
    parameters: [
      partParameter(dateParts.filter(({ write }) => write !== undefined)),
      { name: 'value', type: 'integer', description: 'The new value of the part.' },
      dateParameter,
    ],
    signature: fixed(['string', 'long', 'date-time'], 'date-time'),
    returnType: 'date-time',
    description:
      'Changes one part of a date, by the clock of its zone. A new month or year takes the last day of the month where it has not as many; any other value out of range fails.',
    nulls: nullInNullOut,
    example: {
      expression: 'set_date_part("m", 4, date("2016-11-09T11:44:44Z"))',
      result: '2016-04-09T11:44:44Z',
    },
    emit: ([name, value, date]) => {
      const write = findDatePart(String(name?.literal))?.write;
      if (write === undefined || value === undefined || date === undefined) {
        throw new Error('set_date_part was planned without a part');
      }
      const change = (instant: string, zone: ZoneSql) => changedBy(instant, zone, value.value, write);
      const changed = mayFail([value, date], byClock(date, change));
      if (date.zone?.kind !== 'own')
        return { ...changed, ...(date.zone === undefined ? {} : { zone: date.zone }) };
      const own = byClock(date, (instant, zone = "'UTC'") => zonedDate(change(instant, zone), zone));
      return { ...changed, zone: { kind: 'own', date: own } };
    },
  },
  {
    name: 'make_date_time',
    aliases: ['make_timestamp'],
    category,
    form,
    parameters: [
      { name: 'year', type: 'integer', description: 'The year.' },
      { name: 'month', type: 'integer', description: 'The month, 1 to 12.' },
      { name: 'day', type: 'integer', description: 'The day of the month, from 1.' },
      { name: 'hour', type: 'integer', description: 'The hour, 0 to 23.' },
      { name: 'minute', type: 'integer', description: 'The minute, 0 to 59.' },
      { name: 'second', type: 'integer', description: 'The second, 0 to 59.' },
      {
        name: 'nanosecond',
        type: 'integer',
        description: 'The nanosecond, 0 to 999999999; what is below a microsecond is dropped.',
      },
      zoneParameter,
    ],
    signature: fixed([...Array.from({ length: 7 }, () => 'long' as const), 'string'], 'date-time'),
    returnType: 'date-time',
    description:
      'Makes a date of its parts, by the clock of a time zone. A part out of range, or an unknown zone, fails.',
    nulls: nullInNullOut,
    example: {
      expression: 'make_date_time(2019, 10, 17, 11, 55, 12, 999, "America/Los_Angeles")',
      result: '2019-10-17T18:55:12Z',
    },
    emit: emitMakeDateTime,
  },
  {
    name: 'zone_date_to_utc',
    aliases: [],
    category,
    form,
    parameters: [dateParameter],
    signature: fixed(['date-time'], 'date-time'),
    returnType: 'date-time',
    description: 'The same instant in UTC.',
    nulls: 'Null for a null date.',
    example: {
      expression: 'zone_date_to_utc(date("2019-10-17T11:55:12-08:00"))',
      result: '2019-10-17T19:55:12Z',
    },
    emit: (args) => madeOf(args, valuesOf(args).join('')),
  },
  {
    name: 'zone_date_to_zone',
    aliases: [],
    category,
    form,
    parameters: [dateParameter, zoneParameter],
    signature: fixed(['date-time', 'string'], 'date-time'),
    returnType: 'date-time',
    description: 'The same instant in another time zone, by whose clock it is written from then on.',
    nulls: nullInNullOut,
    example: {
      expression: 'format(zone_date_to_zone(date("2021-10-26T13:43:59Z"), "Europe/Paris"), "HH:mm")',
      result: '"15:43"',
    },
    emit: ([date, zone]) => {
      if (date === undefined || zone === undefined)
        throw new Error('zone_date_to_zone needs a date and a zone');
      return inZone([date, zone], zone, (known) => `CASE WHEN ${known} IS NOT NULL THEN ${date.value} END`);
    },
  },
];

function partParameter(parts: readonly DatePart[]): Parameter {
  return {
    name: 'part',
    type: 'string',
    description: `Name of the part, a literal text: ${parts.map(({ names }) => names.join(' ')).join(', ')}.`,
    checkLiteral: (name) => {
      const found = findDatePart(name);
      if (found !== undefined && parts.includes(found)) return undefined;
      const names = parts.map((part) => part.names[0]).join(', ');
      return found === undefined
        ? `"${name}" names no part of a date; use one of ${names}`
        : `"${name}" is a part that cannot be set; use one of ${names}`;
    },
  };
}

/** As in Java, the offset from UTC stays where the new time has it too: of a time that occurs twice, the same one is meant. */
function changedBy(
  date: string,
  zone: ZoneSql,
  value: string,
  write: NonNullable<DatePart['write']>,
): string {
  return bindOnce([date], (instant) =>
    bindOnce([localTime(instant, zone)], (before) =>
      bindOnce([write(before, value)], (after) => {
        const moved = instantOf(after, zone);
        if (zone === undefined) return moved;
        const kept = `${instant} + (${after} - ${before})`;
        return `CASE WHEN ${localTime(kept, zone)} = ${after} THEN ${kept} ELSE ${moved} END`;
      }),
    ),
  );
}

function emitMakeDateTime(args: readonly EmittedArgument[]): EmittedSql {
  const zone = args[7];
  if (zone === undefined) throw new Error('make_date_time needs eight arguments');
  const clock = bindOnce(valuesOf(args.slice(0, 7)), (...parts) => {
    const [hour, minute, second, nanosecond] = parts.slice(3);
    const isInRange = `${hour} BETWEEN 0 AND 23 AND ${minute} BETWEEN 0 AND 59 AND ${second} BETWEEN 0 AND 59 AND ${nanosecond} BETWEEN 0 AND 999999999`;
    const made = inTry(parts, (...given) => {
      return `make_timestamp(${given.slice(0, 5).join(', ')}, CAST(${given[5]} AS DOUBLE)) + to_microseconds(${given[6]} // 1000)`;
    });
    return `CASE WHEN ${isInRange} THEN ${made} END`;
  });
  return inZone(args, zone, (known) => instantOf(clock, known));
}

/** A date that is made in a zone. A zone that stands in the data may turn out to be none: NULL, and so is the date then. */
function inZone(
  args: readonly EmittedSql[],
  zone: EmittedArgument,
  instantIn: (zone: string) => string,
): EmittedSql {
  const known = typeof zone.literal === 'string' ? zoneOf(zone.literal) : undefined;
  if (known !== undefined) {
    const fixed = quoteLiteral(known);
    return { ...mayFail(args, instantIn(fixed)), zone: { kind: 'fixed', zone: fixed } };
  }
  const found = callScalar(zoneFunction, [zone.value]);
  const date = bindOnce([found], (name) => zonedDate(instantIn(name), name));
  return { ...mayFail(args, bindOnce([found], instantIn)), zone: { kind: 'own', date } };
}
