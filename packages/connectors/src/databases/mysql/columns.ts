import type { ColumnType, DecimalDigits } from '@tributary/xdm';
import { type DatabaseColumn, quoteText } from '../dialect.ts';
import { type TimeRange, timeCondition, widened } from '../window-bounds.ts';

/** What `information_schema` tells of a column. */
export interface MysqlColumn {
  readonly name: string;
  /** Such as `bigint`. */
  readonly base: string;
  /** Such as `bigint(20) unsigned`. */
  readonly type: string;
  /** Whether MariaDB, which keeps JSON as text, checks that it is JSON. */
  readonly isJson: boolean;
}

interface Reading {
  readonly type: ColumnType | 'json';
  /** SQL for the text, from the column's name. */
  readonly text: (column: string) => string;
  readonly isPlain: boolean;
}

const asItIs = (column: string) => column;
const asText = (column: string) => utf8(column);
const asNumber = (column: string) => `(${column} + 0)`;
const asTruth = (column: string) => `(${column} + 0 <> 0)`;

function plain(type: ColumnType, text: (column: string) => string = asItIs): Reading {
  return { type, text, isPlain: true };
}

function quoted(type: ColumnType | 'json', text: (column: string) => string = asText): Reading {
  return { type, text, isPlain: false };
}

const READINGS: ReadonlyMap<string, Reading> = new Map([
  ['tinyint', plain('integer')],
  ['smallint', plain('integer')],
  ['mediumint', plain('integer')],
  ['int', plain('integer')],
  ['bigint', plain('long')],
  ['year', plain('integer')],
  ['decimal', plain('decimal')],
  // As text a FLOAT would keep six digits only.
  ['float', plain('number', (column) => `CAST(${column} AS DOUBLE)`)],
  ['double', plain('number')],
  ['bit', plain('long', asNumber)],
  ['date', plain('date', dateText)],
  // A span of time as well as a time of day: up to 838 hours, or negative.
  ['time', plain('string', (column) => `CAST(${column} AS CHAR)`)],
  ['json', quoted('json')],
  ...['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'].map(
    (base) => [base, quoted('string')] as const,
  ),
  ...['uuid', 'inet4', 'inet6'].map(
    (base) => [base, quoted('string', (column) => utf8(`CAST(${column} AS CHAR)`))] as const,
  ),
  ...[
    ...['geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon'],
    ...['geometrycollection', 'geomcollection'],
  ].map((base) => [base, quoted('string', (column) => utf8(`ST_AsText(${column})`))] as const),
]);

/** Types whose columns come with more than the name tells. */
const EXACT_READINGS: readonly (readonly [RegExp, Reading])[] = [
  [/^tinyint\(1\)/, plain('boolean', asTruth)],
  [/^bit\(1\)/, plain('boolean', asTruth)],
  [/^bit\(64\)/, plain('decimal', asNumber)],
  [/^bigint.*unsigned/, plain('decimal')],
  [/^int.*unsigned/, plain('long')],
];

/** A column as it is read; undefined for one that holds bytes. `zone` is that of columns that keep none. */
export function columnOf(column: MysqlColumn, zone: string): DatabaseColumn | undefined {
  const reading = readingOf(column, zone);
  if (reading === undefined) return undefined;
  const name = quoteName(column.name);
  const within = conditionOf(name, column.base, zone);
  const digits = reading.type === 'decimal' ? digitsOf(column.type) : undefined;
  return {
    column: { name: column.name, type: reading.type, originalType: column.type, ...(digits && { digits }) },
    text: reading.text(name),
    isPlain: reading.isPlain,
    ...(within === undefined ? {} : { within }),
  };
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Whole numbers without a sign, of 64 bits. */
const UNSIGNED_DIGITS: DecimalDigits = { precision: 20, scale: 0 };

function digitsOf(type: string): DecimalDigits {
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)/.exec(type) ?? [];
  return precision === undefined ? UNSIGNED_DIGITS : { precision: Number(precision), scale: Number(scale) };
}

/** One collation for all, by name: texts of several cannot stand in one expression. */
function utf8(sql: string): string {
  return `CONVERT(${sql} USING utf8mb4) COLLATE utf8mb4_bin`;
}

function readingOf({ base, type, isJson }: MysqlColumn, zone: string): Reading | undefined {
  if (isJson) return quoted('json');
  // The session's own zone is UTC, so a TIMESTAMP comes in UTC.
  if (base === 'timestamp') return plain('date-time', (column) => timeText(column, 'UTC'));
  if (base === 'datetime') return plain('date-time', (column) => timeText(column, zone));
  const exact = EXACT_READINGS.find(([pattern]) => pattern.test(type));
  return exact?.[1] ?? READINGS.get(base);
}

/** Zero dates stand for none (MySQL Reference Manual, Date and Time Data Types). */
function dateText(column: string): string {
  return `NULLIF(CAST(${column} AS CHAR), '0000-00-00')`;
}

function timeText(column: string, zone: string): string {
  return `IF(LEFT(CAST(${column} AS CHAR), 10) = '0000-00-00', NULL, CAST(${instantOf(column, zone)} AS CHAR))`;
}

/**
 * The moment in UTC of a time in a zone. A time that occurs twice when clocks go back is read as the later one, so that
 * nothing is passed over by a window; the server alone would take the earlier. There is no later one within an hour of the end
 * of the year 9999, and what has no moment at all (2024-00-15) stays as it is, to be told as no date.
 */
function instantOf(column: string, zone: string): string {
  if (zone === 'UTC') return column;
  const utc = (time: string) => `CONVERT_TZ(${time}, ${quoteText(zone)}, '+00:00')`;
  const later = `${utc(`${column} + INTERVAL 1 HOUR`)} - INTERVAL 1 HOUR`;
  return `COALESCE(GREATEST(${utc(column)}, ${later}), ${utc(column)}, ${column})`;
}

function conditionOf(column: string, base: string, zone: string): ((range: TimeRange) => string) | undefined {
  switch (base) {
    case 'timestamp':
      return (range) => timeCondition(column, range, literal);
    case 'datetime':
      return (range) =>
        zone === 'UTC'
          ? timeCondition(column, range, literal)
          : // The first condition is for the index.
            `${timeCondition(column, widened(range), literal)} AND ${timeCondition(instantOf(column, zone), range, literal)}`;
    default:
      return undefined;
  }
}

function literal(time: Date): string {
  return `'${time.toISOString().replace('T', ' ').replace('Z', '')}'`;
}
