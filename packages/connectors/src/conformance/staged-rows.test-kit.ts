import type { StagedPage } from '../memory-sink.test-kit.ts';
import type { DeletedRows } from '../source.ts';
import { rowsOfDelimited } from './delimited-text.test-kit.ts';
import type { Row } from './subject.test-kit.ts';

/**
 * The rows of a staged page, by the columns that are read of it. What the engine does in a run is done here once more, in few
 * lines and for small pages, so that one can be held against the other.
 */
export function stagedRows({ format, text }: StagedPage, columns: readonly string[]): Row[] {
  switch (format.kind) {
    case 'csv': {
      const csv = { delimiter: ',', quote: '"', escape: '"', hasHeader: true, nullText: '' };
      return rowsOfDelimited(text, { kind: 'delimited', ...csv }).map((row) =>
        only(columns, emptyAsNull(row)),
      );
    }
    case 'delimited':
      return rowsOfDelimited(text, format).map((row) => only(columns, row));
    case 'json-lines':
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => only(columns, objectOf(line)));
    case 'json-array': {
      const document: unknown = JSON.parse(text);
      return (Array.isArray(document) ? document : [document]).map((row) => only(columns, row));
    }
    case 'json-page': {
      const page = objectOf(text);
      const objects = page[format.rowsAt];
      if (!Array.isArray(objects)) throw new Error(`the page has no list ${format.rowsAt}`);
      return objects.map((object: Row) => rowOfObject(object, columns, format.keys ?? {}, format.deletions));
    }
    case 'parquet':
      throw new Error('Parquet is read by the engine alone');
  }
}

function rowOfObject(
  object: Row,
  columns: readonly string[],
  keys: Readonly<Record<string, string>>,
  deletions: DeletedRows | undefined,
): Row {
  const row = Object.fromEntries(columns.map((column) => [column, object[keys[column] ?? column] ?? null]));
  if (deletions === undefined) return row;
  const { column, marker, key } = deletions;
  const mark = object[marker.member];
  if (typeof mark === 'string' && mark.endsWith(marker.ending))
    return { ...row, [key.column]: object[key.member], [column]: true };
  return columns.includes(column) ? { ...row, [column]: false } : row;
}

function only(columns: readonly string[], row: Row): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

/** In this format nothing tells an empty text from null, quoted or not. */
function emptyAsNull(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === '' ? null : value]));
}

function objectOf(text: string): Row {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value));
  throw new Error('an object was expected');
}
