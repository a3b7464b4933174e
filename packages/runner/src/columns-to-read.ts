import type { TableDescription } from '@tributary/connectors';
import { planMappings } from '@tributary/data-prep';
import type { SourceColumn } from '@tributary/xdm';
import type { ChosenRead } from './choose-read.ts';
import { FlowUnfit } from './failure.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { driftAside, type SchemaDrift } from './schema-drift.ts';
import { chooseColumns } from './source-columns.ts';
import { keyMapping } from './write-mode.ts';

/**
 * The columns that the mappings read, and those that tell rows and changes apart.
 * @throws {FlowUnfit} where the mappings do not fit the columns as they are now
 */
export function columnsToRead(
  prepared: PreparedFlow,
  table: TableDescription,
  { columns: needed, keyed }: Pick<ChosenRead, 'columns' | 'keyed'>,
  drift: SchemaDrift | undefined,
): readonly SourceColumn[] {
  const { mappings, schema } = prepared;
  const planned = planMappings({ mappings, columns: table.columns, target: schema.root });
  if (!planned.ok) {
    throw new FlowUnfit(
      planned.errors.map(({ destination, message }) => ({
        path: '/transformations',
        message: `${destination}: ${message}${driftAside(drift)}`,
      })),
    );
  }
  const mapped = keyed && keyMapping(keyed.keyColumns, planned.plan, schema.root, `the mode ${keyed.mode}`);
  if (mapped?.ok === false) throw new FlowUnfit(mapped.violations);
  const names = [...table.keyColumns, ...needed, ...planned.plan.sourceColumns];
  const choice = chooseColumns(table, names);
  if (choice.ok) return choice.columns;
  const known = table.columns.map(({ name }) => name).join(', ');
  const message = `the table ${table.table} has no column ${choice.missing.join(', ')}; its columns are ${known}`;
  throw new FlowUnfit([{ path: '/transformations', message: `${message}${driftAside(drift)}` }]);
}

/**
 * The columns that the mappings read and a key is made of, as far as that is known without the table's own;
 * undefined where the mappings fit no table.
 */
export function namesRead({
  mappings,
  schema,
  writeMode,
}: Pick<PreparedFlow, 'mappings' | 'schema' | 'writeMode'>): readonly string[] | undefined {
  const planned = planMappings({ mappings, columns: 'unknown', target: schema.root });
  if (!planned.ok) return undefined;
  const keyColumns = writeMode.kind === 'append' ? [] : (writeMode.keyColumns ?? []);
  return [...new Set([...keyColumns, ...planned.plan.sourceColumns])];
}
