import type { ColumnType, SourceColumn } from '@tributary/xdm';
import { valueAt } from '../json.ts';
import { SourceError, type TableDescription, type TableListing } from '../source.ts';
import type { SalesforceApi } from './api.ts';

/** An API name of an object or field: letters, digits and underscores, with a namespace and a suffix such as `__c`. */
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]{0,254}$/;

/**
 * Column types of field types (SOAP API Developer Guide, Field Types). Field types that are not listed are read as
 * strings, which loses nothing.
 */
const COLUMN_TYPES: ReadonlyMap<string, ColumnType> = new Map(
  Object.entries({
    boolean: 'boolean',
    int: 'integer',
    long: 'long',
    double: 'number',
    percent: 'number',
    currency: 'decimal',
    date: 'date',
    datetime: 'date-time',
    time: 'time',
  } as const),
);

/** Compound fields, whose parts are fields of their own, and binary ones: bulk queries take neither. */
const UNREADABLE_TYPES: ReadonlySet<string> = new Set(['address', 'location', 'base64', 'complexvalue']);

/** Best first: only SystemModstamp moves with every change, whoever makes it. */
const DELTA_COLUMNS = ['SystemModstamp', 'LastModifiedDate', 'CreatedDate'];

const KEY_COLUMN = 'Id';

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
  const columns = objectsAt(body, 'fields').filter(isReadable).map(columnOf);
  const names = new Set(columns.map(({ name }) => name));
  return {
    table,
    columns,
    keyColumns: names.has(KEY_COLUMN) ? [KEY_COLUMN] : [],
    deltaColumns: DELTA_COLUMNS.filter((name) => names.has(name)),
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

function isReadable(field: Readonly<Record<string, unknown>>): boolean {
  return (
    IDENTIFIER.test(String(field.name)) &&
    field.deprecatedAndHidden !== true &&
    !UNREADABLE_TYPES.has(String(field.type))
  );
}

function columnOf(field: Readonly<Record<string, unknown>>): SourceColumn {
  const originalType = String(field.type);
  return { name: String(field.name), type: COLUMN_TYPES.get(originalType) ?? 'string', originalType };
}

function objectsAt(body: unknown, key: string): readonly Readonly<Record<string, unknown>>[] {
  const list = valueAt(body, key);
  if (!Array.isArray(list)) {
    throw new SourceError('busy', 'UNEXPECTED_ANSWER', `Salesforce: the answer has no list of ${key}`);
  }
  return list.filter((item) => typeof item === 'object' && item !== null);
}
