/** The parts of a date that are read. */
export type DateField =
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

export interface FieldRule {
  readonly field: DateField;
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
export const fieldRules: ReadonlyMap<string, FieldRule> = new Map([
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
  ...of('H', both('hour', String.raw`[01]\d|2[0-3]`, String.raw`[01]?\d|2[0-3]`)),
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

/** What `strptime` reads a field by, and how many characters it may take; `fixed` where it touches another number. */
export interface Directive {
  readonly formats: readonly string[];
  readonly shape: string;
  readonly fixed: string;
}

export const directives: ReadonlyMap<DateField, Directive> = new Map([
  ['year', directive(['%Y'], String.raw`\d{4}`)],
  ['shortYear', directive(['%y'], String.raw`\d{2}`)],
  ['monthName', directive(['%b', '%B'], '[A-Za-z]{3,9}')],
  ['half', directive(['%p'], '[AaPp][Mm]')],
  ...(
    [
      ['month', '%m'],
      ['day', '%d'],
      ['hour', '%H'],
      ['hourOfHalfFrom1', '%I'],
      ['minute', '%M'],
      ['second', '%S'],
    ] as const
  ).map(([field, format]) => [field, directive([format], String.raw`\d{1,2}`, String.raw`\d{2}`)] as const),
]);

function directive(formats: readonly string[], shape: string, fixed = shape): Directive {
  return { formats, shape, fixed };
}

function rule(count: number, field: DateField, shape: string, loose?: string) {
  return { count, field, shape, ...(loose === undefined ? {} : { loose }) };
}

function both(field: DateField, shape: string, loose: string) {
  return [rule(1, field, shape, loose), rule(2, field, shape, loose)];
}

function of(letter: string, counted: readonly (FieldRule & { readonly count: number })[]) {
  return counted.map((entry) => [letter.repeat(entry.count), entry] as const);
}
