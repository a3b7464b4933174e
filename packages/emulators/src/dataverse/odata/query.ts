import {
  type ColumnDefinition,
  propertyName,
  readableColumns,
  type TableDefinition,
} from '../definitions.ts';
import { badQuery } from './error.ts';

export interface Ordering {
  readonly column: ColumnDefinition;
  readonly descending: boolean;
}

/** The query options of an entity set, each bound to columns that are there. */
export interface Query {
  readonly select: readonly ColumnDefinition[];
  readonly filter: string | undefined;
  readonly orderBy: readonly Ordering[];
  readonly top: number | undefined;
  readonly count: boolean;
  /** The name that a `$apply` gives to the number of rows. */
  readonly countAs: string | undefined;
  readonly skipToken: string | undefined;
  readonly deltaToken: string | undefined;
}

const OPTIONS = ['$select', '$filter', '$orderby', '$top', '$count', '$apply', '$skiptoken', '$deltatoken'];

/** Reads query options (Query data using the Web API); refuses those that Dataverse has not, such as `$skip`. */
export function parseQuery(
  params: ReadonlyMap<string, string>,
  table: TableDefinition,
  columns: readonly ColumnDefinition[],
): Query {
  const stranger = [...params.keys()].find((name) => name.startsWith('$') && !OPTIONS.includes(name));
  if (stranger !== undefined) throw badQuery(`The query parameter ${stranger} is not supported.`);
  const readable = readableColumns(table).filter((column) => columns.includes(column));
  const find = (name: string) => {
    const column = readable.find((candidate) => propertyName(candidate) === name);
    if (column !== undefined) return column;
    throw badQuery(
      `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${table.name}'.`,
    );
  };
  const apply = parseApply(params.get('$apply'));
  const filter = params.get('$filter') ?? apply?.filter;
  return {
    select: parseSelect(params.get('$select'), table, readable, find),
    filter,
    orderBy: parseOrderBy(params.get('$orderby'), find),
    top: parseTop(params.get('$top')),
    count: params.get('$count') === 'true',
    countAs: apply?.countAs,
    skipToken: params.get('$skiptoken'),
    deltaToken: params.get('$deltatoken'),
  };
}

function parseSelect(
  text: string | undefined,
  table: TableDefinition,
  readable: readonly ColumnDefinition[],
  find: (name: string) => ColumnDefinition,
): readonly ColumnDefinition[] {
  if (text === undefined) return readable;
  const selected = text.split(',').map((name) => find(name.trim()));
  const key = find(table.primaryId);
  return [...new Set([...selected, key])];
}

function parseOrderBy(
  text: string | undefined,
  find: (name: string) => ColumnDefinition,
): readonly Ordering[] {
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const [, name = '', direction = 'asc'] = /^\s*(\S+)(?:\s+(asc|desc))?\s*$/.exec(part) ?? [];
    return { column: find(name), descending: direction === 'desc' };
  });
}

function parseTop(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw badQuery(`Invalid value '${text}' for $top query option found.`);
}

function parseApply(text: string | undefined) {
  if (text === undefined) return undefined;
  const match = /^(?:filter\(([\s\S]*)\)\/)?aggregate\(\s*\$count as (\w+)\s*\)$/.exec(text);
  if (match === null) throw badQuery(`$apply=${text} is not supported; aggregate($count as rows) is.`);
  return { filter: match[1], countAs: match[2] };
}
