import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';

const PatchOperation = Type.Object({
  op: Type.String({ maxLength: 20, description: 'add, remove, replace, move, copy or test' }),
  path: Type.String({ maxLength: 2_000 }),
  from: Type.Optional(Type.String({ maxLength: 2_000 })),
  value: Type.Optional(Type.Unknown()),
});

/** A JSON Patch (RFC 6902); the operations' names in any case. */
export const JsonPatch = Type.Array(PatchOperation, { maxItems: 1_000 });
export type JsonPatch = Static<typeof JsonPatch>;

/**
 * The first property on the way to each place that a patch reads or writes; undefined for the document as a whole.
 */
export function patchedProperties(patch: JsonPatch): readonly (string | undefined)[] {
  return patch
    .flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]))
    .map((pointer) => /^\/([^/]+)/.exec(pointer)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * A document with a patch applied; the document itself stays as it is.
 * @throws {Problem} of kind `invalidBody`
 */
export function patched<T extends object>(document: T, patch: JsonPatch): T {
  // The library's types want one shape for each op; it checks them itself, which the last arguments ask for.
  const operations = patch.map(({ op, ...rest }) => ({ op: op.toLowerCase(), ...rest })) as Operation[];
  try {
    return fastJsonPatch.applyPatch(structuredClone(document), operations, true, true).newDocument;
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    throw new Problem('invalidBody', `The JSON Patch cannot be applied: ${reason}`, {
      violations: [{ path: '', message: reason }],
    });
  }
}
