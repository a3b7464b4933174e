import { type Static, Type } from 'typebox';
import { firstName } from '../../http/json-pointer.ts';
import { applyPatchOperation, type PatchOperation } from '../../http/patch-operation.ts';
import { Problem } from '../../http/problem.ts';

const Operation = Type.Object({
  op: Type.String({ maxLength: 20, description: 'add, remove, replace, move, copy or test' }),
  path: Type.String({ maxLength: 2_000 }),
  from: Type.Optional(Type.String({ maxLength: 2_000 })),
  value: Type.Optional(Type.Unknown()),
});

/** A JSON Patch (RFC 6902); the operations' names in any case. */
export const JsonPatch = Type.Array(Operation, { maxItems: 1_000 });
export type JsonPatch = Static<typeof JsonPatch>;

/**
 * The first property on the way to each place that a patch reads or writes; empty for the document as a whole.
 */
export function patchedProperties(patch: JsonPatch): readonly string[] {
  return patch.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from])).map(firstName);
}

/**
 * A document with a patch applied; the document itself stays as it is. Whether the result is still what it was by type is
 * the caller's to check.
 * @throws {Problem} of kind `invalidBody` that names the operation
 */
export function patched<T extends object>(document: T, patch: JsonPatch): T {
  const result = patch.reduce<unknown>((current, operation, index) => {
    const op = operation.op.toLowerCase();
    if (!isOperator(op)) throw refused(index, `${operation.op} is no operation of a JSON Patch`);
    const applied = applyPatchOperation(current, { ...operation, op }, index);
    if (!applied.ok) throw refused(index, `${op} ${operation.path}: ${applied.reason}`);
    return applied.document;
  }, document);
  // Checked by the caller, as said above.
  return result as T;
}

const OPERATORS: readonly string[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

function isOperator(op: string): op is PatchOperation['op'] {
  return OPERATORS.includes(op);
}

function refused(index: number, reason: string): Problem {
  return new Problem('invalidBody', `The JSON Patch cannot be applied: /${index} ${reason}.`, {
    violations: [{ path: `/${index}`, message: reason }],
  });
}
