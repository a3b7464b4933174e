import { quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import { compileMapping, type Mapping } from './compile-mapping.ts';
import { openDatabase } from './database.ts';
import { membersToJson, toJson } from './json-values.ts';
import { isStagedAsJson } from './source-types.ts';
import { rawName } from './staged-rows.ts';
import type { Resources } from './transform-job.ts';

/** Rows as JSON values by source column name, and what is to be made of them. */
export interface PreviewRequest extends Mapping {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface RowError {
  readonly code: string;
  readonly message: string;
  readonly column: string;
  readonly value: string | undefined;
}

/** What a run would make of one row: `errors` is empty where the row would land. */
export interface PreviewedRow {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly RowError[];
}

/** Sends rows through the very SQL that a run uses, in order. */
export async function runPreview(
  request: PreviewRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<readonly PreviewedRow[]> {
  const mapping = compileMapping(request);
  const database = await openDatabase({ ...resources, files: [], directories: [], keepOrder: true }, signal);
  try {
    const rows = mapping.evaluate(inlineRows(request));
    const result = await database.read(
      `SELECT ${mapping.shownColumns}, ${mapping.errors} FROM (${rows}) ORDER BY row_position`,
    );
    return result.getRows().map((values) => {
      const members = mapping.fields.map(({ name }, index) => [name, values[index]] as const);
      // The shape of the errors is ERROR_TYPE, which is RowError with the nulls left out.
      return { data: membersToJson(members), errors: toJson(values.at(-1)) as readonly RowError[] };
    });
  } finally {
    database.close();
  }
}

function inlineRows({ rows, columns }: PreviewRequest): string {
  const texts = rows.map((row) => columns.map((column) => toSourceText(row[column.name], column)));
  const fields = columns.map((_, index) => `fields[${index + 1}] AS ${rawName(index)}`);
  return (
    `SELECT ${['row_position', ...fields].join(', ')} FROM ` +
    `(SELECT unnest(rows) AS fields, generate_subscripts(rows, 1) AS row_position FROM ` +
    `(SELECT from_json(${quoteLiteral(JSON.stringify(texts))}, '[["VARCHAR"]]') AS rows))`
  );
}

/** The text that a staged file would hold for a JSON value; a source has no empty texts. */
function toSourceText(value: unknown, column: SourceColumn): string | null {
  if (value === undefined || value === null) return null;
  if (isStagedAsJson(column)) return JSON.stringify(value);
  if (value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
