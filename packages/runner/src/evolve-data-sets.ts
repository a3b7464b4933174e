import {
  currentSchema,
  discardStaged,
  evolveSchema,
  type FileIO,
  readTable,
  removeOldMetadata,
  type StagedCommit,
  type Table,
  writeVersionHint,
} from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import { assignFieldIds, type ObjectNode } from '@tributary/xdm';

/** A table that has got the columns of its schema as it is now, and what it was before. */
export interface EvolvedTable {
  readonly base: Table;
  readonly staged: StagedCommit;
}

/**
 * Gives the tables of all datasets of some schemas (roots of resolved fields, by schema id) the columns that these have
 * now, in the caller's transaction: new table metadata is written beside the old and each table's pointer swapped to it.
 * Ids of columns stay, new columns get ids above the table's last one. If the process ends before the transaction does,
 * files are left that no pointer leads to, and nothing has changed. A run that commits at the same moment finds its
 * pointer moved and stages its files on this metadata.
 */
export async function evolveDataSets(
  io: FileIO,
  store: ScopedStore,
  roots: ReadonlyMap<string, ObjectNode>,
  now: Date,
): Promise<readonly EvolvedTable[]> {
  const evolved: EvolvedTable[] = [];
  try {
    for (const reference of await store.references.to([...roots.keys()], ['schemaRef.id'])) {
      const root = roots.get(reference.target);
      if (reference.kind !== 'dataSet' || root === undefined) continue;
      const table = await evolveTable(io, store, reference.id, root, now);
      if (table !== undefined) evolved.push(table);
    }
    return evolved;
  } catch (error) {
    await Promise.all(evolved.map(({ staged }) => discardStaged(io, staged)));
    throw error;
  }
}

/** What readers and the disk are better off with once the transaction has committed: best effort. */
export async function tidyTables(io: FileIO, tables: readonly EvolvedTable[]): Promise<void> {
  await Promise.allSettled(
    tables.flatMap(({ base, staged }) => [writeVersionHint(io, staged), removeOldMetadata(io, base, staged)]),
  );
}

/** Undefined where the dataset has no table, or one that has these columns already. */
async function evolveTable(
  io: FileIO,
  store: ScopedStore,
  dataSetId: string,
  root: ObjectNode,
  now: Date,
): Promise<EvolvedTable | undefined> {
  for (;;) {
    const pointer = await store.tables.get(dataSetId);
    if (pointer === undefined) return undefined;
    const base = await readTable(io, pointer.metadataLocation);
    const { schema } = assignFieldIds(root, {
      schema: currentSchema(base.metadata),
      lastColumnId: base.metadata['last-column-id'],
    });
    const staged = await evolveSchema(io, base, { schema, now });
    if (staged.written.length === 0) return undefined;
    if (await store.tables.swap(dataSetId, base.metadataLocation, staged.metadataLocation)) {
      return { base, staged };
    }
    // A run has committed in between: the columns are added to what it left.
    await discardStaged(io, staged);
  }
}
