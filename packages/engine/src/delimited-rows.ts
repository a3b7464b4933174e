import { quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import { readHeader } from './csv-header.ts';
import { EngineError } from './engine-error.ts';
import {
  type Purpose,
  pathList,
  READABLE,
  type RecordText,
  rawName,
  recordOptions,
} from './relation-parts.ts';
import { needsOneThread } from './sequential-reads.ts';
import type { DelimitedFormat } from './transform.ts';

/** A text with a delimiter whose first record has been read. */
export interface DelimitedLayout extends DelimitedFormat, RecordText {
  readonly path: string;
  /** What people know the file by. */
  readonly name: string;
  /** Column names in the order of the file. */
  readonly header: readonly string[];
}

/** Undefined for a file without a byte. */
export async function delimitedLayout(
  path: string,
  name: string,
  format: DelimitedFormat,
): Promise<DelimitedLayout | undefined> {
  const first = await readHeader(path, format);
  if (first === undefined) return undefined;
  // A column without a name gets the one that it would have without a header.
  const header = first.map((text, position) => (format.hasHeader && text) || `column_${position + 1}`);
  return { ...format, path, name, header, isSequential: await needsOneThread(path) };
}

/** All files have the format and the header of the first. A column that they do not have is null. */
export function delimitedRelation(
  files: readonly DelimitedLayout[],
  columns: readonly SourceColumn[],
  purpose: Purpose,
): string {
  const [first] = files;
  if (first === undefined) throw new RangeError('no files');
  const { header } = first;
  const selected = columns.map(({ name, type }, index) => {
    const position = header.indexOf(name);
    if (position === -1) return `CAST(NULL AS VARCHAR) AS ${rawName(index)}`;
    if (position !== header.lastIndexOf(name)) {
      throw new EngineError(
        'invalid',
        `${first.name} has more than one column named ${JSON.stringify(name)}.`,
      );
    }
    // Nothing but a text can be empty, whatever stands for null.
    return `${type === 'string' ? `c${position}` : `nullif(c${position}, '')`} AS ${rawName(index)}`;
  });
  requireOneOf(header, columns, first.name);
  const options = [
    'auto_detect = false',
    `header = ${first.hasHeader}`,
    `delim = ${quoteLiteral(first.delimiter)}`,
    `quote = ${quoteLiteral(first.quote)}`,
    `escape = ${quoteLiteral(first.escape)}`,
    `nullstr = ${quoteLiteral(first.nullText)}`,
    'allow_quoted_nulls = false',
    'null_padding = false',
    ...recordOptions(purpose, first),
    `columns = {${header.map((_, position) => `'c${position}': 'VARCHAR'`).join(', ')}}`,
  ];
  return `SELECT ${selected.join(', ')}, ${READABLE} FROM read_csv(${pathList(files)}, ${options.join(', ')})`;
}

/** A file with none of the columns is another one than was meant: its rows would all be empty. */
export function requireOneOf(
  header: readonly string[],
  columns: readonly SourceColumn[],
  fileName: string,
): void {
  if (columns.some(({ name }) => header.includes(name))) return;
  const wanted = columns.map(({ name }) => name).join(', ');
  throw new EngineError(
    'invalid',
    `${fileName} has none of the columns that are read (${wanted}); its columns are ${header.join(', ')}.`,
  );
}
