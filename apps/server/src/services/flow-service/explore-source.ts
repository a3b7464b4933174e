import type { Source, SourceOptions, TableDescription } from '@tributary/connectors';
import type { SourceType } from '@tributary/xdm';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { shownColumn } from './shown-column.ts';

const DEFAULT_PREVIEW_ROWS = 10;
const MAX_PREVIEW_ROWS = 100;

/** A property of files, which their source connection will have under `data.properties`. */
const FileProperty = (description: string) => Type.Optional(Type.String({ description }));

export const ExploreQuery = Type.Object({
  objectType: Type.String({
    description:
      'Of tables: root lists them, table describes one. Of files: root and folder list them, file describes one. In upper or lower case',
  }),
  object: Type.Optional(Type.String({ description: 'Path of the table, folder or file, as it is listed' })),
  preview: Type.Optional(
    Type.String({ pattern: '^([Tt]rue|[Ff]alse)$', description: 'true adds sample rows' }),
  ),
  previewCount: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_PREVIEW_ROWS, description: `Default ${DEFAULT_PREVIEW_ROWS}` }),
  ),
  fileType: FileProperty('delimited, json or parquet; without it the ending of the file tells'),
  FileType: FileProperty('As fileType'),
  columnDelimiter: FileProperty('Default a comma'),
  quote: FileProperty('Default a double quote'),
  escape: FileProperty('Default the quote, doubled'),
  header: FileProperty('false: the first record is a row'),
  nullText: FileProperty('The text that means null'),
  encoding: FileProperty('Such as ISO-8859-1; default UTF-8'),
  compressionType: FileProperty('Such as gzip; without it the ending of the file tells'),
  CompressionType: FileProperty('As compressionType'),
});

export type ExploreQuery = Static<typeof ExploreQuery>;

/** What is asked of a source, and how it must be opened for that. */
export interface Exploration {
  readonly selection: SourceOptions['selection'];
  ask(source: Source, signal: AbortSignal): Promise<object>;
}

/** What a query asks of a source of tables, or of files. */
export function explorationOf(query: ExploreQuery, isOfFiles: boolean): Exploration {
  const type = query.objectType.toLowerCase();
  if (type === 'root')
    return { selection: undefined, ask: (source, signal) => list(source, undefined, signal) };
  if (isOfFiles && type === 'folder') {
    const folder = objectOf(query, 'folder');
    return { selection: undefined, ask: (source, signal) => list(source, folder, signal) };
  }
  const object = isOfFiles ? 'file' : 'table';
  if (type !== object) {
    throw invalidParameter(
      'objectType',
      isOfFiles
        ? 'must be root, folder or file for a file-based source'
        : 'must be root or table for a table-based source',
    );
  }
  const path = objectOf(query, object);
  const rows = query.preview?.toLowerCase() === 'true' ? (query.previewCount ?? DEFAULT_PREVIEW_ROWS) : 0;
  return {
    selection: isOfFiles ? selectionOf(query, path) : undefined,
    ask: (source, signal) => describe(source, path, rows, signal),
  };
}

async function list(source: Source, folder: string | undefined, signal: AbortSignal) {
  const listed = await source.explore(folder, signal);
  return listed.map(({ kind = 'table', name, path, canPreview, canFetchSchema }) => ({
    type: kind,
    name,
    path,
    canPreview,
    canFetchSchema,
  }));
}

async function describe(source: Source, table: string, rows: number, signal: AbortSignal) {
  const description = await source.describe(table, signal);
  const { columns } = description;
  const format = columns.some(({ type }) => isNested(type)) ? 'hierarchical' : 'flat';
  const shown = { format, schema: { columns: columns.map(shownColumn) }, ...shownTraits(description) };
  return rows === 0 ? shown : { ...shown, data: await source.preview(table, rows, signal) };
}

/**
 * What a flow's Copy transformation and its options are chosen by. The platform shows no such thing, and
 * gives no field this prefix. Left out where the source tells nothing of it, as of files.
 */
function shownTraits(description: TableDescription) {
  const { keyColumns, deltaColumns, computedColumns = [], notices = [] } = description;
  const traits = {
    ...(keyColumns.length > 0 && { keyColumns }),
    ...(deltaColumns.length > 0 && { deltaColumns }),
    ...(computedColumns.length > 0 && { computedColumns }),
    ...(notices.length > 0 && { notices }),
  };
  return Object.keys(traits).length === 0 ? {} : { 'tributary:table': traits };
}

function isNested(type: SourceType): boolean {
  return typeof type === 'object';
}

function objectOf({ object }: ExploreQuery, what: string): string {
  if (object) return object;
  throw invalidParameter('object', `is missing; give the path of a ${what} as it is listed`);
}

/** Undefined where nothing is said: then the ending of the file tells how it is read. */
function selectionOf(query: ExploreQuery, path: string): SourceOptions['selection'] {
  const { columnDelimiter, quote, escape: escapeText, header, nullText, encoding } = query;
  const compressionType = query.compressionType ?? query.CompressionType;
  const properties = {
    columnDelimiter,
    quote,
    escape: escapeText,
    header,
    nullText,
    encoding,
    compressionType,
  };
  const isSaid = Object.values(properties).some((value) => value !== undefined);
  const format = (query.fileType ?? query.FileType)?.toLowerCase() ?? (isSaid ? 'delimited' : undefined);
  return format === undefined ? undefined : { data: { format, properties }, params: { path, type: 'file' } };
}

function invalidParameter(path: string, message: string): Problem {
  return new Problem('invalidParameter', `The parameter ${path} ${message}.`, {
    violations: [{ path, message }],
  });
}
