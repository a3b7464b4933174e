import {
  type ColumnType,
  type DecimalDigits,
  MAX_PRECISION,
  MAX_SCALE,
  type SourceColumn,
} from '@tributary/xdm';
import { valueAt } from '../json.ts';
import { SourceError, type TableDescription, type TableListing } from '../source.ts';
import type { SalesforceApi } from './api.ts';

/** An API name of an object or field: letters, digits and underscores, with a namespace and a suffix such as `__c`. */
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]{0,254}$/;

/**
 * Column types of field types (SOAP API Developer Guide, Field Types). Field types that are not listed are read as
 * strings, which loses nothing. Amounts and shares are counted in decimal places, as every number is that declares them.
 */
const COLUMN_TYPES: ReadonlyMap<string, ColumnType> = new Map(
  Object.entries({
    boolean: 'boolean',
    int: 'integer',
    long: 'long',
    double: 'number',
    percent: 'decimal',
    currency: 'decimal',
    date: 'date',
    datetime: 'date-time',
    time: 'time',
  } as const),
);

/** What is computed is rounded where it is shown, and not where it is read. */
const COMPUTED_DIGITS: DecimalDigits = { precision: MAX_PRECISION, scale: MAX_SCALE };

/** What stands between the values of a multi-select picklist. */
const PICKLIST_SEPARATOR = ';';

/** Compound fields are read by their parts, which are fields of their own; bulk queries know nothing else. */
const COMPOUND_TYPES: ReadonlySet<string> = new Set(['address', 'location']);

/** Fields that no query gives as a value, and why. */
const UNREADABLE_TYPES: ReadonlyMap<string, string> = new Map([
  ['base64', 'holds binary data, which is fetched record by record and has no place in a table'],
  ['complexvalue', 'holds metadata of a structure that only the Tooling API knows'],
]);

/** Best first: only SystemModstamp moves with every change, whoever makes it. */
const DELTA_COLUMNS = ['SystemModstamp', 'LastModifiedDate', 'CreatedDate'];

const KEY_COLUMN = 'Id';

/** True of rows in the recycle bin, where they stay for 15 days (Undelete and Empty the Recycle Bin). */
const DELETION_COLUMN = 'IsDeleted';
const DELETIONS_KEPT_DAYS = 15;

/**
 * @throws SourceError `invalid` for a name that is no API name, so that no name can change the path or query it
 * becomes a part of.
 */
export function assertTableName(table: string): void {
  if (!IDENTIFIER.test(table)) {
    throw new SourceError(
      'invalid',
      'INVALID_TYPE',
      `table: ${JSON.stringify(table)} is no name of an object`,
    );
  }
}

/** Lists the objects that can be queried. */
export async function listTables(api: SalesforceApi, signal?: AbortSignal): Promise<readonly TableListing[]> {
  const body = await api.json({ path: `${api.root}/sobjects`, signal });
  return objectsAt(body, 'sobjects')
    .filter((object) => object.queryable !== false && object.deprecatedAndHidden !== true)
    .map(({ name }) => String(name))
    .filter((name) => IDENTIFIER.test(name))
    .map((name) => ({ name, path: name, canPreview: true, canFetchSchema: true }));
}

/** Describes an object by the fields that the API can read. */
export async function describeTable(
  api: SalesforceApi,
  table: string,
  signal?: AbortSignal,
): Promise<TableDescription> {
  assertTableName(table);
  const body = await describeObject(api, table, signal);
  const fields = objectsAt(body, 'fields').filter(isVisible);
  const readable = fields.filter(isReadable);
  const columns = readable.map(columnOf);
  const names = new Set(columns.map(({ name }) => name));
  const computedColumns = readable
    .filter(({ calculated }) => calculated === true)
    .map(({ name }) => String(name));
  const notices = fields.flatMap(noticesOf);
  return {
    table,
    columns,
    keyColumns: names.has(KEY_COLUMN) ? [KEY_COLUMN] : [],
    deltaColumns: DELTA_COLUMNS.filter((name) => names.has(name)),
    ...(names.has(DELETION_COLUMN)
      ? { deletions: { column: DELETION_COLUMN, keptDays: DELETIONS_KEPT_DAYS } }
      : {}),
    ...(computedColumns.length === 0 ? {} : { computedColumns }),
    ...(notices.length === 0 ? {} : { notices }),
  };
}

async function describeObject(
  api: SalesforceApi,
  table: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    return await api.json({ path: `${api.root}/sobjects/${table}/describe`, signal });
  } catch (cause) {
    if (!(cause instanceof SourceError) || cause.code !== 'NOT_FOUND') throw cause;
    const message = `table: Salesforce has no object ${table}, or its user may not see it`;
    throw new SourceError('invalid', cause.code, message, { cause });
  }
}

type Field = Readonly<Record<string, unknown>>;

function isVisible(field: Field): boolean {
  return IDENTIFIER.test(String(field.name)) && field.deprecatedAndHidden !== true;
}

function isReadable({ type }: Field): boolean {
  return !COMPOUND_TYPES.has(String(type)) && !UNREADABLE_TYPES.has(String(type));
}

function noticesOf({ name, type }: Field): readonly string[] {
  const reason = UNREADABLE_TYPES.get(String(type));
  return reason === undefined ? [] : [`${name} is not read: it ${reason}`];
}

function columnOf(field: Field): SourceColumn {
  const originalType = String(field.type);
  const type = columnTypeOf(field);
  const digits = type === 'decimal' ? digitsOf(field) : undefined;
  const column = { name: String(field.name), type, originalType, ...(digits && { digits }) };
  return originalType === 'multipicklist' ? { ...column, separator: PICKLIST_SEPARATOR } : column;
}

/** A number field has as many digits as its definition says; what has none defined, such as a score, is a floating one. */
function columnTypeOf({ type, precision, scale }: Field): ColumnType {
  if (type === 'double' && typeof precision === 'number' && precision > 0 && typeof scale === 'number') {
    return scale <= MAX_SCALE && precision - scale <= MAX_PRECISION - MAX_SCALE ? 'decimal' : 'number';
  }
  return COLUMN_TYPES.get(String(type)) ?? 'string';
}

function digitsOf({ precision, scale, calculated }: Field): DecimalDigits | undefined {
  if (typeof precision !== 'number' || typeof scale !== 'number' || precision <= 0) return undefined;
  return calculated === true ? COMPUTED_DIGITS : { precision, scale };
}

function objectsAt(body: unknown, key: string): readonly Readonly<Record<string, unknown>>[] {
  const list = valueAt(body, key);
  if (!Array.isArray(list)) {
    throw new SourceError('busy', 'UNEXPECTED_ANSWER', `Salesforce: the answer has no list of ${key}`);
  }
  return list.filter((item) => typeof item === 'object' && item !== null);
}
