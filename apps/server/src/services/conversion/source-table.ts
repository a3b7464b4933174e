import type { Source, TableDescription } from '@tributary/connectors';
import { asDeclared, documentOf, type SourceConnectionDocument } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { askSource } from '../ask-source.ts';
import type { Dependencies } from '../dependencies.ts';

/** Where rows are read from: a source connection, or a table of a base connection. */
export const SourceReference = Type.Object({
  sourceConnectionId: Type.Optional(Type.String({ maxLength: 255, description: 'A source connection' })),
  connectionId: Type.Optional(
    Type.String({ maxLength: 255, description: 'A base connection, together with tableName' }),
  ),
  tableName: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1_000, description: 'A table of the base connection' }),
  ),
});
export type SourceReference = Static<typeof SourceReference>;

/** A table of a source, with the columns that may be mapped. */
export interface SourceTable {
  readonly columns: readonly SourceColumn[];
  /** The first rows, as JSON values by column name. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

interface Place {
  readonly connection: Resource;
  readonly table: string;
  /** What says which columns are wanted, and how; undefined for the table as it is. */
  readonly sourceConnection: SourceConnectionDocument | undefined;
}

/**
 * Asks the source itself for the columns of a table and its first rows.
 * @param where in the request the reference stands: a JSON pointer, empty for the parameters of a query
 * @returns undefined where the reference names nothing
 * @throws {Problem} for a reference that leads nowhere, and for what the source refuses
 */
export async function readSourceTable(
  dependencies: Pick<Dependencies, 'vault' | 'openSource'>,
  store: ScopedStore,
  reference: SourceReference,
  { limit, where }: { readonly limit: number; readonly where: string },
): Promise<SourceTable | undefined> {
  const place = await placeOf(store, reference, where);
  if (place === undefined) return undefined;
  const { connection, table, sourceConnection } = place;
  const ask = async (source: Source, signal: AbortSignal): Promise<SourceTable> => {
    const described = await source.describe(table, signal);
    return {
      columns:
        sourceConnection === undefined ? described.columns : wantedColumns(described, sourceConnection),
      rows: limit === 0 ? [] : await source.preview(table, limit, signal),
    };
  };
  return askSource(dependencies, store, connection, ask, sourceConnection);
}

function wantedColumns(table: TableDescription, document: SourceConnectionDocument): readonly SourceColumn[] {
  const { columns } = asDeclared(table, document);
  const names = document.params.columns && new Set(document.params.columns.map(({ name }) => name));
  return names === undefined ? columns : columns.filter(({ name }) => names.has(name));
}

async function placeOf(
  store: ScopedStore,
  { sourceConnectionId, connectionId, tableName }: SourceReference,
  where: string,
): Promise<Place | undefined> {
  if (sourceConnectionId !== undefined) {
    const sourceConnection = await store.resources('sourceConnection').get(sourceConnectionId);
    if (sourceConnection === undefined)
      throw refused(where, 'sourceConnectionId', 'names no source connection of this sandbox');
    const document = documentOf('sourceConnection', sourceConnection);
    const { baseConnectionId, params } = document;
    const connection = await store.resources('connection').get(baseConnectionId);
    if (connection === undefined)
      throw refused(where, 'sourceConnectionId', 'names a source connection whose base connection is gone');
    return { connection, table: params.tableName, sourceConnection: document };
  }
  if (connectionId === undefined && tableName === undefined) return undefined;
  if (connectionId === undefined)
    throw refused(where, 'connectionId', 'is missing; give the base connection that has the table');
  if (tableName === undefined)
    throw refused(where, 'tableName', 'is missing; give a table of the base connection');
  const connection = await store.resources('connection').get(connectionId);
  if (connection === undefined)
    throw refused(where, 'connectionId', 'names no base connection of this sandbox');
  return { connection, table: tableName, sourceConnection: undefined };
}

function refused(where: string, name: string, message: string): Problem {
  const isBody = where !== '';
  const path = isBody ? `${where === '/' ? '' : where}/${name}` : name;
  return new Problem(
    isBody ? 'invalidBody' : 'invalidParameter',
    `${isBody ? path : `The parameter ${name}`} ${message}.`,
    { violations: [{ path, message }] },
  );
}
