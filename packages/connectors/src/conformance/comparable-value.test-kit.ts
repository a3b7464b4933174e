import type { SourceColumn, SourceType } from '@tributary/xdm';
import type { Row } from './subject.test-kit.ts';

/** A value as a text that is the same however the value is written: `1.50` and `15e-1`, `…T10:00:00Z` and `… 12:00:00+02`. */
export function comparableValue(type: SourceType, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof type === 'object' || type === 'json') return comparableDocument(value);
  const text = value instanceof Date ? value.toISOString() : String(value);
  switch (type) {
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : text;
    case 'boolean':
      return /^(t|true|1)$/i.test(text) ? 'true' : 'false';
    case 'integer':
    case 'long':
    case 'decimal':
      return plainDecimal(text);
    case 'number':
      return String(Number(text));
    case 'date':
      return text.slice(0, 10);
    case 'date-time':
      return comparableInstant(text);
    case 'time':
      return text
        .replace(/Z$/, '')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
  }
}

/** The values of columns of a row, each comparable. */
export function comparableRow(columns: readonly SourceColumn[], row: Row): Record<string, string | null> {
  return Object.fromEntries(
    columns
      .filter(({ name }) => name in row)
      .map(({ name, type }) => [name, comparableValue(type, row[name])]),
  );
}

function comparableDocument(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? (JSON.parse(value) as unknown) : value);
}

/** A decimal number without exponent, and without zeros that say nothing. */
function plainDecimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text.trim()) ?? [];
  if (whole + fraction === '') throw new Error(`${JSON.stringify(text)} is no decimal number`);
  const shift = Number(exponent);
  const digits = `${whole}${fraction}`;
  const point = whole.length + shift;
  const padded = digits
    .padStart(digits.length - Math.min(0, point), '0')
    .padEnd(Math.max(digits.length, point), '0');
  const at = Math.max(0, point);
  const plainWhole = padded.slice(0, at).replace(/^0+/, '') || '0';
  const plainFraction = padded.slice(at).replace(/0+$/, '');
  const plain = plainFraction === '' ? plainWhole : `${plainWhole}.${plainFraction}`;
  return sign === '-' && plain !== '0' ? `-${plain}` : plain;
}

/** In UTC, to the microsecond, which is more than a Date holds. */
export function comparableInstant(text: string): string {
  const [, date = '', time = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?\s*(Z|[-+]\d\d(?::?\d\d)?)?$/.exec(text) ?? [];
  const offset =
    zone === '' || zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const second = new Date(`${date}T${time}${offset}`);
  if (Number.isNaN(second.getTime())) throw new Error(`${JSON.stringify(text)} is no moment`);
  return `${second.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}
