import type { DateZone } from '../plan.ts';
import { callScalar } from '../vectorised/scalar-function.ts';
import { zone as zoneFunction } from '../vectorised/zone.ts';
import { type PatternPart, type PatternProblem, splitPattern, unsupported } from './date-pattern.ts';
import { bindOnce } from './emitted.ts';
import { quoteLiteral } from './quote.ts';
import { instantOf, type ZoneSql, zonedDate } from './zones.ts';

/** A pattern compiled for reading. */
export interface DateReader {
  readonly ok: true;
  /** A regular expression that the texts of the pattern match, and no others. */
  readonly shape: string;
  /** SQL of the instant that a text names, NULL where the text does not fit the pattern or names no day. */
  readonly read: (text: string) => string;
  /** The same with the zone that a text gives; undefined where the pattern has none, and UTC is meant. */
  readonly zone: ((text: string) => DateZone) | undefined;
}

/** The parts of a date that are read. */
type Field =
  | 'era'
  | 'year'
  | 'shortYear'
  | 'weekYear'
  | 'quarter'
  | 'month'
  | 'monthName'
  | 'week'
  | 'dayOfYear'
  | 'day'
  | 'weekday'
  | 'weekdayName'
  | 'half'
  | 'hour'
  | 'hourFrom1'
  | 'hourOfHalf'
  | 'hourOfHalfFrom1'
  | 'minute'
  | 'second'
  | 'milliseconds'
  | 'fraction'
  | 'offset'
  | 'zone';

interface FieldRule {
  readonly field: Field;
  /** A regular expression without groups. */
  readonly shape: string;
  /** For a number: its shape without the leading zeros that it may have, for where no other number touches it. */
  readonly loose?: string;
}

const months =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const weekdays =
  'mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?';
const offset = String.raw`Z|[+-](?:0\d|1[0-8])(?::?[0-5]\d)?`;
const zoneText = String.raw`(?:GMT|UTC)?[+-]\d{1,2}(?::?[0-5]\d)?|[A-Za-z][A-Za-z0-9_+/-]*`;

const monthRules = [
  rule(1, 'month', '0[1-9]|1[0-2]', '0?[1-9]|1[0-2]'),
  rule(2, 'month', '0[1-9]|1[0-2]', '0?[1-9]|1[0-2]'),
  rule(3, 'monthName', `(?i:${months})`),
  rule(4, 'monthName', `(?i:${months})`),
] as const;

/** What a run of one letter is read as, by letter and length. */
const rules: ReadonlyMap<string, FieldRule> = new Map([
  ...of(
    'G',
    [1, 2, 3].map((count) => rule(count, 'era', '(?i:AD|BC|CE|BCE)')),
  ),
  ...of('y', [
    rule(2, 'shortYear', String.raw`\d{2}`),
    ...[1, 3, 4].map((count) => rule(count, 'year', String.raw`\d{4}`)),
  ]),
  ...of(
    'Y',
    [1, 3, 4].map((count) => rule(count, 'weekYear', String.raw`\d{4}`)),
  ),
  ...of('M', monthRules),
  ...of('L', monthRules),
  ...of('w', both('week', String.raw`[0-4]\d|5[0-3]`, String.raw`[0-4]?\d|5[0-3]`)),
  ...of(
    'D',
    [1, 2, 3].map((count) =>
      rule(
        count,
        'dayOfYear',
        String.raw`[0-2]\d\d|3[0-5]\d|36[0-6]`,
        String.raw`[0-2]?\d?\d|3[0-5]\d|36[0-6]`,
      ),
    ),
  ),
  ...of('d', both('day', String.raw`0[1-9]|[12]\d|3[01]`, String.raw`0?[1-9]|[12]\d|3[01]`)),
  ...of(
    'E',
    [1, 2, 3, 4].map((count) => rule(count, 'weekdayName', `(?i:${weekdays})`)),
  ),
  ...of(
    'u',
    [1, 2].map((count) => rule(count, 'weekday', '0?[1-7]')),
  ),
  ...of('a', [rule(1, 'half', '(?i:[AP]M)')]),
  ...of('H', both('hour', String.raw`[01]\d|2[0-4]`, String.raw`[01]?\d|2[0-4]`)),
  ...of('k', both('hourFrom1', String.raw`0[1-9]|1\d|2[0-4]`, String.raw`0?[1-9]|1\d|2[0-4]`)),
  ...of('K', both('hourOfHalf', String.raw`0\d|1[01]`, String.raw`0?\d|1[01]`)),
  ...of('h', both('hourOfHalfFrom1', '0[1-9]|1[0-2]', '0?[1-9]|1[0-2]')),
  ...of('m', both('minute', String.raw`[0-5]\d`, String.raw`[0-5]?\d`)),
  ...of('s', both('second', String.raw`[0-5]\d`, String.raw`[0-5]?\d`)),
  ...of('S', [
    ...[1, 2].map((count) => rule(count, 'milliseconds', String.raw`\d{1,3}`)),
    rule(3, 'milliseconds', String.raw`\d{3}`),
    ...[4, 5, 6, 7, 8, 9].map((count) => rule(count, 'fraction', `\\d{${count}}`)),
  ]),
  ...of(
    'z',
    [1, 2, 3, 4].map((count) => rule(count, 'zone', zoneText)),
  ),
  ...of(
    'Z',
    [1, 2, 3, 4, 5].map((count) => rule(count, 'zone', zoneText)),
  ),
  ...of(
    'V',
    [1, 2].map((count) => rule(count, 'zone', zoneText)),
  ),
  ...of(
    'O',
    [1, 4].map((count) => rule(count, 'zone', zoneText)),
  ),
  ...of(
    'X',
    [1, 2, 3].map((count) => rule(count, 'offset', offset)),
  ),
  ...of(
    'x',
    [1, 2, 3].map((count) => rule(count, 'offset', offset)),
  ),
  ...['Q', 'q'].flatMap((letter) =>
    of(letter, [rule(1, 'quarter', '[1-4]'), rule(2, 'quarter', '0[1-4]'), rule(3, 'quarter', 'Q[1-4]')]),
  ),
]);

/** Compiles a Java date pattern for reading text, or says which part of it can't be. */
export function compileDateReader(pattern: string): DateReader | PatternProblem {
  const split = splitPattern(pattern);
  if (!split.ok) return split;
  const fields = new Map<Field, string>();
  let shape = '';
  for (const [index, part] of split.parts.entries()) {
    if (part.kind !== 'letters') {
      shape += { text: escapeRegex(part.text), optional: '(?:', end: ')?' }[part.kind];
      continue;
    }
    const found = rules.get(part.text);
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
  const hasZone = fields.has('zone') || fields.has('offset');
  return {
    ok: true,
    shape,
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

/** SQL of the text of a field; undefined for one that the pattern has not. */
type FieldSql = (field: Field) => string | undefined;

function problemOf(fields: ReadonlyMap<Field, string>): string | undefined {
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
  const number = (name: Field, missing: number) => {
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

type NumberSql = (name: Field, missing: number) => string;

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

function rule(count: number, field: Field, shape: string, loose?: string) {
  return { count, field, shape, ...(loose === undefined ? {} : { loose }) };
}

function both(field: Field, shape: string, loose: string) {
  return [rule(1, field, shape, loose), rule(2, field, shape, loose)];
}

function of(letter: string, counted: readonly (FieldRule & { readonly count: number })[]) {
  return counted.map((entry) => [letter.repeat(entry.count), entry] as const);
}

function isNumber(part: PatternPart | undefined): boolean {
  return (
    part?.kind === 'letters' && /^[\\\d[(]/.test(rules.get(part.text)?.shape.replace(/^\(\?i.*/, '') ?? '')
  );
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
