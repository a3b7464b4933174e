import { quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import type { Database } from './database.ts';
import type { LiveFile } from './live-files.ts';
import { sqlType } from './parquet-fields.ts';
import type { TargetField } from './transform.ts';

/*
 * The rows of a table as SQL. Data files of one table differ in their columns: each run writes what its mapping set maps,
 * and schemas evolve. Columns are told by their field ids, as Iceberg does (spec, "Column Projection"); files that have the
 * same columns are read together, so that only the columns that are asked for are read.
 */

/** Data files that have the same columns. */
interface StoredGroup {
  readonly files: readonly LiveFile[];
  /** Place of the first of them among all files. */
  readonly first: number;
  /** SQL for the columns on top and within objects, by field id. */
  readonly columns: ReadonlyMap<number, string>;
}

/** The data files of a table, ready to be read in one database. A file's number is its place in `files`. */
export interface StoredRows {
  readonly files: readonly LiveFile[];
  readonly groups: readonly StoredGroup[];
}

/** Looks into the files' footers. */
export async function openStored(database: Database, files: readonly LiveFile[]): Promise<StoredRows> {
  if (files.length === 0) return { files: [], groups: [] };
  const alike = await groupAlike(database, files);
  const groups: StoredGroup[] = [];
  let first = 0;
  for (const group of alike) {
    groups.push({ files: group, first, columns: await columnsOf(database, group) });
    first += group.length;
  }
  return { files: alike.flat(), groups };
}

/**
 * All rows of the files, deleted ones too: `file` (the file's number), `pos` (the row's place in it), and what `select`
 * wants of columns that it has by field: null, in the field's type, where a file has none.
 */
export function storedRows(
  { groups }: StoredRows,
  select: (column: (field: TargetField) => string) => readonly string[],
): string {
  const relations = groups.map(({ files, first, columns }) => {
    const selected = select((field) => `CAST(${columns.get(field.id) ?? 'NULL'} AS ${sqlType(field.type)})`);
    return (
      `SELECT ${[`file_index::INTEGER + ${first} AS file`, 'file_row_number AS pos', ...selected].join(', ')} ` +
      `FROM read_parquet(${pathList(files.map(({ path }) => path))})`
    );
  });
  if (relations.length > 0) return relations.join(' UNION ALL ');
  const none = select((field) => `CAST(NULL AS ${sqlType(field.type)})`);
  return `SELECT ${['0::INTEGER AS file', '0::BIGINT AS pos', ...none].join(', ')} WHERE false`;
}

/** The positions that are deleted already: `file`, `pos`; several deletes may name one. */
export function deletedPositions({ files }: StoredRows): string {
  const deletes = [...new Set(files.flatMap(({ deleteFiles = [] }) => deleteFiles))];
  if (deletes.length === 0) return 'SELECT 0::INTEGER AS file, 0::BIGINT AS pos WHERE false';
  return (
    `SELECT located.file, deletes.pos FROM read_parquet(${pathList(deletes)}) deletes ` +
    `JOIN (${locationsOf(files)}) located ON located.location = deletes.file_path`
  );
}

/** The files by number: `file`, `location`. */
export function locationsOf(files: readonly LiveFile[]): string {
  const values = files.map(({ path, location }, file) => `(${file}, ${quoteLiteral(location ?? path)})`);
  return `SELECT * FROM (VALUES ${values.join(', ')}) AS t(file, location)`;
}

/** The rows of `storedRows` that are live. */
export function liveRows(stored: StoredRows, rows: string): string {
  if (stored.files.every(({ deleteFiles = [] }) => deleteFiles.length === 0)) return rows;
  return `SELECT r.* FROM (${rows}) r ANTI JOIN (${deletedPositions(stored)}) d ON r.file = d.file AND r.pos = d.pos`;
}

async function groupAlike(
  database: Database,
  files: readonly LiveFile[],
): Promise<readonly (readonly LiveFile[])[]> {
  const shapes = await database.read(
    `SELECT file_name, CAST(hash(list({n: name, c: num_children, t: "type", i: field_id})) AS VARCHAR) AS shape ` +
      `FROM parquet_schema(${pathList(files.map(({ path }) => path))}) GROUP BY file_name`,
  );
  const shapeOf = new Map(shapes.getRowObjects().map((row) => [String(row.file_name), String(row.shape)]));
  return [...Map.groupBy(files, ({ path }) => shapeOf.get(path) ?? path).values()];
}

async function columnsOf(
  database: Database,
  [sample]: readonly LiveFile[],
): Promise<ReadonlyMap<number, string>> {
  const schema = await database.read(
    `SELECT name, num_children, field_id, converted_type FROM parquet_schema(${quoteLiteral(sample?.path ?? '')})`,
  );
  const elements = schema.getRowObjects().map(
    (row): SchemaElement => ({
      name: String(row.name),
      children: Number(row.num_children ?? 0),
      fieldId: row.field_id === null ? undefined : Number(row.field_id),
      isRepeating: row.converted_type === 'LIST' || row.converted_type === 'MAP',
    }),
  );
  const columns = new Map<number, string>();
  let at = 0;
  const visit = (path: readonly string[], isReached: boolean): void => {
    const element = elements[at++];
    if (element === undefined) return;
    const own = path.length === 0 && at === 1 ? [] : [...path, quoteIdentifier(element.name)];
    if (isReached && element.fieldId !== undefined) columns.set(element.fieldId, own.join('.'));
    for (let child = 0; child < element.children; child++) visit(own, isReached && !element.isRepeating);
  };
  visit([], true);
  return columns;
}

/** A node of a Parquet schema, which is kept as a list, depth first (Parquet format, "Metadata"). */
interface SchemaElement {
  readonly name: string;
  readonly children: number;
  readonly fieldId: number | undefined;
  /** What lies below occurs any number of times in a row. */
  readonly isRepeating: boolean;
}

function pathList(paths: readonly string[]): string {
  return `[${paths.map(quoteLiteral).join(', ')}]`;
}
