import { type MappingError, type MappingInput, planMappings, readMappings } from '@tributary/data-prep';
import { schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { composeSchema, type ResolvedSchema } from '@tributary/xdm';
import { Problem, type Violation } from '../../http/problem.ts';
import { type MappingSetBody, outputSchemaOf } from './mapping-set-body.ts';

/** A mapping set whose mappings can be read, and what is wrong with them. */
export interface CheckedMappingSet {
  readonly schema: ResolvedSchema;
  readonly contentType: string;
  readonly mappings: readonly MappingInput[];
  readonly errors: readonly MappingError[];
}

/**
 * Reads a mapping set's body and checks its mappings against the output schema; source columns are not known yet.
 * @throws {Problem} when it cannot be read, or names no schema of this sandbox.
 */
export async function checkMappingSet(store: ScopedStore, body: MappingSetBody): Promise<CheckedMappingSet> {
  const output = outputSchemaOf(body);
  if (output === undefined) {
    throw invalid([
      {
        path: '/outputSchema/schemaRef/id',
        message: 'the output schema is missing; give the $id of a schema here or in xdmSchema',
      },
    ]);
  }
  const composed = composeSchema(output.id, await schemaLookup(store, [output.id]));
  if (!composed.ok) {
    throw invalid(composed.problems.map(({ message }) => ({ path: output.path, message })));
  }
  const read = readMappings(body.mappings);
  if (!read.ok) {
    throw invalid(
      read.errors.map(({ mapping, field, message }) => ({
        path: mapping === undefined ? '/mappings' : `/mappings/${mapping}/${field}`,
        message,
      })),
    );
  }
  const planned = planMappings({ mappings: read.mappings, columns: 'unknown', target: composed.value.root });
  return {
    schema: composed.value,
    contentType: output.contentType,
    mappings: read.mappings,
    errors: planned.ok ? [] : planned.errors,
  };
}

/** Refuses a mapping set with anything wrong in it, everything at once. */
export function refuseErrors(errors: readonly MappingError[]): void {
  if (errors.length > 0) throw invalid(errors.map(toViolation));
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

function invalid(violations: readonly Violation[]): Problem {
  const detail = violations.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new Problem('invalidBody', `The mapping set cannot be used: ${detail}`, { violations });
}
