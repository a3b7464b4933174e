import { callScalar } from '../vectorised/scalar-function.ts';
import { zoneName } from '../vectorised/zone.ts';

/** What one run of letters is written by: a directive of `strftime`, or SQL over the local time or the zone. */
export type WrittenPiece =
  | { readonly kind: 'directive'; readonly text: string }
  | { readonly kind: 'local'; readonly sql: (local: string) => string }
  | { readonly kind: 'zone'; readonly sql: (at: ZonedInstant) => string; readonly inUtc: string };

export interface ZonedInstant {
  readonly instant: string;
  readonly zone: string;
  /** Seconds east of UTC. */
  readonly offset: string;
}

/** What runs of letters are written as, by letter and length (data format guide, "Dates"). */
export const writtenPieces: ReadonlyMap<string, WrittenPiece> = new Map<string, WrittenPiece>([
  ...runs(
    ['G', 'GG', 'GGG'],
    local((time) => `CASE WHEN ${part('year', time)} > 0 THEN 'AD' ELSE 'BC' END`),
  ),
  ...runs(
    ['GGGG'],
    local((time) => `CASE WHEN ${part('year', time)} > 0 THEN 'Anno Domini' ELSE 'Before Christ' END`),
  ),
  ...runs(
    ['y', 'yyy'],
    local((time) => text(part('year', time))),
  ),
  ...runs(['yy'], directive('%y')),
  ...runs(['yyyy'], directive('%Y')),
  ...runs(
    ['Y', 'YYY', 'YYYY'],
    local((time) => text(part('year', weekEnd(time)))),
  ),
  ...runs(
    ['YY'],
    local((time) => `right(${text(part('year', weekEnd(time)))}, 2)`),
  ),
  ...['M', 'L'].flatMap((letter) => [
    ...runs([letter], directive('%-m')),
    ...runs([letter.repeat(2)], directive('%m')),
    ...runs([letter.repeat(3)], directive('%b')),
    ...runs([letter.repeat(4)], directive('%B')),
    ...runs(
      [letter.repeat(5)],
      local((time) => `left(strftime(${time}, '%b'), 1)`),
    ),
  ]),
  ...runs(
    ['w'],
    local((time) => text(weekOfYear(time))),
  ),
  ...runs(
    ['ww'],
    local((time) => padded(weekOfYear(time), 2)),
  ),
  ...runs(
    ['W'],
    local((time) => text(weekOfMonth(time))),
  ),
  ...runs(['D'], directive('%-j')),
  ...runs(
    ['DD'],
    local((time) => padded(part('doy', time), 2)),
  ),
  ...runs(['DDD'], directive('%j')),
  ...runs(['d'], directive('%-d')),
  ...runs(['dd'], directive('%d')),
  ...runs(
    ['F'],
    local((time) => text(`(${part('day', time)} + 6) // 7`)),
  ),
  ...runs(['E', 'EE', 'EEE'], directive('%a')),
  ...runs(['EEEE'], directive('%A')),
  ...runs(['u'], directive('%u')),
  ...runs(
    ['uu'],
    local((time) => padded(part('isodow', time), 2)),
  ),
  ...runs(['a'], directive('%p')),
  ...runs(['H'], directive('%-H')),
  ...runs(['HH'], directive('%H')),
  ...runs(
    ['k'],
    local((time) => text(hourFrom1(time))),
  ),
  ...runs(
    ['kk'],
    local((time) => padded(hourFrom1(time), 2)),
  ),
  ...runs(
    ['K'],
    local((time) => text(`${part('hour', time)} % 12`)),
  ),
  ...runs(
    ['KK'],
    local((time) => padded(`${part('hour', time)} % 12`, 2)),
  ),
  ...runs(['h'], directive('%-I')),
  ...runs(['hh'], directive('%I')),
  ...runs(['m'], directive('%-M')),
  ...runs(['mm'], directive('%M')),
  ...runs(['s'], directive('%-S')),
  ...runs(['ss'], directive('%S')),
  ...runs(
    ['S'],
    local((time) => text(milliseconds(time))),
  ),
  ...runs(
    ['SS'],
    local((time) => padded(milliseconds(time), 2)),
  ),
  ...runs(['SSS'], directive('%g')),
  // Beyond three digits Java's formatters disagree; a fraction is what is meant.
  ...[4, 5].map((digits) => fraction(digits)),
  ...runs(['SSSSSS'], directive('%f')),
  ...[7, 8].map((digits) => fraction(digits)),
  ...runs(['SSSSSSSSS'], directive('%n')),
  ...runs(
    ['z', 'zz', 'zzz'],
    zoned('UTC', ({ zone, instant }) => nameOf(zone, instant, false)),
  ),
  ...runs(
    ['zzzz'],
    zoned('Coordinated Universal Time', ({ zone, instant }) => nameOf(zone, instant, true)),
  ),
  ...runs(
    ['Z', 'ZZ', 'ZZZ'],
    zoned('+0000', ({ offset }) => `${hours(offset)} || ${minutes(offset)}`),
  ),
  ...runs(
    ['ZZZZ', 'OOOO'],
    zoned('GMT', ({ offset }) => unlessZero(offset, 'GMT', `'GMT' || ${clock(offset)}`)),
  ),
  ...runs(
    ['ZZZZZ', 'XXX'],
    zoned('Z', ({ offset }) => unlessZero(offset, 'Z', clock(offset))),
  ),
  ...runs(
    ['X'],
    zoned('Z', ({ offset }) => unlessZero(offset, 'Z', `${hours(offset)} || ${minutesIfAny(offset, '')}`)),
  ),
  ...runs(
    ['XX'],
    zoned('Z', ({ offset }) => unlessZero(offset, 'Z', `${hours(offset)} || ${minutes(offset)}`)),
  ),
  ...runs(
    ['x'],
    zoned('+00', ({ offset }) => `${hours(offset)} || ${minutesIfAny(offset, '')}`),
  ),
  ...runs(
    ['xx'],
    zoned('+0000', ({ offset }) => `${hours(offset)} || ${minutes(offset)}`),
  ),
  ...runs(
    ['xxx'],
    zoned('+00:00', ({ offset }) => clock(offset)),
  ),
  ...runs(
    ['O'],
    zoned('GMT', ({ offset }) => {
      const short = `${sign(offset)} || ${text(`abs(${offset}) // 3600`)} || ${minutesIfAny(offset, ':')}`;
      return unlessZero(offset, 'GMT', `'GMT' || ${short}`);
    }),
  ),
  ...runs(
    ['V', 'VV'],
    zoned('UTC', ({ zone, offset }) => zoneId(zone, offset)),
  ),
  ...['Q', 'q'].flatMap((letter) => [
    ...runs(
      [letter],
      local((time) => text(part('quarter', time))),
    ),
    ...runs(
      [letter.repeat(2)],
      local((time) => padded(part('quarter', time), 2)),
    ),
    ...runs(
      [letter.repeat(3)],
      local((time) => `'Q' || ${text(part('quarter', time))}`),
    ),
    ...runs(
      [letter.repeat(4)],
      local((time) => `['1st', '2nd', '3rd', '4th'][${part('quarter', time)}] || ' quarter'`),
    ),
  ]),
]);

function runs(names: readonly string[], piece: WrittenPiece): readonly (readonly [string, WrittenPiece])[] {
  return names.map((name) => [name, piece] as const);
}

export function directive(directiveText: string): WrittenPiece {
  return { kind: 'directive', text: directiveText };
}

function local(sql: (local: string) => string): WrittenPiece {
  return { kind: 'local', sql };
}

function zoned(inUtc: string, sql: (at: ZonedInstant) => string): WrittenPiece {
  return { kind: 'zone', sql, inUtc };
}

function fraction(digits: number): readonly [string, WrittenPiece] {
  return ['S'.repeat(digits), local((time) => `left(strftime(${time}, '%n'), ${digits})`)];
}

function part(name: string, time: string): string {
  return `date_part('${name}', ${time})`;
}

function text(number: string): string {
  return `CAST(${number} AS VARCHAR)`;
}

function padded(number: string, digits: number): string {
  return `printf('%0${digits}d', ${number})`;
}

/** The Saturday of a week of the United States, which decides the year and the number of the week. */
function weekEnd(time: string): string {
  return `(${time} + to_days(6 - CAST(${part('dow', time)} AS INTEGER)))`;
}

function weekOfYear(time: string): string {
  return `(${part('doy', weekEnd(time))} + 6) // 7`;
}

function weekOfMonth(time: string): string {
  return `(${part('day', time)} + 6 + ${part('dow', `date_trunc('month', ${time})`)}) // 7`;
}

function hourFrom1(time: string): string {
  return `(${part('hour', time)} + 23) % 24 + 1`;
}

function milliseconds(time: string): string {
  return `${part('millisecond', time)} % 1000`;
}

function nameOf(zone: string, instant: string, isLong: boolean): string {
  return callScalar(zoneName, [zone, `epoch_ms(${instant})`, String(isLong)]);
}

function zoneId(zone: string, offset: string): string {
  return `CASE WHEN left(${zone}, 1) IN ('+', '-') THEN ${clock(offset)} WHEN ${zone} IN ('Z', '') THEN 'UTC' ELSE ${zone} END`;
}

function unlessZero(offset: string, zero: string, other: string): string {
  return `CASE WHEN ${offset} = 0 THEN '${zero}' ELSE ${other} END`;
}

function clock(offset: string): string {
  return `${hours(offset)} || ':' || ${minutes(offset)}`;
}

function hours(offset: string): string {
  return `${sign(offset)} || ${padded(`abs(${offset}) // 3600`, 2)}`;
}

function sign(offset: string): string {
  return `CASE WHEN ${offset} < 0 THEN '-' ELSE '+' END`;
}

function minutes(offset: string): string {
  return padded(`abs(${offset}) // 60 % 60`, 2);
}

function minutesIfAny(offset: string, separator: string): string {
  return `CASE WHEN ${offset} % 3600 = 0 THEN '' ELSE '${separator}' || ${minutes(offset)} END`;
}
