import type { DecimalDigits, SourceColumn, SourceField, SourceType } from '@tributary/xdm';

/** The columns that any of several files has, in the order in which they come up. */
export function mergedColumns(files: readonly (readonly SourceColumn[])[]): readonly SourceColumn[] {
  const digits = Map.groupBy(files.flat(), ({ name }) => name);
  return mergedFields(files).map(({ digits: _first, ...column }) => {
    const common = commonDigits(digits.get(column.name) ?? []);
    return column.type === 'decimal' && common !== undefined ? { ...column, digits: common } : column;
  });
}

/** Digits that the values of all of the columns have room in; undefined where one of them does not tell its own. */
function commonDigits(columns: readonly SourceColumn[]): DecimalDigits | undefined {
  const all = columns.flatMap(({ digits }) => digits ?? []);
  if (all.length < columns.length) return undefined;
  const scale = Math.max(...all.map((digits) => digits.scale));
  return { precision: scale + Math.max(...all.map((digits) => digits.precision - digits.scale)), scale };
}

function mergedFields<T extends SourceField>(lists: readonly (readonly T[])[]): readonly T[] {
  const byName = new Map<string, T>();
  for (const field of lists.flat()) {
    const known = byName.get(field.name);
    byName.set(
      field.name,
      known === undefined ? field : { ...known, type: commonType(known.type, field.type) },
    );
  }
  return [...byName.values()];
}

/** From the narrower to the wider: each holds the values of those before it. */
const NUMBERS: readonly SourceType[] = ['integer', 'long', 'decimal', 'number'];

/** A type that holds what either type does. */
function commonType(one: SourceType, other: SourceType): SourceType {
  if (one === other) return one;
  if (typeof one === 'string' && typeof other === 'string') {
    if (one === 'json' || other === 'json') return 'json';
    const wider = Math.max(NUMBERS.indexOf(one), NUMBERS.indexOf(other));
    const areNumbers = NUMBERS.includes(one) && NUMBERS.includes(other);
    return (areNumbers ? NUMBERS[wider] : undefined) ?? 'string';
  }
  if (typeof one === 'string' || typeof other === 'string') return 'json';
  if (one.kind === 'array' && other.kind === 'array')
    return { kind: 'array', items: commonType(one.items, other.items) };
  if (one.kind === 'map' && other.kind === 'map')
    return { kind: 'map', values: commonType(one.values, other.values) };
  if (one.kind === 'object' && other.kind === 'object')
    return { kind: 'object', fields: mergedFields([one.fields, other.fields]) };
  return 'json';
}
