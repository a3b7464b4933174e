import { NO_FILES, type Source, SourceError, type TableDescription } from '@tributary/connectors';
import { planMappings } from '@tributary/data-prep';
import type { PreparedFlow } from './prepare-flow.ts';
import type { Attempt } from './services.ts';
import { asDeclared } from './source-columns.ts';

/** A table as the flow's source connection wants it read. */
export interface DescribedTable {
  readonly table: TableDescription;
  /** Whether nothing is there that columns could be found in: those of the table are no more than mappings name. */
  readonly isEmpty: boolean;
}

/**
 * Asks the source for the table. Where no file is there, as in a folder whose files are taken away once they have landed, there
 * is nothing to land, and that is no error; but a mirror of nothing would remove every row, and is refused.
 */
export async function describeTable(
  { signal }: Pick<Attempt, 'signal'>,
  { sourceConnection: { document }, mappings, schema, writeMode }: PreparedFlow,
  source: Source,
): Promise<DescribedTable> {
  const { tableName } = document.params;
  try {
    const table = asDeclared(await source.describe(tableName, signal), document);
    return { table: withNamedColumns(table), isEmpty: false };
  } catch (error) {
    const isEmpty = error instanceof SourceError && error.code === NO_FILES;
    if (!isEmpty || writeMode.kind === 'mirror') throw error;
    const planned = planMappings({ mappings, columns: 'unknown', target: schema.root });
    const keyColumns = writeMode.kind === 'append' ? [] : (writeMode.keyColumns ?? []);
    const names = new Set([...keyColumns, ...(planned.ok ? planned.plan.sourceColumns : [])]);
    const table: TableDescription = {
      table: tableName,
      columns: Array.from(names, (name) => ({ name, type: 'string' })),
      keyColumns: [],
      deltaColumns: [],
      isItemwise: true,
      notices: [`No file matches ${tableName}.`],
    };
    return { table, isEmpty: true };
  }
}

/** Without the columns whose names can be kept in no document, as those of a file in another encoding than it is read in. */
function withNamedColumns(table: TableDescription): TableDescription {
  const columns = table.columns.filter(({ name }) => name.isWellFormed() && !name.includes('\0'));
  const others = table.columns.length - columns.length;
  if (others === 0) return table;
  const message = `${others} of the columns of ${table.table} cannot be read: there is a NUL or half a character in their names.`;
  return { ...table, columns, notices: [...(table.notices ?? []), message] };
}
