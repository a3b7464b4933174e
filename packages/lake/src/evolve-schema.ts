import type { FileIO } from './file-io.ts';
import type { IcebergSchema } from './schema.ts';
import { retiredIds, sameColumns, schemaEvolutionProblems } from './schema-evolution.ts';
import { readSchema } from './schema-json.ts';
import { type StagedCommit, StagedFiles } from './staged-files.ts';
import { nextMetadataLocation, type Table, writeTableMetadata } from './table.ts';
import { currentSchema } from './table-metadata.ts';
import {
  checkRequirements,
  RequirementError,
  type TableRequirement,
  type TableUpdate,
  updateTable,
} from './table-update.ts';

export interface SchemaChange {
  /** The new columns; the schema's own id is given here. */
  readonly schema: IcebergSchema;
  readonly requirements?: readonly TableRequirement[];
  readonly now: Date;
}

/**
 * Writes table metadata in which `schema` is the current one; rows and snapshots stay as they are. Where the
 * schema has the columns of the current one already, nothing is written and the answer is the table itself.
 * Throws `RequirementError` naming every column that may not change so (see `schemaEvolutionProblems`).
 */
export async function evolveSchema(io: FileIO, table: Table, change: SchemaChange): Promise<StagedCommit> {
  const { metadata } = table;
  checkRequirements(metadata, change.requirements ?? []);
  const current = currentSchema(metadata);
  const next: IcebergSchema = { ...readSchema(change.schema), 'schema-id': nextSchemaId(metadata.schemas) };
  if (sameColumns(current, next)) return { ...table, written: [] };
  const problems = schemaEvolutionProblems(current, next, retiredIds(metadata.schemas, current));
  if (problems.length > 0) {
    const list = problems.map(({ column, message }) => `"${column}" ${message}`).join('; ');
    throw new RequirementError(`the schema can not change so: ${list}`);
  }
  const updates: readonly TableUpdate[] = [
    { action: 'add-schema', schema: next },
    { action: 'set-current-schema', 'schema-id': next['schema-id'] },
  ];
  const evolved = updateTable(metadata, table.metadataLocation, updates, change.now);
  const staged = new StagedFiles(io);
  const metadataLocation = nextMetadataLocation(table);
  await writeTableMetadata(staged, evolved, metadataLocation);
  return { metadata: evolved, metadataLocation, written: staged.written };
}

function nextSchemaId(schemas: readonly IcebergSchema[]): number {
  return Math.max(...schemas.map((schema) => schema['schema-id'])) + 1;
}
