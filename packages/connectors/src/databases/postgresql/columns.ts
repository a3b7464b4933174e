import type { ColumnType, DecimalDigits, SourceType } from '@tributary/xdm';
import { type DatabaseColumn, quoteText } from '../dialect.ts';
import { type TimeRange, timeCondition, widened } from '../window-bounds.ts';

/** What the catalog tells of a type, domains followed to what they are made of. */
export interface PostgresType {
  /** As `pg_type` has it, such as `int4`. */
  readonly name: string;
  /** With its digits, such as `numeric(12,2)`. */
  readonly declared: string;
  readonly isComposite: boolean;
  /** Of an array, the type of its elements. */
  readonly element: PostgresType | undefined;
  /** As declared: PostgreSQL does not hold values to it. */
  readonly dimensions: number;
}

/** Types that are not text. Any other is read as the text that PostgreSQL writes for it. */
const TYPES: ReadonlyMap<string, ColumnType | 'json'> = new Map([
  ['int2', 'integer'],
  ['int4', 'integer'],
  ['int8', 'long'],
  ['oid', 'long'],
  ['numeric', 'decimal'],
  ['money', 'decimal'],
  ['float4', 'number'],
  ['float8', 'number'],
  ['bool', 'boolean'],
  ['date', 'date'],
  ['time', 'time'],
  ['timestamp', 'date-time'],
  ['timestamptz', 'date-time'],
  ['json', 'json'],
  ['jsonb', 'json'],
]);

/** A column as it is read; undefined for one that holds bytes. `zone` is that of columns that keep none. */
export function columnOf(
  name: string,
  originalType: string,
  type: PostgresType,
  zone: string,
): DatabaseColumn | undefined {
  if (type.name === 'bytea' || type.element?.name === 'bytea') return undefined;
  const quoted = quoteName(name);
  const within = conditionOf(quoted, type, zone);
  const digits = digitsOf(type);
  const readAs = sourceTypeOf(type);
  return {
    column: { name, type: readAs, originalType, ...(digits && { digits }) },
    text: textOf(quoted, type, zone),
    isPlain: typeof readAs === 'string' && readAs !== 'string' && readAs !== 'json',
    ...(within === undefined ? {} : { within }),
  };
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function sourceTypeOf(type: PostgresType): SourceType {
  if (type.isComposite) return 'json';
  if (type.element === undefined) return TYPES.get(type.name) ?? 'string';
  return type.dimensions > 1 ? 'json' : { kind: 'array', items: sourceTypeOf(type.element) };
}

/** 64 bits, of which the server's locale puts up to four digits behind the point. */
const MONEY_DIGITS: DecimalDigits = { precision: 23, scale: 4 };

/** As declared: a `numeric` alone has any number of digits. */
function digitsOf({ name, declared, element }: PostgresType): DecimalDigits | undefined {
  if (element !== undefined) return undefined;
  if (name === 'money') return MONEY_DIGITS;
  const [, precision, scale] = /^numeric\((\d+),(-?\d+)\)$/.exec(declared) ?? [];
  return precision === undefined ? undefined : { precision: Number(precision), scale: Number(scale) };
}

/** SQL for the text of a value. */
function textOf(column: string, type: PostgresType, zone: string): string {
  if (type.element !== undefined) return jsonOfArray(column, type.element, zone);
  if (type.isComposite) return `to_json(${column})`;
  switch (type.name) {
    case 'money':
      return `${column}::numeric`;
    case 'bool':
      return `${column}::text`;
    // What has no end has no date either: infinity is null.
    case 'date':
    case 'timestamptz':
      return `CASE WHEN isfinite(${column}) THEN ${column} END`;
    case 'timestamp':
      return `CASE WHEN isfinite(${column}) THEN ${instantOf(column, zone)} END`;
    case 'bpchar':
      return `${column}::text`;
    default:
      return column;
  }
}

function jsonOfArray(column: string, element: PostgresType, zone: string): string {
  if (element.name === 'money') return `to_json(${column}::numeric[])`;
  if (element.name !== 'timestamp' || zone === 'UTC') return `to_json(${column})`;
  return `CASE WHEN ${column} IS NOT NULL THEN to_json(ARRAY(SELECT ${instantOf('item', zone)} FROM unnest(${column}) WITH ORDINALITY AS items (item, position) ORDER BY position)) END`;
}

/** A time that occurs twice when clocks go back is read as the later one: nothing is passed over by a window. */
function instantOf(column: string, zone: string): string {
  return zone === 'UTC' ? column : `${column} AT TIME ZONE ${zoneLiteral(zone)}`;
}

/** As text, PostgreSQL would take the sign of an offset the other way round (POSIX). */
function zoneLiteral(zone: string): string {
  return /^[+-]/.test(zone) ? `INTERVAL ${quoteText(zone)}` : quoteText(zone);
}

function conditionOf(
  column: string,
  type: PostgresType,
  zone: string,
): ((range: TimeRange) => string) | undefined {
  switch (type.name) {
    case 'timestamptz':
      return (range) => timesWithin(column, range, instantLiteral);
    case 'timestamp':
      return (range) =>
        zone === 'UTC'
          ? timesWithin(column, range, localLiteral)
          : // The first condition is for the index.
            `${timesWithin(column, widened(range), localLiteral)} AND ${timesWithin(`(${instantOf(column, zone)})`, range, instantLiteral)}`;
    default:
      return undefined;
  }
}

/** `infinity`, which no window would reach, is read as null and belongs to the beginning of time as null does. */
function timesWithin(time: string, range: TimeRange, literal: (time: Date) => string): string {
  const condition = timeCondition(time, range, literal);
  return range.from === undefined ? `(${condition} OR ${time} = 'infinity')` : condition;
}

function instantLiteral(time: Date): string {
  return `'${time.toISOString()}'::timestamptz`;
}

function localLiteral(time: Date): string {
  return `'${time.toISOString().replace('Z', '')}'::timestamp`;
}
