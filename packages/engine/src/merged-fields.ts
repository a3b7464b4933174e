import { quoteLiteral } from '@tributary/data-prep';
import { EngineError } from './engine-error.ts';
import type { TargetField } from './transform.ts';

/*
 * Rows some of whose fields are replaced: which fields are read and written, and what each becomes. `r.f<id>` is a field of the
 * stored row, `c.v<n>` the value of the nth replaced field.
 */

/** The names that lead to a field, from the top. */
export type Path = readonly string[];

/** A table's fields as far as a file has them or they are replaced: what nobody has ever written stays unwritten. */
export function fieldsPresent(
  fields: readonly TargetField[],
  path: Path,
  of: { readonly replaces: readonly Path[]; readonly known: ReadonlySet<number> },
): readonly TargetField[] {
  return fields.flatMap((field): readonly TargetField[] => {
    const own = [...path, field.name];
    if (of.replaces.some((replaced) => isSame(replaced, own))) return [field];
    if (field.type.kind !== 'struct') return of.known.has(field.id) ? [field] : [];
    const members = fieldsPresent(field.type.fields, own, of);
    return members.length === 0 ? [] : [{ ...field, type: { ...field.type, fields: members } }];
  });
}

/** The fields that a merged one keeps, each as large as can be. */
export function piecesOf(field: TargetField, path: Path, replaces: readonly Path[]): readonly TargetField[] {
  if (replaces.some((replaced) => isSame(replaced, path))) return [];
  if (!replaces.some((replaced) => isWithin(replaced, path)) || field.type.kind !== 'struct') return [field];
  return field.type.fields.flatMap((member) => piecesOf(member, [...path, member.name], replaces));
}

/** SQL for a field of the merged row. An object none of whose members has a value is null, as where a mapping writes it. */
export function mergedValue(field: TargetField, path: Path, replaces: readonly Path[]): string {
  const place = replaces.findIndex((replaced) => isSame(replaced, path));
  if (place !== -1) return `c.v${place}`;
  if (!replaces.some((replaced) => isWithin(replaced, path)) || field.type.kind !== 'struct')
    return `r.f${field.id}`;
  const members = field.type.fields.map((member) => ({
    name: member.name,
    value: mergedValue(member, [...path, member.name], replaces),
  }));
  const isEmpty = members.map(({ value }) => `${value} IS NULL`).join(' AND ');
  const made = members.map(({ name, value }) => `${quoteLiteral(name)}: ${value}`).join(', ');
  return `(CASE WHEN ${isEmpty} THEN NULL ELSE {${made}} END)`;
}

/** @throws {EngineError} `invalid` where the table has no such field. */
export function fieldAt(fields: readonly TargetField[], [name, ...rest]: Path): TargetField {
  const field = fields.find((candidate) => candidate.name === name);
  if (field !== undefined && rest.length === 0) return field;
  if (field?.type.kind === 'struct') return fieldAt(field.type.fields, rest);
  throw new EngineError('invalid', `The table has no field ${JSON.stringify(name)} to replace.`);
}

function isSame(one: Path, other: Path): boolean {
  return one.length === other.length && isWithin(one, other);
}

function isWithin(path: Path, above: Path): boolean {
  return above.every((name, index) => path[index] === name);
}
