import { lowerTextBound, upperTextBound } from './text-bounds.ts';

/*
 * Single-value binary serialisation (spec, appendix D) of column bounds that come as DuckDB's text.
 *
 * A missing bound only costs a reader some pruning; a wrong one loses rows. So each conversion answers
 * undefined for text it does not know for certain: infinite and BC dates, more digits than the type holds,
 * and the types below.
 */

export type BoundSide = 'lower' | 'upper';

type Conversion = (text: string, side: BoundSide) => Buffer | undefined;

/**
 * `uuid`, `fixed` and `binary` have no bounds: implementations differ on the order of UUIDs, and DuckDB's
 * text of bytes can be read in more than one way.
 */
const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([
  ['boolean', booleanBound],
  ['int', (text) => int32(wholeNumber(text))],
  ['long', (text) => int64(wholeNumber(text))],
  ['float', (text, side) => float32(decimalNumber(text), side)],
  ['double', (text, side) => float64(decimalNumber(text), side)],
  ['date', (text) => int32(daysFromEpoch(text))],
  ['time', (text) => int64(microsecondsFromMidnight(text))],
  ['timestamp', (text) => int64(microsecondsFromEpoch(text, 'without zone'))],
  ['timestamptz', (text) => int64(microsecondsFromEpoch(text, 'with zone'))],
  ['string', (text, side) => (side === 'lower' ? lowerTextBound(text) : upperTextBound(text))],
] satisfies [string, Conversion][]);

const DECIMAL_TYPE = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/;

/** The bound as manifests store it, or undefined where it is not certain that no value lies beyond it. */
export function boundToBytes(icebergType: string, text: string, side: BoundSide): Buffer | undefined {
  const decimal = DECIMAL_TYPE.exec(icebergType);
  if (decimal) return decimalBound(text, Number(decimal[1]), Number(decimal[2]));
  return CONVERSIONS.get(icebergType)?.(text, side);
}

function booleanBound(text: string): Buffer | undefined {
  // The statistics of a Parquet file say 0 and 1 where SQL says false and true.
  if (text === '0' || text === 'false') return Buffer.of(0);
  if (text === '1' || text === 'true') return Buffer.of(1);
  return undefined;
}

function wholeNumber(text: string): bigint | undefined {
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

function int32(value: bigint | undefined): Buffer | undefined {
  if (value === undefined || BigInt.asIntN(32, value) !== value) return undefined;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(Number(value));
  return bytes;
}

function int64(value: bigint | undefined): Buffer | undefined {
  if (value === undefined || BigInt.asIntN(64, value) !== value) return undefined;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function decimalNumber(text: string): number | undefined {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === '-inf') return Number.NEGATIVE_INFINITY;
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function float32(value: number | undefined, side: BoundSide): Buffer | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(signedZero(value, side));
  return bytes;
}

function float64(value: number | undefined, side: BoundSide): Buffer | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(signedZero(value, side));
  return bytes;
}

/** To DuckDB the two zeros are equal, to Iceberg -0 comes before +0; whichever DuckDB names, take in both. */
function signedZero(value: number, side: BoundSide): number {
  if (value !== 0) return value;
  return side === 'lower' ? -0 : 0;
}

function decimalBound(text: string, precision: number, scale: number): Buffer | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!parts) return undefined;
  const [, sign, whole = '', fraction = ''] = parts;
  if (fraction.length > scale) return undefined;
  const unscaled = BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`);
  if (String(unscaled).replace('-', '').length > precision) return undefined;
  return minimalTwosComplement(unscaled);
}

function minimalTwosComplement(value: bigint): Buffer {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes++;
  const digits = BigInt.asUintN(bytes * 8, value).toString(16);
  return Buffer.from(digits.padStart(bytes * 2, '0'), 'hex');
}

const MS_A_DAY = 86_400_000;
const TIME = String.raw`(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?`;
const DATE_TEXT = /^(\d{4,6})-(\d{2})-(\d{2})$/;
const TIME_TEXT = new RegExp(`^${TIME}$`);
const TIMESTAMP_TEXT = /^(\d{4,6}-\d{2}-\d{2}) ([\d:.]+)([+-]\d{2}(?::\d{2})?)?$/;

function daysFromEpoch(text: string): bigint | undefined {
  const parts = DATE_TEXT.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1).map(Number);
  if (!year || !month || !day) return undefined;
  // Not Date.UTC, which takes the years 0 to 99 for those of the 20th century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return BigInt(date.getTime() / MS_A_DAY);
}

function microsecondsFromMidnight(text: string): bigint | undefined {
  const parts = TIME_TEXT.exec(text);
  if (!parts) return undefined;
  const [hour = 0, minute = 0, second = 0] = parts.slice(1, 4).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return BigInt((hour * 60 + minute) * 60 + second) * 1_000_000n + BigInt((parts[4] ?? '').padEnd(6, '0'));
}

function microsecondsFromEpoch(text: string, zone: 'with zone' | 'without zone'): bigint | undefined {
  const parts = TIMESTAMP_TEXT.exec(text);
  if (!parts) return undefined;
  const [, date = '', time = '', offset] = parts;
  if ((offset !== undefined) !== (zone === 'with zone')) return undefined;
  const days = daysFromEpoch(date);
  const clock = microsecondsFromMidnight(time);
  if (days === undefined || clock === undefined) return undefined;
  return days * BigInt(MS_A_DAY) * 1000n + clock - offsetMicroseconds(offset ?? '+00');
}

function offsetMicroseconds(offset: string): bigint {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const microseconds = BigInt(hours * 60 + minutes) * 60_000_000n;
  return offset.startsWith('-') ? -microseconds : microseconds;
}
