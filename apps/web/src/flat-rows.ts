import type { Row } from './platform/answers.ts';

/** Rows of XDM as a table: one column for each path that any row has a value at. */
export interface FlatRows {
  /** Dotted XDM paths, in the order in which the rows bring them. */
  readonly paths: readonly string[];
  readonly rows: readonly ReadonlyMap<string, string>[];
}

export function flattenRows(rows: readonly Row[]): FlatRows {
  const flat = rows.map(flattenRow);
  return { paths: [...new Set(flat.flatMap((row) => [...row.keys()]))], rows: flat };
}

/** The object that all of the paths lie in, such as `_acme.people`; empty where they share none. */
export function sharedObject(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('.').slice(0, -1));
  const end = first.findIndex((step, index) => others.some((other) => other[index] !== step));
  return (end < 0 ? first : first.slice(0, end)).join('.');
}

/** Objects open into their paths; lists stay together, as JSON; what is null is left out. */
function flattenRow(row: Row): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (value === null || value === undefined) return;
    if (typeof value === 'object' && !Array.isArray(value)) {
      for (const [key, child] of Object.entries(value)) visit(child, path === '' ? key : `${path}.${key}`);
    } else {
      values.set(path, typeof value === 'string' ? value : JSON.stringify(value));
    }
  };
  visit(row, '');
  return values;
}
