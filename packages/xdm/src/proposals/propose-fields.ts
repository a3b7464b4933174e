import type { SourceColumn } from '../columns.ts';
import type { FieldSchema } from '../registry/resource.ts';
import { fieldName, fieldOfColumn } from './propose-schema.ts';

/** What of a column decides which field it gets. */
type ProposedFor = Pick<SourceColumn, 'name' | 'type' | 'digits'>;

/** A field that a source column gets. */
export interface ProposedField {
  readonly column: string;
  readonly name: string;
  /** Optional, and titled with the column's own name. */
  readonly field: FieldSchema;
}

/** The object that holds fields of one flow alone, below a tenant's namespace. */
export function flowObjectName(table: string, suffix: string): string {
  return fieldName(`${table} added ${suffix}`, new Set());
}

/**
 * Fields for columns that join `existing` ones: their names are such as the registry takes, and differ in more than case. A
 * column that has a field of its title and type there already gets that one.
 */
export function proposeFields(
  columns: readonly ProposedFor[],
  existing: Readonly<Record<string, FieldSchema>>,
): readonly ProposedField[] {
  const taken = new Set(Object.keys(existing).map((name) => name.toLowerCase()));
  return columns.map(({ name: column, ...nature }) => {
    const field = { title: column, ...fieldOfColumn(nature) };
    const own = Object.entries(existing).find(([, { title }]) => title === column);
    if (own !== undefined && isSameType(own[1], field)) return { column, name: own[0], field: own[1] };
    return { column, name: fieldName(column, taken), field };
  });
}

/** Stored fields have more keywords than proposed ones, all of which say the same again. */
function isSameType(stored: FieldSchema, proposed: FieldSchema): boolean {
  return (
    typeof proposed.type === 'string' &&
    proposed.type !== 'object' &&
    proposed.type !== 'array' &&
    stored.type === proposed.type &&
    stored.format === proposed.format &&
    stored.minimum === proposed.minimum &&
    stored.maximum === proposed.maximum &&
    stored.exclusiveMinimum === proposed.exclusiveMinimum &&
    stored.exclusiveMaximum === proposed.exclusiveMaximum &&
    stored.multipleOf === proposed.multipleOf
  );
}
