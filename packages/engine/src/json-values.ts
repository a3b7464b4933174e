import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/**
 * A value as XDM's JSON: date-times in ISO 8601 with `Z`, dates as `YYYY-MM-DD`, maps as objects, absent members
 * left out. Integers beyond 2^53, and decimals of more digits than a double keeps, become text, since JSON numbers would lose some. Undefined for null.
 */
export function toJson(value: DuckDBValue | undefined): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object') return value;
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return instantToJson(value);
  }
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBDecimalValue) return decimalToJson(value);
  if (value instanceof DuckDBListValue) return value.items.map((item) => toJson(item) ?? null);
  if (value instanceof DuckDBMapValue) {
    return membersToJson(value.entries.map(({ key, value: member }) => [String(key), member]));
  }
  if (value instanceof DuckDBStructValue) return membersToJson(Object.entries(value.entries));
  return String(value);
}

/** Decimal digits that every double keeps. */
const DOUBLE_DIGITS = 15;

function decimalToJson(value: DuckDBDecimalValue): number | string {
  const text = value
    .toString()
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
  const digits = text.replace(/[-.]/g, '').replace(/^0+/, '').length;
  return digits <= DOUBLE_DIGITS || String(Number(text)) === text ? Number(text) : text;
}

/** A row or struct as a JSON object without its nulls. */
export function membersToJson(
  members: readonly (readonly [string, DuckDBValue | undefined])[],
): Record<string, unknown> {
  return Object.fromEntries(
    members.map(([name, value]) => [name, toJson(value)]).filter(([, value]) => value !== undefined),
  );
}

const MICROS_PER_SECOND = 1_000_000n;

/**
 * With milliseconds or microseconds only where there are any. Instants beyond the years that JavaScript can count to
 * keep DuckDB's own text.
 */
function instantToJson(value: DuckDBTimestampTZValue | DuckDBTimestampValue): string {
  const fraction = ((value.micros % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND;
  const second = new Date(Number((value.micros - fraction) / 1000n));
  if (Number.isNaN(second.getTime())) return value.toString();
  const digits = `.${String(fraction).padStart(6, '0')}`.replace(/(\.000)?000$/, '');
  return second.toISOString().replace('.000Z', `${digits}Z`);
}
