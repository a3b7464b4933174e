import { quoteIdentifier } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import { requireFewColumns } from './column-limit.ts';
import { type Database, openDatabase } from './database.ts';
import type { DelimitedLayout } from './delimited-rows.ts';
import { EngineError, inTheirNames } from './engine-error.ts';
import { type FileLayout, readLayouts } from './file-layout.ts';
import { type JsonRowsLayout, jsonItems, withoutObjects } from './json-rows.ts';
import { structureOf } from './json-structure.ts';
import { membersToJson } from './json-values.ts';
import { rawName, UNREADABLE } from './relation-parts.ts';
import { parseSourceColumn } from './source-types.ts';
import { stagedRelations } from './staged-rows.ts';
import { TEXT_TYPES_OF_DELIMITED, TEXT_TYPES_OF_JSON, textTypes } from './text-types.ts';
import type { StagedFile } from './transform.ts';
import type { Resources } from './transform-job.ts';

/** A file of which columns and first rows are wanted. */
export interface InspectFileRequest {
  readonly file: StagedFile;
  readonly rows: number;
}

/** Columns in the order of the file, with the types that a run would read them with; rows as JSON without nulls. */
export interface InspectedFile {
  readonly columns: readonly SourceColumn[];
  readonly rows: readonly Record<string, unknown>[];
}

/**
 * Finds the columns of a file and its first rows. Types of texts are found by the very rules that a run reads them by;
 * all rows are looked at, those that cannot be read are passed over.
 */
export async function runInspectFile(
  { file, rows }: InspectFileRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<InspectedFile> {
  const [layout] = await readLayouts([file], resources, signal);
  if (layout === undefined) return { columns: [], rows: [] };
  const database = await openDatabase(
    { ...resources, files: [file.path], directories: [], keepOrder: true },
    signal,
  );
  try {
    const columns = await columnsOf(database, layout);
    requireFewColumns(layout.name, columns.length);
    return { columns, rows: rows === 0 ? [] : await firstRows(database, layout, columns, rows) };
  } catch (error) {
    throw inTheirNames([file], error);
  } finally {
    database.close();
  }
}

function columnsOf(database: Database, layout: FileLayout): Promise<readonly SourceColumn[]> {
  switch (layout.kind) {
    case 'delimited':
      return delimitedColumns(database, layout);
    case 'json-lines':
    case 'json-array':
      return jsonColumns(database, layout);
    case 'parquet':
      return Promise.resolve(layout.columns.map(({ column }) => column));
    case 'csv':
    case 'json-page':
      throw new EngineError(
        'invalid',
        `${layout.name} is a page of a table, whose source knows its columns.`,
      );
  }
}

/** A name that several columns have is told once: none of them can be read. */
async function delimitedColumns(
  database: Database,
  layout: DelimitedLayout,
): Promise<readonly SourceColumn[]> {
  requireFewColumns(layout.name, layout.header.length);
  const texts = [...new Set(layout.header)].filter(
    (name) => layout.header.indexOf(name) === layout.header.lastIndexOf(name),
  );
  return textTypes(database, layout, asTexts(texts), TEXT_TYPES_OF_DELIMITED);
}

async function jsonColumns(database: Database, layout: JsonRowsLayout): Promise<readonly SourceColumn[]> {
  const items = jsonItems([layout], 'compare');
  const [row = []] = (
    await database.read(
      `SELECT CAST(json_group_structure(item) AS VARCHAR) FROM (${items}) WHERE json_type(item) = 'OBJECT'`,
    )
  ).getRows();
  const [structure] = row;
  if (typeof structure !== 'string') throw withoutObjects(layout);
  const columns = structureOf(structure);
  const texts = columns.filter(({ type }) => type === 'string');
  const typed = await textTypes(database, layout, texts, TEXT_TYPES_OF_JSON);
  const byName = new Map(typed.map((column) => [column.name, column]));
  return columns.map((column) => byName.get(column.name) ?? column);
}

function asTexts(names: readonly string[]): readonly SourceColumn[] {
  return names.map((name) => ({ name, type: 'string' }));
}

async function firstRows(
  database: Database,
  layout: FileLayout,
  columns: readonly SourceColumn[],
  limit: number,
): Promise<readonly Record<string, unknown>[]> {
  if (columns.length === 0) return [];
  const values = columns.map(
    (column, index) => `${parseSourceColumn(column, rawName(index))} AS ${quoteIdentifier(`v${index}`)}`,
  );
  const relation = stagedRelations([layout], columns, 'compare').join();
  const result = await database.read(
    `SELECT ${values.join(', ')} FROM (${relation}) WHERE ${UNREADABLE} IS NULL LIMIT ${limit}`,
  );
  return result
    .getRows()
    .map((row) => membersToJson(columns.map(({ name }, index) => [name, row[index]] as const)));
}
