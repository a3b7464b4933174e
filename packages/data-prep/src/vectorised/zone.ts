import { scalarFunction } from './scalar-function.ts';
import zoneNames from './zone-names.json' with { type: 'json' };
import zoneOffsets from './zone-offsets.json' with { type: 'json' };

/** Java's short names of a zone's standard time and daylight saving time, by the zone's name in small letters. */
const zones: ReadonlyMap<
  string,
  { readonly name: string; readonly standard: string; readonly summer: string }
> = new Map(
  Object.entries(zoneNames).flatMap(([short, names]) => {
    const [standard = '', summer = ''] = short.split(' ');
    return names.split(' ').map((name) => [name.toLowerCase(), { name, standard, summer }] as const);
  }),
);

/** Abbreviations that stand for an offset of their own, whatever the season. */
const offsets: ReadonlyMap<string, string> = new Map(Object.entries(zoneOffsets));

/** The instants that `Date` can hold, in milliseconds from 1970. */
const FARTHEST = 8.64e15;

const offsetShape = /^(?:GMT|UTC|UT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/;
const GREATEST_HOUR = 18;

/**
 * The one spelling of a zone: `UTC`, an offset such as `-08:00`, or a name of the time zone database. Undefined for what
 * is no zone. Abbreviations that are no names of the database, such as `PST`, are offsets without daylight saving.
 */
export function zoneOf(text: string): string | undefined {
  const trimmed = text.trim();
  const abbreviated = offsets.get(trimmed.toUpperCase());
  if (abbreviated !== undefined) return abbreviated;
  const offset = offsetShape.exec(trimmed);
  if (offset === null) return zones.get(trimmed.toLowerCase())?.name;
  const [, sign = '+', hours = '0', minutes = '00'] = offset;
  if (Number(hours) > GREATEST_HOUR) return undefined;
  if (Number(hours) === 0 && minutes === '00') return 'UTC';
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}

/** {@link zoneOf} for zones that stand in the data: `dp_zone(text)`. */
export const zone = scalarFunction({
  name: 'dp_zone',
  parameters: ['VARCHAR'],
  returns: 'VARCHAR',
  call: (text) => zoneOf(text) ?? null,
});

/** What a zone is called at an instant: `dp_zone_name(zone, epochMilliseconds, isLong)`. */
export const zoneName = scalarFunction({
  name: 'dp_zone_name',
  parameters: ['VARCHAR', 'BIGINT', 'BOOLEAN'],
  returns: 'VARCHAR',
  call: (name, milliseconds, isLong) => {
    const known = zones.get(name.toLowerCase());
    if (known === undefined) return name;
    const instant = Math.max(-FARTHEST, Math.min(Number(milliseconds), FARTHEST));
    if (!isLong) return isSummer(known.name, instant) ? known.summer : known.standard;
    return known.name === 'UTC'
      ? 'Coordinated Universal Time'
      : partOf(formatter(known.name, 'long'), instant);
  },
});

/** Whether a zone is ahead of the least offset that it has in the same year. */
function isSummer(name: string, instant: number): boolean {
  const year = new Date(instant).getUTCFullYear();
  const [now, winter, summer] = [instant, Date.UTC(year, 0, 1), Date.UTC(year, 6, 1)].map((moment) =>
    minutesOf(partOf(formatter(name, 'longOffset'), moment)),
  );
  return now !== undefined && winter !== undefined && summer !== undefined && now > Math.min(winter, summer);
}

/** Reads what `Intl` writes for an offset: `GMT` or `GMT-08:00`. */
function minutesOf(offset: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string, timeZoneName: 'long' | 'longOffset'): Intl.DateTimeFormat {
  const key = `${timeZoneName} ${timeZone}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName });
  formatters.set(key, known);
  return known;
}

function partOf(format: Intl.DateTimeFormat, instant: number): string {
  return format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
