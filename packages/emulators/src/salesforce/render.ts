import type { Column, Value } from '../rows/columns.ts';
import { type FieldDefinition, isCompound, type OrgSnapshot, partsOf } from './definitions.ts';
import { bulkDatetime, restDatetime } from './timestamps.ts';

/** Writes one row as text. */
export type RowWriter = (index: number) => string;

/**
 * Decimal numbers as the platform's Java writes them: always with a fraction, `1.39E8` from ten million up.
 */
export function decimalText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e');
    return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const decimalTypes: ReadonlySet<string> = new Set(['double', 'currency', 'percent']);

/** A cell's text. A value that a test forced may be of any type: it is then written as it is. */
function compileText(field: FieldDefinition, datetime: (time: number) => string): (value: Value) => string {
  if (field.type === 'datetime')
    return (value) => (typeof value === 'number' ? datetime(value) : String(value));
  if (decimalTypes.has(field.type)) {
    return (value) => (typeof value === 'number' ? decimalText(value) : String(value));
  }
  return String;
}

/** Bulk API 2.0 rows: every cell in double quotes, a null as the empty string, which no text field can hold. */
export function compileCsvRow(
  snapshot: OrgSnapshot,
  fields: readonly FieldDefinition[],
  delimiter: string,
  lineEnding: string,
): RowWriter {
  const cells = fields.map((field) => compileCsvCell(field, snapshot.column(field)));
  const [first, ...others] = cells;
  const separator = `"${delimiter}"`;
  const end = `"${lineEnding}`;
  return (index) => {
    let row = first === undefined ? '"' : `"${first(index)}`;
    for (const cell of others) row += separator + cell(index);
    return row + end;
  };
}

function compileCsvCell(field: FieldDefinition, column: Column): RowWriter {
  if (field.type === 'id') return (index) => String(column(index));
  const text = compileText(field, bulkDatetime);
  return (index) => {
    const value = column(index);
    if (value === null) return '';
    const written = typeof value === 'string' ? value : text(value);
    return written.includes('"') ? written.replaceAll('"', '""') : written;
  };
}

export function csvHeader(fields: readonly FieldDefinition[], delimiter: string, lineEnding: string): string {
  return fields.map((field) => `"${field.name}"`).join(delimiter) + lineEnding;
}

/** How a JSON row is written. */
export interface JsonStyle {
  /** Path under which records live, such as `/services/data/v60.0/sobjects/Contact/`; puts `attributes` first. */
  readonly attributesUrl: string | undefined;
  readonly datetime: (time: number) => string;
}

/** Rows as JSON objects; the REST API puts `attributes` first, address fields are objects of their parts. */
export function compileJsonRow(
  snapshot: OrgSnapshot,
  fields: readonly FieldDefinition[],
  style: JsonStyle,
): RowWriter {
  const idField = snapshot.object.fields.find((field) => field.type === 'id');
  const idAt = idField === undefined ? () => '' : snapshot.column(idField);
  const type = JSON.stringify(snapshot.object.name);
  const members = fields.map((field) => {
    const key = `${JSON.stringify(field.name)}:`;
    const value = compileJsonValue(snapshot, field, style);
    return (index: number) => key + value(index);
  });
  return (index) => {
    const { attributesUrl } = style;
    const attributes =
      attributesUrl === undefined
        ? []
        : [`"attributes":{"type":${type},"url":"${attributesUrl}${idAt(index)}"}`];
    return `{${[...attributes, ...members.map((member) => member(index))].join(',')}}`;
  };
}

function compileJsonValue(snapshot: OrgSnapshot, field: FieldDefinition, style: JsonStyle): RowWriter {
  if (isCompound(field)) return compileCompound(snapshot, field);
  if (field.type === 'base64' && style.attributesUrl !== undefined)
    return compileBlobUrl(snapshot, field, style.attributesUrl);
  const column = snapshot.column(field);
  return (index) => jsonValue(column(index), field, style.datetime);
}

/** One value as the REST API writes it. */
export function jsonValue(value: Value, field: FieldDefinition, datetime = restDatetime): string {
  if (typeof value === 'number' && (field.type === 'datetime' || decimalTypes.has(field.type))) {
    const text = compileText(field, datetime)(value);
    return field.type === 'datetime' ? `"${text}"` : text;
  }
  return JSON.stringify(value);
}

/** Blobs are not in a row: an address of their own is (REST API Developer Guide, sObject Blob Retrieve). */
function compileBlobUrl(snapshot: OrgSnapshot, field: FieldDefinition, recordsUrl: string): RowWriter {
  const id = snapshot.object.fields.find(({ type }) => type === 'id');
  const idAt = id === undefined ? () => '' : snapshot.column(id);
  const column = snapshot.column(field);
  return (index) =>
    column(index) === null ? 'null' : JSON.stringify(`${recordsUrl}${idAt(index)}/${field.name}`);
}

const locationKeys = ['latitude', 'longitude'] as const;
const addressKeys = ['city', 'country', ...locationKeys, 'postalCode', 'state', 'street'] as const;

function compileCompound(snapshot: OrgSnapshot, compound: FieldDefinition): RowWriter {
  const isAddress = compound.type === 'address';
  const keys = isAddress ? addressKeys : locationKeys;
  const parts = partsOf(snapshot.object, compound);
  const columns = keys.map((key) => {
    const part = parts.find(({ name }) => name.replace(/__s$/, '').toLowerCase().endsWith(key.toLowerCase()));
    return part === undefined ? () => null : snapshot.column(part);
  });
  return (index) => {
    const values = columns.map((column) => column(index));
    if (values.every((value) => value === null)) return 'null';
    const members = Object.fromEntries(keys.map((key, at) => [key, values[at] ?? null]));
    return JSON.stringify(isAddress ? { ...members, geocodeAccuracy: null } : members);
  };
}
