import type { SourceColumn, SourceField, SourceType } from '@tributary/xdm';

type Row = Readonly<Record<string, unknown>>;

/** The columns that sample rows have; a column's type is the one that holds all of its values. */
export function columnsOfRows(rows: readonly Row[]): readonly SourceColumn[] {
  return fieldsOf(rows);
}

function fieldsOf(rows: readonly Row[]): readonly SourceField[] {
  const values = new Map<string, unknown[]>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    }
  }
  return Array.from(values, ([name, found]) => ({ name, type: typeOf(found) }));
}

/** What is always null is as good as text. */
function typeOf(values: readonly unknown[]): SourceType {
  const given = values.filter((value) => value !== null && value !== undefined);
  const [first] = given;
  if (first === undefined) return 'string';
  if (given.every(Array.isArray)) return { kind: 'array', items: typeOf(given.flat()) };
  if (given.every(isRow)) {
    const fields = fieldsOf(given);
    return fields.length === 0 ? 'json' : { kind: 'object', fields };
  }
  if (given.some((value) => typeof value === 'object')) return 'json';
  if (given.every((value) => typeof value === 'boolean')) return 'boolean';
  if (given.every((value) => typeof value === 'number')) {
    return given.every(Number.isSafeInteger) ? 'long' : 'number';
  }
  return 'string';
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
