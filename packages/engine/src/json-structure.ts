import { NOT_NESTED, nestingWithin } from '@tributary/data-prep';
import type { SourceColumn, SourceType } from '@tributary/xdm';

/** An object with more members than this is taken for one whose keys are data. */
const MAX_MEMBERS = 200;

/** DuckDB's names of the scalar types that JSON values have. Numbers that are whole in a sample may be large elsewhere. */
const SCALARS: Readonly<Record<string, SourceType>> = {
  BOOLEAN: 'boolean',
  BIGINT: 'long',
  UBIGINT: 'long',
  HUGEINT: 'long',
  DOUBLE: 'number',
  VARCHAR: 'string',
  // Null in every row.
  NULL: 'string',
};

/** Columns of the common structure of JSON objects, as DuckDB's `json_group_structure` tells it. */
export function structureOf(text: string): readonly SourceColumn[] {
  const structure: unknown = JSON.parse(text);
  return membersOf(structure).map(([name, inner]) => ({ name, type: typeOf(inner) }));
}

function typeOf(structure: unknown, nesting = NOT_NESTED): SourceType {
  if (typeof structure === 'string') return SCALARS[structure] ?? 'json';
  const within = nestingWithin(nesting, Array.isArray(structure) ? 'array' : 'object');
  if (within === undefined) return 'json';
  if (Array.isArray(structure)) return { kind: 'array', items: typeOf(structure[0] ?? 'JSON', within) };
  const members = membersOf(structure);
  if (members.length === 0 || members.length > MAX_MEMBERS) return 'json';
  return {
    kind: 'object',
    fields: members.map(([name, inner]) => ({ name, type: typeOf(inner, within) })),
  };
}

function membersOf(structure: unknown): readonly (readonly [string, unknown])[] {
  return typeof structure === 'object' && structure !== null ? Object.entries(structure) : [];
}
