import { callScalar } from '../vectorised/scalar-function.ts';
import { zoneName } from '../vectorised/zone.ts';
import { type PatternProblem, splitPattern, unsupported } from './date-pattern.ts';
import { bindOnce } from './emitted.ts';
import { quoteLiteral } from './quote.ts';
import { localTime, offsetAt, withZone, type ZoneSql } from './zones.ts';

/** A pattern compiled for writing. */
export interface DateWriter {
  readonly ok: true;
  /** SQL of the text of an instant, by the clock of its zone. */
  readonly write: (instant: string, zone?: ZoneSql) => string;
}

/** What one run of letters is written by: a directive of `strftime`, or SQL over the local time or the zone. */
type Piece =
  | { readonly kind: 'directive'; readonly text: string }
  | { readonly kind: 'local'; readonly sql: (local: string) => string }
  | { readonly kind: 'zone'; readonly sql: (at: ZonedInstant) => string; readonly inUtc: string };

interface ZonedInstant {
  readonly instant: string;
  readonly zone: string;
  /** Seconds east of UTC. */
  readonly offset: string;
}

const pieces: ReadonlyMap<string, Piece> = new Map<string, Piece>([
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

/** Compiles a Java date pattern for writing, or says which part of it can't be. */
export function compileDateWriter(pattern: string): DateWriter | PatternProblem {
  const split = splitPattern(pattern);
  if (!split.ok) return split;
  const written: Piece[] = [];
  for (const { kind, text: run } of split.parts) {
    const piece =
      kind === 'letters' ? pieces.get(run) : directive(kind === 'text' ? run.replaceAll('%', '%%') : '');
    if (piece === undefined) return unsupported(run, 'write');
    written.push(piece);
  }
  return { ok: true, write: (instant, zone) => writeAll(written, instant, zone) };
}

function writeAll(written: readonly Piece[], instant: string, zone: ZoneSql): string {
  if (zone === undefined) {
    return bindOnce([localTime(instant, zone)], (time) => concatenate(written, time, undefined));
  }
  const needsOffset = written.some(({ kind }) => kind === 'zone');
  return withZone(instant, zone, (at, name) => {
    return bindOnce([localTime(at, name), needsOffset ? offsetAt(at, name) : '0'], (time, offset) =>
      concatenate(written, time, { instant: at, zone: name, offset }),
    );
  });
}

/** Directives that follow each other are written by one call of `strftime`. */
function concatenate(written: readonly Piece[], time: string, at: ZonedInstant | undefined): string {
  const texts: string[] = [];
  let format = '';
  const flush = () => {
    if (format !== '') texts.push(`strftime(${time}, ${quoteLiteral(format)})`);
    format = '';
  };
  for (const piece of written) {
    if (piece.kind === 'directive') format += piece.text;
    else if (piece.kind === 'zone' && at === undefined) format += piece.inUtc;
    else {
      flush();
      texts.push(piece.kind === 'local' ? piece.sql(time) : at === undefined ? '' : piece.sql(at));
    }
  }
  flush();
  return texts.length === 1 ? texts.join('') : `(${texts.map((sql) => `(${sql})`).join(' || ')})`;
}

function runs(names: readonly string[], piece: Piece): readonly (readonly [string, Piece])[] {
  return names.map((name) => [name, piece] as const);
}

function directive(directiveText: string): Piece {
  return { kind: 'directive', text: directiveText };
}

function local(sql: (local: string) => string): Piece {
  return { kind: 'local', sql };
}

function zoned(inUtc: string, sql: (at: ZonedInstant) => string): Piece {
  return { kind: 'zone', sql, inUtc };
}

function fraction(digits: number): readonly [string, Piece] {
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
