import type { SourceColumns } from '@tributary/data-prep';
import { type MappingError, type MappingInput, planMappings, readMappings } from '@tributary/data-prep';
import type { ScopedStore } from '@tributary/store';
import type { ResolvedSchema } from '@tributary/xdm';
import { type LossyCoercion, lossyCoercions } from './lossy-coercions.ts';
import type { MappingSetBody } from './mapping-set-body.ts';
import { type MissingField, missingFields } from './missing-fields.ts';
import { invalidMappingSet } from './refusal.ts';
import { resolveOutputSchema } from './resolve-schema.ts';

/** A mapping set whose mappings can be read, and what is to be said of them. */
export interface CheckedMappingSet {
  readonly schema: ResolvedSchema;
  readonly contentType: string;
  readonly mappings: readonly MappingInput[];
  /** What keeps the mapping set from being used. */
  readonly errors: readonly MappingError[];
  /** What rejects every row, though each mapping is good. */
  readonly missing: readonly MissingField[];
  /** What may be lost; known only where the source columns are. */
  readonly lossy: readonly LossyCoercion[];
}

/**
 * Reads a mapping set's body and checks its mappings against the output schema, and against the source columns where they
 * are known.
 * @throws {Problem} when it cannot be read, or names no schema of this sandbox.
 */
export async function checkMappingSet(
  store: ScopedStore,
  body: MappingSetBody,
  columns: SourceColumns,
): Promise<CheckedMappingSet> {
  const { schema, contentType } = await resolveOutputSchema(store, body);
  const mappings = readOrRefuse(body.mappings);
  const planned = planMappings({ mappings, columns, target: schema.root });
  return {
    schema,
    contentType,
    mappings,
    errors: planned.ok ? [] : planned.errors,
    missing: await missingFields(store, schema, mappings),
    lossy: planned.ok ? lossyCoercions(planned.plan) : [],
  };
}

/** @throws {Problem} that names each mapping which cannot be read */
function readOrRefuse(mappings: readonly unknown[]): readonly MappingInput[] {
  const read = readMappings(mappings);
  if (read.ok) return read.mappings;
  throw invalidMappingSet(
    read.errors.map(({ mapping, field, message }) => ({
      path: mapping === undefined ? '/mappings' : `/mappings/${mapping}/${field}`,
      message,
    })),
  );
}
