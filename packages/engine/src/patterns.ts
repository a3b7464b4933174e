import { readSchemaPattern } from '@tributary/data-prep';
import { EngineError } from './engine-error.ts';

/**
 * The JSON Schema pattern of a field in RE2's syntax.
 * @throws EngineError `invalid` for a pattern that RE2 can't match. Plans with such a field are refused before.
 */
export function sqlPattern(pattern: string, field: string): string {
  const reading = readSchemaPattern(pattern);
  if (reading.ok) return reading.regex;
  throw new EngineError(
    'invalid',
    `The pattern ${pattern} of ${field} can't be checked: ${reading.problem}.`,
  );
}
