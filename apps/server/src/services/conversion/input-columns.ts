import type { SourceColumns } from '@tributary/data-prep';
import type { ScopedStore } from '@tributary/store';
import type { Dependencies } from '../dependencies.ts';
import type { MappingSetBody } from './mapping-set-body.ts';
import { invalidMappingSet } from './refusal.ts';
import { resolveSchema } from './resolve-schema.ts';
import { columnsOfJsonSchema, columnsOfSchema } from './schema-columns.ts';
import { readSourceTable } from './source-table.ts';

/**
 * The source columns that a mapping set is written for: those of its source connection, as the source itself tells them,
 * or of its input schema; `unknown` where it names neither. Asks the source, so not to be called in a transaction.
 * @throws {Problem} for a reference that leads nowhere, and for what the source refuses
 */
export async function inputColumns(
  dependencies: Pick<Dependencies, 'vault' | 'openSource'>,
  store: ScopedStore,
  { sourceConnectionId, inputSchema }: Pick<MappingSetBody, 'sourceConnectionId' | 'inputSchema'>,
): Promise<SourceColumns> {
  if (sourceConnectionId) {
    const table = await readSourceTable(
      dependencies,
      store,
      { sourceConnectionId },
      { limit: 0, where: '/' },
    );
    return table?.columns ?? 'unknown';
  }
  if (inputSchema?.jsonSchema) {
    const columns = columnsOfJsonSchema(inputSchema.jsonSchema);
    if (columns !== undefined) return columns;
    const message = 'must be a JSON Schema of an object with properties';
    throw invalidMappingSet([{ path: '/inputSchema/jsonSchema', message }]);
  }
  const id = inputSchema?.schemaRef?.id;
  if (!id) return 'unknown';
  return columnsOfSchema((await resolveSchema(store, id, '/inputSchema/schemaRef/id')).root);
}
