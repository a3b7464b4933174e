import type { DateZone } from '../plan.ts';
import { callScalar } from '../vectorised/scalar-function.ts';
import { zone as zoneFunction } from '../vectorised/zone.ts';
import { type PatternPart, type PatternProblem, splitPattern, unsupported } from './date-pattern.ts';
import { type DateField, directives, fieldRules } from './date-read-fields.ts';
import { bindOnce } from './emitted.ts';
import { quoteLiteral } from './quote.ts';
import { readShaped } from './shaped.ts';
import { instantOf, type ZoneSql, zonedDate } from './zones.ts';

/** A pattern compiled for reading. */
export interface DateReader {
  readonly ok: true;
  /** SQL of the instant that a text names, NULL where the text does not fit the pattern or names no day. */
  readonly read: (text: string) => string;
  /** The same with the zone that a text gives; undefined where the pattern has none, and UTC is meant. */
  readonly zone: ((text: string) => DateZone) | undefined;
}

/** Compiles a Java date pattern for reading text, or says which part of it can't be. */
export function compileDateReader(pattern: string): DateReader | PatternProblem {
  const split = splitPattern(pattern);
  if (!split.ok) return split;
  const fields = new Map<DateField, string>();
  let shape = '';
  for (const [index, part] of split.parts.entries()) {
    if (part.kind !== 'letters') {
      shape += { text: escapeRegex(part.text), optional: '(?:', end: ')?' }[part.kind];
      continue;
    }
    const found = fieldRules.get(part.text);
    if (found === undefined) return unsupported(part.text, 'read');
    if (fields.has(found.field)) return { ok: false, problem: `"${part.text}" reads what was read before` };
    fields.set(found.field, part.text);
    const touches = isNumber(split.parts[index - 1]) || isNumber(split.parts[index + 1]);
    shape += `(${touches ? found.shape : (found.loose ?? found.shape)})`;
  }
  const problem = problemOf(fields);
  if (problem !== undefined) return { ok: false, problem };
  const names = [...fields.keys()];
  const regex = quoteLiteral(String.raw`^\s*${shape}\s*$`);
  const captured = (text: string) =>
    `regexp_extract(${text}, ${regex}, [${names.map((name) => `'${name}'`).join(', ')}])`;
  const capture = (text: string, body: (field: FieldSql) => string) =>
    bindOnce([captured(text)], (parts) =>
      body((name) => (fields.has(name) ? `${parts}."${name}"` : undefined)),
    );
  const parsing = fields.has('hourOfHalfFrom1') === fields.has('half') ? parsingOf(split.parts) : undefined;
  if (parsing !== undefined) {
    const read = (text: string) =>
      readShaped(text, parsing.shape, (fitting) => instantOf(`try_strptime(${fitting}, ${parsing.formats})`));
    return { ok: true, read, zone: undefined };
  }
  const hasZone = fields.has('zone') || fields.has('offset');
  return {
    ok: true,
    read: (text) => capture(text, (field) => instantOf(localOf(field), zoneOf(field))),
    zone: hasZone
      ? (text) => ({
          kind: 'own',
          date: capture(text, (field) => {
            const zone = zoneOf(field) ?? "'UTC'";
            return zonedDate(instantOf(localOf(field), zone), zone);
          }),
        })
      : undefined,
  };
}

/**
 * What reads a pattern by `strptime`, which is faster than capturing fields, if the pattern has nothing in it that this
 * lacks. It checks ranges itself; the shape keeps it from taking a year of two digits for one of four.
 */
function parsingOf(
  parts: readonly PatternPart[],
): { readonly shape: string; readonly formats: string } | undefined {
  let shape = '';
  let formats = [''];
  for (const [index, { kind, text }] of parts.entries()) {
    const field = kind === 'letters' ? fieldRules.get(text)?.field : undefined;
    const directive = field === undefined ? undefined : directives.get(field);
    if (kind !== 'text' && directive === undefined) return undefined;
    const touches = isNumber(parts[index - 1]) || isNumber(parts[index + 1]);
    shape += directive === undefined ? escapeRegex(text) : touches ? directive.fixed : directive.shape;
    const written = directive?.formats ?? [text.replaceAll('%', '%%')];
    formats = formats.flatMap((format) => written.map((piece) => format + piece));
  }
  return { shape: String.raw`\s*${shape}\s*`, formats: `[${formats.map(quoteLiteral).join(', ')}]` };
}

/** SQL of the text of a field; undefined for one that the pattern has not. */
type FieldSql = (field: DateField) => string | undefined;

function problemOf(fields: ReadonlyMap<DateField, string>): string | undefined {
  const weekYear = fields.get('weekYear');
  const week = fields.get('week');
  if (weekYear !== undefined && week === undefined) {
    return `"${weekYear}" is the year that weeks are counted in, and goes with "w"; a date has "yyyy"`;
  }
  if (week !== undefined && weekYear === undefined) return `"${week}" goes with the year of weeks, "YYYY"`;
  if (weekYear === undefined && !fields.has('year') && !fields.has('shortYear')) {
    return 'the pattern has no year ("yyyy")';
  }
  return undefined;
}

/** A numeric part that is missing has its least value. */
function localOf(field: FieldSql): string {
  const number = (name: DateField, missing: number) => {
    const text = field(name);
    return text === undefined ? String(missing) : `coalesce(TRY_CAST(${text} AS BIGINT), ${missing})`;
  };
  const time = `${hourOf(field, number)}, ${number('minute', 0)}, CAST(${number('second', 0)} AS DOUBLE)`;
  const day = dayOf(field, number);
  const whole = `TRY(make_timestamp(${day.year}, ${day.month}, ${day.day}, ${time}))`;
  const fraction = field('fraction');
  const extras = [
    ...(day.days === undefined ? [] : [`to_days(CAST(${day.days} AS INTEGER))`]),
    ...(field('milliseconds') === undefined ? [] : [`to_milliseconds(${number('milliseconds', 0)})`]),
    ...(fraction === undefined
      ? []
      : [`to_microseconds(coalesce(TRY_CAST(rpad(left(${fraction}, 6), 6, '0') AS BIGINT), 0))`]),
  ];
  return extras.length === 0 ? whole : `(${[whole, ...extras].join(' + ')})`;
}

type NumberSql = (name: DateField, missing: number) => string;

/** Year, month and day, and what comes on top of them in days. */
function dayOf(field: FieldSql, number: NumberSql) {
  const weekYear = field('weekYear');
  if (weekYear !== undefined) {
    const year = `TRY_CAST(${weekYear} AS BIGINT)`;
    const first = `CAST(date_part('dow', TRY(make_date(${year}, 1, 1))) AS INTEGER)`;
    const days = `7 * (${number('week', 1)} - 1) + ${weekdayOf(field)} % 7 - ${first}`;
    return { year, month: '1', day: '1', days };
  }
  const dayOfYear = field('dayOfYear');
  const year = yearOf(field);
  if (dayOfYear === undefined) {
    return { year, month: monthOf(field, number), day: number('day', 1), days: undefined };
  }
  const isLeap = `(${year} % 4 = 0 AND (${year} % 100 <> 0 OR ${year} % 400 = 0))`;
  const day = `TRY_CAST(${dayOfYear} AS BIGINT)`;
  const days = `CASE WHEN ${day} BETWEEN 1 AND 365 OR (${day} = 366 AND ${isLeap}) THEN ${day} - 1 END`;
  return { year, month: '1', day: '1', days };
}

/** Two digits are the years from 1969 to 2068, as in POSIX. */
function yearOf(field: FieldSql): string {
  const short = `TRY_CAST(${field('shortYear')} AS BIGINT)`;
  const year =
    field('year') === undefined
      ? `(${short} + CASE WHEN ${short} < 69 THEN 2000 ELSE 1900 END)`
      : `TRY_CAST(${field('year')} AS BIGINT)`;
  const era = field('era');
  return era === undefined
    ? year
    : `CASE WHEN lower(left(${era}, 1)) = 'b' THEN 1 - ${year} ELSE ${year} END`;
}

function monthOf(field: FieldSql, number: NumberSql): string {
  const name = field('monthName');
  if (name !== undefined) {
    return `(instr('janfebmaraprmayjunjulaugsepoctnovdec', lower(left(${name}, 3))) + 2) // 3`;
  }
  const quarter = field('quarter');
  if (field('month') !== undefined || quarter === undefined) return number('month', 1);
  return `(3 * TRY_CAST(right(${quarter}, 1) AS BIGINT) - 2)`;
}

/** Monday is 1. */
function weekdayOf(field: FieldSql): string {
  const name = field('weekdayName');
  if (name !== undefined) return `((instr('montuewedthufrisatsun', lower(left(${name}, 3))) + 2) // 3)`;
  const number = field('weekday');
  return number === undefined ? '7' : `TRY_CAST(${number} AS BIGINT)`;
}

function hourOf(field: FieldSql, number: NumberSql): string {
  if (field('hour') !== undefined) return number('hour', 0);
  if (field('hourFrom1') !== undefined) return `${number('hourFrom1', 24)} % 24`;
  const half = field('half');
  const ofHalf =
    field('hourOfHalf') === undefined ? `${number('hourOfHalfFrom1', 12)} % 12` : number('hourOfHalf', 0);
  return half === undefined ? ofHalf : `${ofHalf} + CASE WHEN lower(${half}) = 'pm' THEN 12 ELSE 0 END`;
}

function zoneOf(field: FieldSql): ZoneSql {
  const name = field('zone');
  return name === undefined ? field('offset') : callScalar(zoneFunction, [name]);
}

function isNumber(part: PatternPart | undefined): boolean {
  return (
    part?.kind === 'letters' &&
    /^[\\\d[(]/.test(fieldRules.get(part.text)?.shape.replace(/^\(\?i.*/, '') ?? '')
  );
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
