import { open } from 'node:fs/promises';
import { quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import type { Database } from './database.ts';
import { EngineError } from './engine-error.ts';
import { isNestedTooDeep } from './json-depth.ts';
import { jsonPointer } from './json-pointer.ts';
import {
  MAX_RECORD_BYTES,
  type Purpose,
  pathList,
  type RecordText,
  rawName,
  recordOptions,
  UNREADABLE,
} from './relation-parts.ts';
import { hasTooLongLine } from './sequential-reads.ts';
import { isStagedAsJson } from './source-types.ts';

/** A file of JSON objects. */
export interface JsonRowsLayout extends RecordText {
  readonly kind: 'json-lines' | 'json-array';
  readonly path: string;
  /** What people know the file by. */
  readonly name: string;
  /** Whether the file's one document is an array; else it is an object, or several one after another. */
  readonly isArray: boolean;
}

/** Undefined for a file without a document. */
export async function jsonRowsLayout(
  path: string,
  name: string,
  kind: JsonRowsLayout['kind'],
): Promise<JsonRowsLayout | undefined> {
  const first = await firstCharacter(path);
  if (first === undefined) return undefined;
  const isSequential = kind === 'json-lines' && (await hasTooLongLine(path));
  return { kind, path, name, isArray: first === '[', isSequential };
}

/**
 * All files are of the kind of the first. A record that is no object, or no JSON at all, is a row that cannot
 * be read.
 */
export function jsonRowsRelation(
  files: readonly JsonRowsLayout[],
  columns: readonly SourceColumn[],
  purpose: Purpose,
): string {
  const fields = jsonFields(columns, 'item');
  return (
    `SELECT ${fields.selected.join(', ')}, CASE WHEN fields IS NULL THEN record END AS ${UNREADABLE} FROM ` +
    `(SELECT record, CASE WHEN json_type(item) = 'OBJECT' THEN ${fields.extracted} END AS fields ` +
    `FROM (${jsonItems(files, purpose)}))` +
    (purpose === 'compare' ? ' WHERE fields IS NOT NULL' : '')
  );
}

/**
 * A relation over the documents of files: `record` as it stands there, and `item`, null where that is no JSON
 * or is nested too deep.
 */
export function jsonItems(files: readonly JsonRowsLayout[], purpose: Purpose): string {
  const [first] = files;
  if (first?.kind === 'json-lines') {
    const options = [
      'auto_detect = false',
      'header = false',
      // No JSON holds this character as it is: each line is one field.
      `delim = '\u0001'`,
      `quote = ''`,
      `escape = ''`,
      ...recordOptions(purpose, first),
      `columns = {'record': 'VARCHAR'}`,
    ];
    return (
      `SELECT record, CASE WHEN NOT ${isNestedTooDeep('record')} THEN TRY_CAST(record AS JSON) END AS item ` +
      `FROM read_csv(${pathList(files)}, ${options.join(', ')}) WHERE trim(record, ' \t') <> ''`
    );
  }
  const options = [
    `format = '${first?.isArray === true ? 'array' : 'unstructured'}'`,
    `records = 'false'`,
    `columns = {'item': 'JSON'}`,
    `maximum_object_size = ${MAX_RECORD_BYTES}`,
  ];
  return (
    `SELECT record, CASE WHEN NOT ${isNestedTooDeep('record')} THEN item END AS item ` +
    `FROM (SELECT coalesce(CAST(item AS VARCHAR), 'null') AS record, item ` +
    `FROM read_json(${pathList(files)}, ${options.join(', ')}))`
  );
}

/**
 * A record that is no JSON object is a row that cannot be read; where none is one, it is the file that is
 * not what it is said to be.
 * @throws {EngineError} `unreadable`, by the file's name
 */
export async function requireObjects(database: Database, layout: JsonRowsLayout): Promise<void> {
  const items = jsonItems([layout], 'compare');
  const has = async (some: string) => (await database.read(`${some} LIMIT 1`)).currentRowCount > 0;
  if (await has(`SELECT 1 FROM (${items}) WHERE json_type(item) = 'OBJECT'`)) return;
  // A document may be an empty array; a file of lines that has none of its own is told as one without content.
  if (layout.kind === 'json-array' && !(await has(`SELECT 1 FROM (${items})`))) return;
  throw withoutObjects(layout);
}

export function withoutObjects({ name }: JsonRowsLayout): EngineError {
  return new EngineError('unreadable', `${name} holds no JSON objects.`);
}

/** How the columns are taken out of JSON objects: all flat ones at once, and all nested ones. */
export interface JsonFields {
  /** SQL over an object: a struct of what it holds. */
  readonly extracted: string;
  /** Select list of the raw texts, over that struct as `fields`. */
  readonly selected: readonly string[];
}

/** `keyOf` names the member of the objects that holds a column. */
export function jsonFields(
  columns: readonly SourceColumn[],
  item: string,
  keyOf: (columnName: string) => string = (name) => name,
): JsonFields {
  const flat = columns.filter((column) => !isStagedAsJson(column));
  const nested = columns.filter(isStagedAsJson);
  const pointers = (some: readonly SourceColumn[]) =>
    `CAST([${some.map(({ name }) => quoteLiteral(jsonPointer(keyOf(name)))).join(', ')}] AS VARCHAR[])`;
  return {
    extracted:
      `{'flat': json_extract_string(${item}, ${pointers(flat)}), ` +
      `'nested': json_extract(${item}, ${pointers(nested)})}`,
    // A text within JSON is told from what it spells: `"1"` of a nested column stays in its quotation marks.
    selected: columns.map((column, index) => {
      const raw = isStagedAsJson(column)
        ? `nullif(CAST(fields.nested[${nested.indexOf(column) + 1}] AS VARCHAR), 'null')`
        : `fields.flat[${flat.indexOf(column) + 1}]`;
      return `${raw} AS ${rawName(index)}`;
    }),
  };
}

const HEAD_BYTES = 4096;

/** The first character that is no white space. */
async function firstCharacter(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    for (let position = 0; ; position += HEAD_BYTES) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, position);
      if (bytesRead === 0) return undefined;
      const text = buffer.toString('latin1', 0, bytesRead).trimStart();
      if (text !== '') return text.charAt(0);
    }
  } finally {
    await file.close();
  }
}
