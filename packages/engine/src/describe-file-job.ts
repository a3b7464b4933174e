import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { MOST_NESTED_LEVELS, quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import { type SourceColumn, TEXT_FORMATS } from '@tributary/xdm';
import { requireFewColumns } from './column-limit.ts';
import { type Database, openDatabase } from './database.ts';
import { EngineError, toEngineError } from './engine-error.ts';
import { isNestedTooDeep, MAX_JSON_DEPTH } from './json-depth.ts';
import { digitsOf, sourceTypeOf } from './source-type-of.ts';
import type { Resources } from './transform-job.ts';

export type SampleFormat = 'csv' | 'json' | 'parquet';

/** A sample of rows: CSV with a header, JSON (an array of objects, or one object a line), or Parquet. */
export interface DescribeFileRequest {
  readonly path: string;
  readonly format: SampleFormat;
}

/** What a sample shows of one column. */
export interface DescribedColumn extends Pick<SourceColumn, 'name' | 'type' | 'digits'> {
  readonly rows: number;
  /** Rows in which the column has a value. */
  readonly filled: number;
  readonly distinct: number;
  /** Rows whose value is spelt like an e-mail address. */
  readonly emails: number;
}

/** Finds the columns of a sample, with their types and figures, by looking at every row. */
export async function runDescribeFile(
  { path, format }: DescribeFileRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<readonly DescribedColumn[]> {
  const database = await openDatabase(
    { ...resources, files: [path], directories: [], keepOrder: true },
    signal,
  );
  try {
    await load(database, path, format);
    const head = await database.read('SELECT * FROM sample LIMIT 0');
    const names = head.columnNames();
    requireFewColumns('The sample', names.length);
    const types = names.map((_, index) => head.columnType(index));
    const figures = names.flatMap((name, index) => figuresOf(name, types[index]));
    const [counts = []] = (
      await database.read(`SELECT count(*), ${figures.join(', ')} FROM sample`)
    ).getRows();
    const [rows, ...perColumn] = counts.map(Number);
    return names.map((name, index) => ({
      name,
      type: sourceTypeOf(types[index]),
      ...digitsOf(types[index]),
      rows: rows ?? 0,
      filled: perColumn[3 * index] ?? 0,
      distinct: perColumn[3 * index + 1] ?? 0,
      emails: perColumn[3 * index + 2] ?? 0,
    }));
  } finally {
    database.close();
  }
}

/** What cannot be read is told without the path, which the one who sent the sample does not know. */
async function load(database: Database, path: string, format: SampleFormat): Promise<void> {
  try {
    if (format === 'json') await refuseTooDeep(database, path);
    await database.run(`CREATE TEMP TABLE sample AS SELECT * FROM ${readerOf(path, format)}`);
  } catch (error) {
    const { kind, message } = toEngineError(error);
    const text = message.replaceAll(path, `sample.${format}`);
    throw new EngineError(kind === 'exhausted' ? kind : 'unreadable', text, { cause: error });
  }
}

/** Before DuckDB looks at all levels for their types. */
async function refuseTooDeep(database: Database, path: string): Promise<void> {
  const [[isTooDeep] = []] = (
    await database.read(`SELECT ${isNestedTooDeep('content')} FROM read_text(${quoteLiteral(path)})`)
  ).getRows();
  if (isTooDeep === true) {
    throw new EngineError('unreadable', `The sample is nested more than ${MAX_JSON_DEPTH} levels deep.`);
  }
}

function readerOf(path: string, format: SampleFormat): string {
  const file = quoteLiteral(path);
  switch (format) {
    case 'csv':
      return `read_csv(${file}, header = true, sample_size = -1)`;
    case 'json':
      return `read_json(${file}, sample_size = -1, maximum_depth = ${MOST_NESTED_LEVELS})`;
    case 'parquet':
      return `read_parquet(${file})`;
  }
}

function figuresOf(name: string, type: DuckDBType | undefined): readonly string[] {
  const column = quoteIdentifier(name);
  const isText = type?.typeId === DuckDBTypeId.VARCHAR;
  const email = quoteLiteral(TEXT_FORMATS.email?.pattern ?? '');
  return [
    `count(${column})`,
    `count(DISTINCT ${column})`,
    isText ? `count_if(regexp_matches(${column}, ${email}) AND contains(${column}, '.'))` : '0',
  ];
}
