import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { Problem } from '../../http/problem.ts';
import { type MappingSetBody, mappingSetBody } from './mapping-set-body.ts';

const PatchOperation = Type.Object({
  op: Type.String({ description: 'add, remove, replace, move, copy or test, in upper or lower case' }),
  path: Type.String({ maxLength: 2_000 }),
  from: Type.Optional(Type.String({ maxLength: 2_000 })),
  value: Type.Optional(Type.Unknown()),
});

/** Either new values by property, or a JSON Patch (RFC 6902). */
export const PatchBody = Type.Union([
  Type.Array(PatchOperation, { maxItems: 1_000 }),
  Type.Partial(mappingSetBody, { minProperties: 1, description: 'New values of the properties that change' }),
]);
export type PatchBody = Static<typeof PatchBody>;

/** @throws {Problem} of kind `invalidBody` for a patch that cannot be applied, or does not leave a mapping set */
export function patchedMappingSet(before: MappingSetBody, patch: PatchBody): MappingSetBody {
  const after = Array.isArray(patch) ? applied(before, patch) : merged(before, patch);
  if (Value.Check(mappingSetBody, after)) return after;
  const [first] = Value.Errors(mappingSetBody, after);
  throw invalidPatch(
    `The patched mapping set is not valid: ${first?.instancePath || '(root)'} ${first?.message ?? ''}.`,
    first?.instancePath ?? '',
  );
}

/** Whoever names the output schema in an older place means the one place that a stored set has. */
function merged(before: MappingSetBody, change: Partial<MappingSetBody>): unknown {
  const namesSchema = change.xdmSchema || change.schemaRef?.id;
  const { outputSchema, ...others } = before;
  return { ...(namesSchema ? others : { outputSchema, ...others }), ...change };
}

function applied(before: MappingSetBody, operations: readonly Static<typeof PatchOperation>[]): unknown {
  // The library's types want one shape for each op; it checks them itself, which the last arguments ask for.
  const patch = operations.map(({ op, ...rest }) => ({
    op: op.toLowerCase(),
    ...rest,
  })) as unknown as Operation[];
  try {
    return fastJsonPatch.applyPatch(structuredClone(before), patch, true, true).newDocument;
  } catch (error) {
    // After its first line the library's message holds the whole document.
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    throw invalidPatch(`The JSON Patch cannot be applied: ${reason}`, '');
  }
}

function invalidPatch(message: string, path: string): Problem {
  return new Problem('invalidBody', message, { violations: [{ path, message }] });
}
