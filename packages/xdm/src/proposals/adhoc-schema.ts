import type { SourceColumn } from '../columns.ts';
import { ADHOC } from '../registry/behaviors.ts';
import { fieldOfColumn } from './propose-schema.ts';

const MAX_NAME_LENGTH = 120;

/**
 * The body of an ad-hoc class whose fields are a source's columns, under the names of the source as far as fields may be
 * called so (AEP, Create an ad-hoc schema).
 */
export function adhocClassBody(
  title: string,
  description: string,
  columns: readonly Pick<SourceColumn, 'name' | 'type' | 'digits'>[],
) {
  const taken = new Set<string>();
  const properties = Object.fromEntries(
    columns.map((column) => [
      fieldName(column.name, taken),
      { title: column.name, ...fieldOfColumn(column) },
    ]),
  );
  return {
    title,
    description,
    type: 'object',
    allOf: [{ $ref: ADHOC }, { properties: { _adhoc: { type: 'object', properties } } }],
  };
}

/** The column's own name, with what no field's name may hold replaced; different from the others in more than case. */
function fieldName(column: string, taken: Set<string>): string {
  const base =
    column
      .replaceAll(/[^A-Za-z0-9_-]/g, '_')
      .replace(/^[_-]+/, '')
      .slice(0, MAX_NAME_LENGTH) || 'column';
  let name = base;
  for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${base}_${n}`;
  taken.add(name.toLowerCase());
  return name;
}
