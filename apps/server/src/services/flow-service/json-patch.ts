import { type Static, Type } from 'typebox';
import { firstName } from '../../http/json-pointer.ts';
import { applyPatchOperation } from '../../http/patch-operation.ts';
import { refusal } from './refusal.ts';

export const JsonPatch = Type.Array(
  Type.Object({
    op: Type.String({ description: 'add, replace or remove, in upper or lower case' }),
    path: Type.String({ pattern: '^/', description: 'JSON pointer into the resource as a GET shows it' }),
    value: Type.Optional(Type.Unknown()),
  }),
  { minItems: 1, maxItems: 100, description: 'JSON Patch (RFC 6902)' },
);

type Operation = Static<typeof JsonPatch>[number];

/**
 * Applies a patch to a copy of `document`.
 * @param readOnly top-level fields that no operation may touch, each with the reason.
 * @throws {Problem} that names the operation.
 */
export function applyJsonPatch(
  document: unknown,
  patch: readonly Operation[],
  readOnly: (field: string) => string | undefined,
): unknown {
  return patch.reduce((patched, operation, index) => {
    const op = operation.op.toLowerCase();
    if (op !== 'add' && op !== 'replace' && op !== 'remove') {
      throw refused('1434-400', `/${index}/op`, `must be add, replace or remove, not '${operation.op}'`);
    }
    const reason = readOnly(firstName(operation.path));
    if (reason !== undefined) throw refused('1455-400', `/${index}/path`, reason);
    return apply(patched, { op, path: operation.path, value: operation.value }, index);
  }, document);
}

interface Change {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value: unknown;
}

function apply(document: unknown, change: Change, index: number): unknown {
  const applied = applyPatchOperation(document, change, index);
  if (applied.ok) return applied.document;
  throw refused('1455-400', `/${index}`, `${change.op} ${change.path}: ${applied.reason}`);
}

function refused(code: '1434-400' | '1455-400', path: string, message: string) {
  return refusal(code, `The patch cannot be applied: ${path} ${message}.`, {
    violations: [{ path, message, code }],
  });
}
