import {
  type IntendedReading,
  NO_FILES,
  type Source,
  SourceError,
  type TableDescription,
} from '@tributary/connectors';
import type { SourceColumn } from '@tributary/xdm';
import { namesRead } from './columns-to-read.ts';
import { isStillHeld, readingOf } from './held-items.ts';
import { knownColumns } from './meet-drift.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import type { Attempt } from './services.ts';
import { asDeclared } from './source-columns.ts';

/** A table as the flow's source connection wants it read. */
export interface DescribedTable {
  readonly table: TableDescription;
  /**
   * Whether there is nothing, or nothing readable, that columns could be found in: those of the table are
   * what is known without.
   */
  readonly isEmpty: boolean;
}

/**
 * Asks the source for the table. Where no file is there, as in a folder whose files are taken away once they
 * have landed, there is nothing to land, and that is no error; but a mirror of nothing would remove every
 * row, and is refused. Nor is it one where none of the files that were looked at can be read: each is read
 * for itself, and told of.
 */
export async function describeTable(
  { store, run, signal }: Pick<Attempt, 'store' | 'run' | 'signal'>,
  prepared: PreparedFlow,
  source: Source,
): Promise<DescribedTable> {
  const { document } = prepared.sourceConnection;
  const { tableName } = document.params;
  // Of what is read item by item alone, some may be held back.
  const reading = source.renew && (await intendedReading({ store, run }, prepared));
  try {
    const table = asDeclared(await source.describe(tableName, signal, reading), document);
    return { table: withNamedColumns(table), isEmpty: false };
  } catch (error) {
    const hasNone = error instanceof SourceError && error.code === NO_FILES;
    if (hasNone && prepared.writeMode.kind === 'mirror') throw error;
    if (!hasNone && !isOfItems(source, error)) throw error;
    const known = hasNone ? undefined : await store.flowSources.get(run.flowId);
    const table: TableDescription = {
      table: tableName,
      columns: known === undefined ? mappedColumns(prepared) : knownColumns(known),
      keyColumns: [],
      deltaColumns: [],
      isItemwise: true,
      notices: [hasNone ? `No file matches ${tableName}.` : UNSEEN],
    };
    return { table: asDeclared(table, document), isEmpty: true };
  }
}

/**
 * What tells nothing of the table: files that are held back, unless somebody asks for them to be read again,
 * and those that will be, for they have none of the columns. Where it is read otherwise by now, they may be
 * readable.
 */
async function intendedReading(
  { store, run }: Pick<Attempt, 'store' | 'run'>,
  prepared: PreparedFlow,
): Promise<IntendedReading> {
  const names = namesRead(prepared);
  const held = await store.heldItems.of(run.flowId);
  if (names === undefined || held.length === 0 || progressOf(run).retriesHeldItems === true)
    return { columns: names, heldBack: [] };
  const reading = readingOf(prepared, names);
  return { columns: names, heldBack: held.filter((item) => isStillHeld(item, item.version, reading)) };
}

/**
 * Without the columns whose names can be kept in no document, as those of a file in another encoding than it
 * is read in.
 */
function withNamedColumns(table: TableDescription): TableDescription {
  const columns = table.columns.filter(({ name }) => name.isWellFormed() && !name.includes('\0'));
  const others = table.columns.length - columns.length;
  if (others === 0) return table;
  const message = `${others} of the columns of ${table.table} cannot be read: there is a NUL or half a character in their names.`;
  return { ...table, columns, notices: [...(table.notices ?? []), message] };
}

const UNSEEN =
  'None of the files that were looked at for their columns can be read; columns and types are taken as at the ' +
  'last run, or as the mappings name them.';

/** What a run reads item by item may be unreadable in the items that were looked at, and no others. */
function isOfItems(source: Source, error: unknown): error is SourceError {
  return (
    source.renew !== undefined &&
    error instanceof SourceError &&
    error.kind !== 'busy' &&
    error.kind !== 'limited'
  );
}

function mappedColumns(prepared: PreparedFlow): readonly SourceColumn[] {
  return (namesRead(prepared) ?? []).map((name) => ({ name, type: 'string' }));
}
