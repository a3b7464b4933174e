import type { TableDescription } from '@tributary/connectors';
import type { ColumnType, SourceColumn } from '@tributary/xdm';
import type { SourceConnectionDocument } from './documents.ts';

/** What clients write as a column's type, and what it means. Anything else is read as text. */
const declaredTypes: Readonly<Record<string, ColumnType | 'json'>> = {
  string: 'string',
  boolean: 'boolean',
  byte: 'integer',
  short: 'integer',
  int: 'integer',
  integer: 'integer',
  long: 'long',
  float: 'number',
  double: 'number',
  number: 'number',
  decimal: 'decimal',
  date: 'date',
  datetime: 'date-time',
  'date-time': 'date-time',
  time: 'time',
  // How it is made up inside, only the source knows.
  array: 'json',
  object: 'json',
  map: 'json',
  json: 'json',
};

/** The columns that a source connection declares; undefined when it leaves them to the source. */
export function sourceColumnsOf(document: SourceConnectionDocument): readonly SourceColumn[] | undefined {
  return document.params.columns?.map(({ name, type, meta }) => ({
    name,
    type: declaredTypes[type?.toLowerCase() ?? 'string'] ?? 'string',
    ...(meta?.originalType === undefined ? {} : { originalType: meta.originalType }),
  }));
}

/**
 * A table as a source connection wants it read. Which type a column has is the source's to say, but for one whose texts hold
 * several values: declared an array, it is one. Types that the source has only found by looking at samples give way to declared
 * ones, and a column that no sample has shown may yet come.
 */
export function asDeclared(table: TableDescription, document: SourceConnectionDocument): TableDescription {
  const declared = sourceColumnsOf(document) ?? [];
  const wanted = new Map(document.params.columns?.map(({ name, type }) => [name, type?.toLowerCase()]));
  const columns = table.columns.map((column): SourceColumn => {
    const isList = column.separator !== undefined && wanted.get(column.name) === 'array';
    return isList ? { ...column, type: { kind: 'array', items: 'string' } } : column;
  });
  return { ...table, columns: table.isItemwise ? withDeclared(columns, declared, table) : columns };
}

function withDeclared(
  columns: readonly SourceColumn[],
  declared: readonly SourceColumn[],
  { hasInferredTypes }: TableDescription,
): readonly SourceColumn[] {
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  const known = columns.map((column): SourceColumn => {
    const type = types.get(column.name);
    const isScalar = type !== undefined && type !== 'json';
    return hasInferredTypes && isScalar ? { ...column, type } : column;
  });
  const names = new Set(columns.map(({ name }) => name));
  return [...known, ...declared.filter(({ name }) => !names.has(name))];
}

export type ColumnChoice =
  | { readonly ok: true; readonly columns: readonly SourceColumn[] }
  | { readonly ok: false; readonly missing: readonly string[] };

/**
 * The source's own description of the columns in `names`, each once. What a source connection declares decides which
 * columns mappings may name; which type they have is the source's to say.
 */
export function chooseColumns(table: TableDescription, names: Iterable<string>): ColumnChoice {
  const known = new Map(table.columns.map((column) => [column.name, column]));
  const wanted = [...new Set(names)];
  const missing = wanted.filter((name) => !known.has(name));
  if (missing.length > 0) return { ok: false, missing };
  return { ok: true, columns: wanted.flatMap((name) => known.get(name) ?? []) };
}
