import type { MappingError } from '@tributary/data-prep';
import { Problem, type Violation } from '../../http/problem.ts';

/** A mapping set that cannot be used, with everything that is wrong with it. */
export function invalidMappingSet(violations: readonly Violation[]): Problem {
  const detail = violations.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new Problem('invalidBody', `The mapping set cannot be used: ${detail}`, { violations });
}

/** @throws {Problem} with all of the errors, where there are any */
export function refuseErrors(errors: readonly MappingError[]): void {
  if (errors.length > 0) throw invalidMappingSet(errors.map(toViolation));
}

/** What is wrong with the source of a mapping that is an attribute, not an expression with a place in it. */
const attributeCodes: ReadonlySet<string> = new Set(['source-path', 'unknown-column']);

function toViolation({ mapping, code, message, position }: MappingError): Violation {
  const isAboutSource = position !== undefined || attributeCodes.has(code);
  const where = position === undefined ? '' : ` (line ${position.line}, column ${position.column})`;
  return {
    path: `/mappings/${mapping}/${isAboutSource ? 'source' : 'destination'}`,
    message: message + where,
    code,
  };
}
