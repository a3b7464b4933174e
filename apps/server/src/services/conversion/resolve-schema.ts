import { schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { composeSchema, type ResolvedSchema } from '@tributary/xdm';
import { type MappingSetBody, outputSchemaOf } from './mapping-set-body.ts';
import { invalidMappingSet } from './refusal.ts';

/** A schema that a body names, resolved. */
export interface NamedSchema {
  readonly schema: ResolvedSchema;
  readonly contentType: string;
}

/** @throws {Problem} that names the place in the body, where `id` is no schema of this sandbox that can be composed */
export async function resolveSchema(store: ScopedStore, id: string, path: string): Promise<ResolvedSchema> {
  const composed = composeSchema(id, await schemaLookup(store, [id]));
  if (composed.ok) return composed.value;
  throw invalidMappingSet(composed.problems.map(({ message }) => ({ path, message })));
}

/** @throws {Problem} where the body names no output schema, or one that cannot be composed */
export async function resolveOutputSchema(
  store: ScopedStore,
  body: Pick<MappingSetBody, 'outputSchema' | 'xdmSchema' | 'xdmVersion' | 'schemaRef'>,
): Promise<NamedSchema> {
  const output = outputSchemaOf(body);
  if (output === undefined) {
    const path = '/outputSchema/schemaRef/id';
    const message = 'the output schema is missing; give the $id of a schema here or in xdmSchema';
    throw invalidMappingSet([{ path, message }]);
  }
  return {
    schema: await resolveSchema(store, output.id, output.path),
    contentType: output.contentType,
  };
}
