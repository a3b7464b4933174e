import type { TableDescription } from '@tributary/connectors';
import { planMappings } from '@tributary/data-prep';
import { nodeAt, type SourceType } from '@tributary/xdm';
import type { PreparedFlow } from './prepare-flow.ts';
import type { RetypedColumn, SchemaDrift } from './schema-drift.ts';
import { keyColumnsOf, keyMapping } from './write-mode.ts';

/** Types whose values are written as the same text by each. */
const spellAlike: ReadonlySet<SourceType> = new Set<SourceType>(['integer', 'long', 'decimal']);

/**
 * Columns of the key that have another type and that the dataset keeps as text: a row may have another text
 * now (`007` as a text is `7` as a number), so that it would come beside the one that it is to replace.
 * Fields of other types are found by their values.
 */
export function keyDrift(
  { mappings, schema, writeMode }: PreparedFlow,
  table: TableDescription,
  { retyped }: SchemaDrift,
): readonly RetypedColumn[] {
  if (writeMode.kind === 'append' || retyped.length === 0) return [];
  const planned = planMappings({ mappings, columns: table.columns, target: schema.root });
  // What does not fit at all, planning says.
  if (!planned.ok) return [];
  const keyColumns = keyColumnsOf(writeMode, table);
  const mapped = keyMapping(keyColumns, planned.plan, schema.root, `the mode ${writeMode.kind}`);
  if (!mapped.ok) return [];
  const texts = keyColumns.filter((_, index) => {
    const field = nodeAt(schema.root, mapped.key[index] ?? []);
    return field.found && field.node.kind === 'scalar' && field.node.xdmType === 'string';
  });
  return retyped.filter(({ name, from, to }) => {
    const isSpeltAlike = from.type === to.type || (spellAlike.has(from.type) && spellAlike.has(to.type));
    return texts.includes(name) && !isSpeltAlike;
  });
}
