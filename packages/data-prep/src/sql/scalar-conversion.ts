import type { ColumnType } from '@tributary/xdm';
import { readAutomaticDate } from './automatic-date.ts';
import { bindOnce, inTry } from './emitted.ts';
import { quoteLiteral } from './quote.ts';
import { numberShape, readShaped, wholeNumberShape } from './shaped.ts';
import { type ScalarGoal, sqlTypeOf } from './types.ts';
import { instantOf, localTime } from './zones.ts';

/** The spellings of a boolean, and no others (Data Prep data format guide, "Boolean conversion"). */
const booleanWords = {
  true: ['y', 'yes', 'Y', 'YES', 'on', 'ON', 'true', 'TRUE'],
  false: ['n', 'N', 'no', 'NO', 'off', 'OFF', 'false', 'FALSE'],
} as const;

/** SQL that turns a single value into another type: NULL for NULL, and NULL where it can't be done; never raises. */
export interface ScalarConversion {
  readonly emit: (value: string) => string;
  /** Whether some value has no counterpart in the other type. */
  readonly canFail: boolean;
}

/** Each pair of types that has a conversion. A pair that is missing here is refused when a mapping is planned. */
export const scalarConversions: Readonly<Record<ColumnType, Partial<Record<ScalarGoal, ScalarConversion>>>> =
  {
    string: {
      boolean: partial(booleanOfWord),
      byte: partial((text) => `CAST(${readWholeNumber(text, 'TINYINT')} AS INTEGER)`),
      short: partial((text) => `CAST(${readWholeNumber(text, 'SMALLINT')} AS INTEGER)`),
      integer: partial((text) => readWholeNumber(text, 'INTEGER')),
      long: partial((text) => readWholeNumber(text, 'BIGINT')),
      number: partial(readNumber),
      decimal: partial(readDecimal),
      date: partial((text) => `CAST(${readAutomaticDate(text)} AS DATE)`),
      'date-time': partial(readAutomaticDate),
      time: partial((text) => `TRY_CAST(${text} AS TIME)`),
    },
    integer: {
      string: lossless(castTo('VARCHAR')),
      byte: partial((value) => withinRange(value, 'TINYINT')),
      short: partial((value) => withinRange(value, 'SMALLINT')),
      long: lossless(castTo('BIGINT')),
      number: lossless(castTo('DOUBLE')),
      decimal: lossless(castTo(sqlTypeOf('decimal'))),
      'date-time': lossless((millis) => `make_timestamptz(CAST(${millis} AS BIGINT) * 1000)`),
    },
    long: {
      string: lossless(castTo('VARCHAR')),
      byte: partial((value) => withinRange(value, 'TINYINT')),
      short: partial((value) => withinRange(value, 'SMALLINT')),
      integer: partial((value) => `TRY_CAST(${value} AS INTEGER)`),
      number: lossless(castTo('DOUBLE')),
      decimal: lossless(castTo(sqlTypeOf('decimal'))),
      'date-time': partial(instantOfMilliseconds),
    },
    number: {
      string: lossless(textOfNumber),
      byte: partial((value) => withinRange(wholeNumber(value, 'SMALLINT'), 'TINYINT')),
      short: partial((value) => withinRange(wholeNumber(value, 'INTEGER'), 'SMALLINT')),
      integer: partial((value) => wholeNumber(value, 'INTEGER')),
      long: partial((value) => wholeNumber(value, 'BIGINT')),
      decimal: partial(decimalOfNumber),
    },
    decimal: {
      string: lossless((value) => `regexp_replace(CAST(${value} AS VARCHAR), '\\.?0+$', '')`),
      byte: partial((value) => withinRange(wholeNumber(value, 'SMALLINT'), 'TINYINT')),
      short: partial((value) => withinRange(wholeNumber(value, 'INTEGER'), 'SMALLINT')),
      integer: partial((value) => wholeNumber(value, 'INTEGER')),
      long: partial((value) => wholeNumber(value, 'BIGINT')),
      number: lossless(castTo('DOUBLE')),
      'date-time': partial((value) => instantOfMilliseconds(wholeNumber(value, 'BIGINT'))),
    },
    boolean: { string: lossless(castTo('VARCHAR')) },
    date: {
      string: lossless((value) => `strftime(${value}, '%Y-%m-%d')`),
      'date-time': lossless((value) => instantOf(`CAST(${value} AS TIMESTAMP)`)),
    },
    'date-time': {
      string: lossless(textOfDateTime),
      date: lossless((value) => `CAST(${localTime(value)} AS DATE)`),
    },
    time: { string: lossless(castTo('VARCHAR')) },
  };

function partial(emit: ScalarConversion['emit']): ScalarConversion {
  return { emit, canFail: true };
}

function lossless(emit: ScalarConversion['emit']): ScalarConversion {
  return { emit, canFail: false };
}

function castTo(sqlType: string): (value: string) => string {
  return (value) => `CAST(${value} AS ${sqlType})`;
}

function booleanOfWord(text: string): string {
  const cases = Object.entries(booleanWords).flatMap(([value, words]) => {
    return words.map((word) => `WHEN ${quoteLiteral(word)} THEN ${value.toUpperCase()}`);
  });
  return `CASE ${text} ${cases.join(' ')} END`;
}

function readWholeNumber(text: string, sqlType: string): string {
  return readShaped(text, wholeNumberShape, (whole) => `TRY_CAST(${whole} AS ${sqlType})`);
}

/** A number too large for a double would be read as infinite. */
function readNumber(text: string): string {
  return readShaped(text, numberShape, (shaped) => {
    const number = `TRY_CAST(${shaped} AS DOUBLE)`;
    return `CASE WHEN isfinite(${number}) THEN ${number} END`;
  });
}

function readDecimal(text: string): string {
  return readShaped(text, numberShape, (shaped) => `TRY_CAST(${shaped} AS ${sqlTypeOf('decimal')})`);
}

/** By the shortest text that stands for the double: multiplied up to 18 places it would show digits that nobody wrote. */
function decimalOfNumber(value: string): string {
  return `TRY_CAST(CAST(${value} AS VARCHAR) AS ${sqlTypeOf('decimal')})`;
}

function withinRange(value: string, narrowType: string): string {
  return `CAST(TRY_CAST(${value} AS ${narrowType}) AS INTEGER)`;
}

/** Casting rounds; a fraction is a failure instead, so that no part of a number is lost unseen. */
function wholeNumber(value: string, sqlType: string): string {
  return bindOnce(
    [value],
    (number) => `CASE WHEN ${number} = trunc(${number}) THEN TRY_CAST(${number} AS ${sqlType}) END`,
  );
}

function instantOfMilliseconds(long: string): string {
  return inTry([long], (milliseconds) => `make_timestamptz(${milliseconds} * 1000)`);
}

/** Whole numbers are written without a fraction, as the source wrote them. */
function textOfNumber(value: string): string {
  return `regexp_replace(CAST(${value} AS VARCHAR), '\\.0$', '')`;
}

/** ISO 8601 in UTC, with milliseconds or microseconds only where there are any. */
function textOfDateTime(value: string): string {
  return `(regexp_replace(strftime(${localTime(value)}, '%Y-%m-%dT%H:%M:%S.%f'), '(\\.000)?000$', '') || 'Z')`;
}
