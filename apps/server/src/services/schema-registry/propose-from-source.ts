import type { Source } from '@tributary/connectors';
import { asDeclared, documentOf, type SourceConnectionDocument } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import type { ColumnSample, ProposalColumn } from '@tributary/xdm';
import { Problem } from '../../http/problem.ts';
import { askSource } from '../ask-source.ts';
import type { Dependencies } from '../dependencies.ts';

/** Rows of the source that are looked at. */
const PREVIEW_ROWS = 200;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

/** What names a table: a source connection, or a base connection and what the source calls the table. */
export interface TableReference {
  readonly sourceConnectionId?: string | undefined;
  readonly baseConnectionId?: string | undefined;
  readonly object?: string | undefined;
}

/**
 * The columns of a source's table as it describes them, with figures of its first rows.
 * @throws {Problem} where the reference leads nowhere, and for what the source refuses
 */
export async function sourceTableColumns(
  dependencies: Pick<Dependencies, 'vault' | 'openSource'>,
  store: ScopedStore,
  reference: TableReference,
): Promise<{ readonly table: string; readonly columns: readonly ProposalColumn[] }> {
  const { connection, table, selection } = await placeOf(store, reference);
  const ask = async (source: Source, signal: AbortSignal): Promise<readonly ProposalColumn[]> => {
    const described = await source.describe(table, signal);
    const { columns } = selection === undefined ? described : asDeclared(described, selection);
    const wanted = selection?.params.columns && new Set(selection.params.columns.map(({ name }) => name));
    const rows = await source.preview(table, PREVIEW_ROWS, signal);
    return columns
      .filter(({ name }) => wanted === undefined || wanted.has(name))
      .map(({ name, type, digits }) => ({
        name,
        type,
        ...(digits && { digits }),
        isKey: described.keyColumns.length === 1 && described.keyColumns[0] === name,
        figures: figuresOf(rows.map((row) => row[name])),
      }));
  };
  return { table, columns: await askSource(dependencies, store, connection, ask, selection) };
}

interface Place {
  readonly connection: Resource;
  readonly table: string;
  /** What says which columns are wanted, and how files are read. */
  readonly selection: SourceConnectionDocument | undefined;
}

async function placeOf(store: ScopedStore, reference: TableReference): Promise<Place> {
  const { sourceConnectionId, baseConnectionId, object } = reference;
  if (sourceConnectionId !== undefined) {
    const resource = await store.resources('sourceConnection').get(sourceConnectionId);
    if (resource === undefined || resource.body.state === 'draft')
      throw refused('sourceConnectionId', 'names no source connection of this sandbox that is published');
    const selection = documentOf('sourceConnection', resource);
    const connection = await store.resources('connection').get(selection.baseConnectionId);
    if (connection === undefined)
      throw refused('sourceConnectionId', 'names a source connection whose base connection is gone');
    return { connection, table: selection.params.tableName, selection };
  }
  if (baseConnectionId === undefined)
    throw refused('sourceConnectionId', 'is missing; give it, or baseConnectionId and object');
  if (object === undefined) throw refused('object', 'is missing; give a table of the base connection');
  const connection = await store.resources('connection').get(baseConnectionId);
  if (connection === undefined) throw refused('baseConnectionId', 'names no base connection of this sandbox');
  return { connection, table: object, selection: undefined };
}

function refused(name: string, message: string): Problem {
  return new Problem('invalidBody', `${name} ${message}.`, { violations: [{ path: `/${name}`, message }] });
}

function figuresOf(values: readonly unknown[]): ColumnSample {
  const filled = values.filter((value) => value !== undefined && value !== null && value !== '');
  return {
    rows: values.length,
    filled: filled.length,
    distinct: new Set(filled.map((value) => JSON.stringify(value))).size,
    emails: filled.filter((value) => typeof value === 'string' && EMAIL.test(value)).length,
  };
}
