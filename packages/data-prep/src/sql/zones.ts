import type { EmittedSql } from '../plan.ts';
import { bindOnce } from './emitted.ts';

/**
 * SQL of a zone is text: `UTC`, an offset in a form of ISO 8601 (`Z`, `+02`, `-0800`, `+05:30`), or a name of the time zone
 * database. Where there is none, the zone is UTC; that costs nothing.
 */
export type ZoneSql = string | undefined;

/** SQL of the wall clock in a zone at an instant: a TIMESTAMP. */
export function localTime(instant: string, zone?: ZoneSql): string {
  const known = literalZone(zone);
  // Unlike `timezone`, this asks no calendar what the time is in UTC, and takes a fraction of the time.
  if (zone === undefined || known === 'UTC') return `make_timestamp(epoch_us(${instant}))`;
  if (known !== undefined && isNamed(known)) return `timezone(${zone}, ${instant})`;
  return withZone(instant, zone, (at, name) => {
    const shifted = `${localTime(at)} + to_seconds(${offsetSeconds(name)})`;
    return `CASE WHEN ${isOffsetSql(name)} THEN ${shifted} ELSE timezone(${name}, ${at}) END`;
  });
}

/**
 * SQL of the instant at which the wall clock of a zone shows a TIMESTAMP. As in Java, a time that daylight saving leaves
 * out is taken as later by the gap, and of a time that occurs twice the earlier instant is taken.
 */
export function instantOf(local: string, zone?: ZoneSql): string {
  const known = literalZone(zone);
  if (zone === undefined || known === 'UTC') return `make_timestamptz(epoch_us(${local}))`;
  if (known !== undefined && isNamed(known)) {
    return bindOnce([local], (clock) => instantOfNamed(clock, zone));
  }
  return withZone(local, zone, (clock, name) => {
    const shifted = instantOf(`${clock} - to_seconds(${offsetSeconds(name)})`);
    return `CASE WHEN ${isOffsetSql(name)} THEN ${shifted} ELSE ${instantOfNamed(clock, name)} END`;
  });
}

/** SQL of a zone's offset at an instant, in seconds east of UTC. */
export function offsetAt(instant: string, zone: ZoneSql): string {
  if (zone === undefined) return '0';
  return withZone(instant, zone, (at, name) => {
    return `date_diff('second', ${localTime(at)}, ${localTime(at, name)})`;
  });
}

/** Lets SQL use an instant and its zone more than once, and leaves a zone that is a literal in sight. */
export function withZone(
  instant: string,
  zone: string,
  body: (instant: string, zone: string) => string,
): string {
  if (literalZone(zone) !== undefined) return bindOnce([instant], (at) => body(at, zone));
  return bindOnce([instant, zone], body);
}

/** SQL of a date by the clock of its zone. */
export function byClock(
  { value, zone }: EmittedSql,
  body: (instant: string, zone: ZoneSql) => string,
): string {
  if (zone?.kind !== 'own') return body(value, zone?.zone);
  return bindOnce([zone.date], (date) => body(`${date}.instant`, `${date}.zone`));
}

/** SQL of an instant with its zone, for {@link EmittedSql.zone}. */
export function zonedDate(instant: string, zone: string): string {
  return bindOnce(
    [instant],
    (at) => `CASE WHEN ${at} IS NOT NULL THEN {'instant': ${at}, 'zone': ${zone}} END`,
  );
}

/** SQL of any date with its zone. */
export function zonedDateOf({ value, zone }: EmittedSql): string {
  return zone?.kind === 'own' ? zone.date : zonedDate(value, zone?.zone ?? "'UTC'");
}

/** DuckDB takes the later of two instants; a clock that was shifted hours before has not been set back yet. */
function instantOfNamed(clock: string, zone: string): string {
  const later = `timezone(${zone}, ${clock})`;
  const earlier = `timezone(${zone}, ${clock} - INTERVAL 3 HOURS) + INTERVAL 3 HOURS`;
  return `CASE WHEN timezone(${zone}, ${earlier}) = ${clock} THEN ${earlier} ELSE ${later} END`;
}

function isOffsetSql(zone: string): string {
  return `(left(${zone}, 1) IN ('+', '-') OR ${zone} IN ('Z', 'UTC', ''))`;
}

function offsetSeconds(zone: string): string {
  const hours = `TRY_CAST(substring(${zone}, 2, 2) AS INTEGER)`;
  const minutes = `CASE WHEN length(${zone}) > 3 THEN TRY_CAST(right(${zone}, 2) AS INTEGER) ELSE 0 END`;
  return `coalesce((CASE WHEN left(${zone}, 1) = '-' THEN -60 ELSE 60 END) * (60 * ${hours} + ${minutes}), 0)`;
}

function literalZone(zone: ZoneSql): string | undefined {
  return zone === undefined ? undefined : /^'([^']*)'$/.exec(zone)?.[1];
}

function isNamed(zone: string): boolean {
  return !/^[+-]|^Z?$/.test(zone);
}
