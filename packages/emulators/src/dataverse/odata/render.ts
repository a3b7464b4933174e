import type { Value } from '../../rows/columns.ts';
import { dateText, secondText } from '../../rows/timestamps.ts';
import {
  type ColumnDefinition,
  isLookup,
  propertyName,
  type TableSnapshot,
  versionColumn,
} from '../definitions.ts';
import { tableOfId } from '../ids.ts';

/** Writes one row as text. */
export type RowWriter = (index: number) => string;

/** How rows are written. */
export interface RowStyle {
  /** Whether an annotation was asked for by `odata.include-annotations`. */
  readonly includes: (annotation: string) => boolean;
  /** Whether decimals and 64-bit integers are text (`IEEE754Compatible=true`; OData JSON Format, 3.2). */
  readonly areNumbersText: boolean;
  /** The text that stands for a record in the formatted value of a lookup. */
  readonly nameOf: (id: string) => string | null;
}

const FORMATTED_VALUE = 'OData.Community.Display.V1.FormattedValue';
const LOOKUP_TABLE = 'Microsoft.Dynamics.CRM.lookuplogicalname';

/** Compiles the writer of a table's rows with these columns: the etag first, annotations before their values. */
export function compileRow(
  snapshot: TableSnapshot,
  columns: readonly ColumnDefinition[],
  style: RowStyle,
): RowWriter {
  const versionAt = snapshot.column(versionColumn(snapshot.object));
  const members = columns.map((column) => compileMember(snapshot, column, style));
  return (index) => {
    let text = `{"@odata.etag":"W/\\"${versionAt(index)}\\""`;
    for (const member of members) text += `,${member(index)}`;
    return `${text}}`;
  };
}

function compileMember(snapshot: TableSnapshot, column: ColumnDefinition, style: RowStyle): RowWriter {
  const name = propertyName(column);
  const valueAt = snapshot.column(column);
  const write = compileValue(column, style.areNumbersText);
  const annotations = compileAnnotations(column, style);
  const key = `${JSON.stringify(name)}:`;
  return (index) => {
    const value = valueAt(index);
    return value === null ? `${key}null` : `${annotations(value)}${key}${write(value)}`;
  };
}

function compileAnnotations(column: ColumnDefinition, style: RowStyle): (value: Value) => string {
  const writers: ((value: Value) => string)[] = [];
  const name = propertyName(column);
  if (style.includes(FORMATTED_VALUE) && hasFormattedValue(column)) {
    writers.push((value) => {
      const text = formattedValue(column, value, style);
      return text === null ? '' : `${JSON.stringify(`${name}@${FORMATTED_VALUE}`)}:${JSON.stringify(text)},`;
    });
  }
  if (style.includes(LOOKUP_TABLE) && isLookup(column)) {
    const key = JSON.stringify(`${name}@${LOOKUP_TABLE}`);
    writers.push((value) => `${key}:${JSON.stringify(tableOfId(String(value)) ?? null)},`);
  }
  return (value) => writers.map((write) => write(value)).join('');
}

function hasFormattedValue({ type }: ColumnDefinition): boolean {
  return type !== 'String' && type !== 'Memo' && type !== 'Uniqueidentifier';
}

function formattedValue(column: ColumnDefinition, value: Value, style: RowStyle): string | null {
  if (isLookup(column)) return style.nameOf(String(value));
  if (column.options !== undefined) return labelsOf(column, value);
  if (column.type === 'Money' && typeof value === 'number')
    return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  if (column.type === 'DateTime')
    return typeof value === 'number' ? secondText(value).replace('T', ' ').slice(0, 16) : String(value);
  return typeof value === 'number' ? value.toLocaleString('en-US') : String(value);
}

/** Labels of a choice; several are joined by `; `. */
function labelsOf({ options = [], type }: ColumnDefinition, value: Value): string {
  const label = (code: number) => options.find((option) => option.value === code)?.label ?? String(code);
  if (type !== 'MultiSelectPicklist') return label(Number(value));
  return String(value)
    .split(';')
    .map((code) => label(Number(code)))
    .join('; ');
}

/** A value that a test forced may be of any type: it is then written as it is. */
function compileValue(column: ColumnDefinition, areNumbersText: boolean): (value: Value) => string {
  const quote = (text: string) => (areNumbersText ? `"${text}"` : text);
  const ofNumber = (write: (value: number) => string) => (value: Value) =>
    typeof value === 'number' ? write(value) : JSON.stringify(value);
  switch (column.type) {
    case 'DateTime':
      return column.behavior === 'DateOnly'
        ? ofNumber((value) => JSON.stringify(dateText(Math.floor(value / 86_400_000))))
        : ofNumber((value) => `"${secondText(value)}Z"`);
    case 'Money':
      return ofNumber((value) => quote(value.toFixed(4)));
    case 'Decimal':
      return ofNumber((value) => quote(value.toFixed(10)));
    case 'BigInt':
      return ofNumber((value) => quote(String(value)));
    case 'MultiSelectPicklist':
      return (value) => JSON.stringify(typeof value === 'string' ? value.replaceAll(';', ',') : value);
    default:
      return (value) => JSON.stringify(value);
  }
}
