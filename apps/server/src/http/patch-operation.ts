import fastJsonPatch, { type Operation } from 'fast-json-patch';

/** One operation of a JSON Patch (RFC 6902), not checked but for its shape. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export type PatchedDocument =
  | { readonly ok: true; readonly document: unknown }
  /** `reason` says in half a sentence why the operation cannot be applied. */
  | { readonly ok: false; readonly reason: string };

/** A copy of the document with the operation applied; `index` is its place in the patch. */
export function applyPatchOperation(
  document: unknown,
  operation: PatchOperation,
  index: number,
): PatchedDocument {
  try {
    // The library's types want one shape for each op; it checks them itself, which the third argument asks for.
    const checked = operation as Operation;
    return {
      ok: true,
      document: fastJsonPatch.applyOperation(document, checked, true, false, true, index).newDocument,
    };
  } catch (error) {
    // The library's message holds the whole document; only its name may be told.
    const name = error instanceof Error ? error.name : '';
    return { ok: false, reason: reasons[name] ?? 'it cannot be applied' };
  }
}

const reasons: Readonly<Record<string, string>> = {
  OPERATION_PATH_INVALID: 'the path must be a JSON pointer, such as /title',
  OPERATION_PATH_UNRESOLVABLE: 'there is nothing at this path',
  OPERATION_FROM_UNRESOLVABLE: 'there is nothing at the path in "from"',
  OPERATION_FROM_REQUIRED: 'move and copy need "from", a JSON pointer',
  OPERATION_PATH_CANNOT_ADD: 'the parent of this path does not exist',
  OPERATION_VALUE_REQUIRED: 'a value is required',
  OPERATION_VALUE_OUT_OF_BOUNDS: 'the index lies beyond the end of the array',
  OPERATION_PATH_ILLEGAL_ARRAY_INDEX: 'the index of an array must be a number',
  TEST_OPERATION_FAILED: 'the value there is another one',
};
