import fastJsonPatch from 'fast-json-patch';
import { type Static, Type } from 'typebox';
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
    const reason = readOnly(firstSegment(operation.path));
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
  try {
    return fastJsonPatch.applyOperation(document, change, true, false, true, index).newDocument;
  } catch (error) {
    // The library's message holds the whole document; only its name may be told.
    const name = error instanceof Error ? error.name : '';
    throw refused(
      '1455-400',
      `/${index}`,
      `${change.op} ${change.path}: ${reasons[name] ?? 'cannot be applied'}`,
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  OPERATION_PATH_UNRESOLVABLE: 'there is nothing at this path',
  OPERATION_PATH_CANNOT_ADD: 'the parent of this path does not exist',
  OPERATION_VALUE_REQUIRED: 'a value is required',
  OPERATION_VALUE_OUT_OF_BOUNDS: 'the index lies beyond the end of the array',
  OPERATION_PATH_ILLEGAL_ARRAY_INDEX: 'the index of an array must be a number',
};

function firstSegment(path: string): string {
  return (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

function refused(code: '1434-400' | '1455-400', path: string, message: string) {
  return refusal(code, `The patch cannot be applied: ${path} ${message}.`, {
    violations: [{ path, message, code }],
  });
}
