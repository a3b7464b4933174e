import { EngineError } from './engine-error.ts';

/** More columns than a table has; each costs some figures. */
const MAX_COLUMNS = 2_000;

/** @throws {EngineError} `invalid` where a file has more columns than are looked into. */
export function requireFewColumns(name: string, columns: number): void {
  if (columns <= MAX_COLUMNS) return;
  throw new EngineError('invalid', `${name} has ${columns} columns; ${MAX_COLUMNS} are allowed.`);
}
