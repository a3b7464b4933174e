import { type RegistryResource, withoutRepeatedTypes } from '@tributary/xdm';
import { type Static, Type } from 'typebox';
import { firstName } from '../../http/json-pointer.ts';
import { applyPatchOperation, type PatchOperation } from '../../http/patch-operation.ts';
import { Problem } from '../../http/problem.ts';

export const JsonPatch = Type.Array(
  Type.Object({
    op: Type.String({ description: 'add, remove, replace, move, copy or test, in upper or lower case' }),
    path: Type.String({
      maxLength: 4_000,
      description: 'JSON pointer into the raw form, such as /allOf/- for one more field group.',
    }),
    from: Type.Optional(Type.String({ maxLength: 4_000 })),
    value: Type.Optional(Type.Unknown()),
  }),
  { minItems: 1, maxItems: 1_000, description: 'JSON Patch (RFC 6902)' },
);

type JsonPatch = Static<typeof JsonPatch>;

const OPS: ReadonlySet<string> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

function isOp(text: string): text is PatchOperation['op'] {
  return OPS.has(text);
}

/** What the registry alone says of a resource. `meta:extends` is not among it: clients name a new field group there too. */
const READ_ONLY: ReadonlySet<string> = new Set([
  '$id',
  'meta:altId',
  'meta:resourceType',
  'version',
  'imsOrg',
  'meta:containerId',
  'meta:sandboxId',
  'meta:sandboxType',
  'meta:tenantNamespace',
  'meta:datasetNamespace',
  'meta:registryMetadata',
]);

/**
 * The resource's raw form with a patch applied, not checked yet. A list of tags that the patch takes away is empty
 * there, so that it is not taken for a list that the client did not mention.
 * @throws {Problem} of kind `invalidBody` that names the operation
 */
export function patchedBody(resource: RegistryResource, patch: JsonPatch): unknown {
  const mentionsTypes = patch.some(({ path, from }) =>
    [path, from].some((at) => at?.endsWith('/meta:xdmType')),
  );
  // Types that were derived before are derived again, also of fields that move.
  const base = mentionsTypes ? resource : withoutRepeatedTypes(resource, resource);
  const document: unknown = { ...base, 'meta:extends': resource['meta:extends'] ?? [] };
  const patched = patch.reduce((before, operation, index) => applied(before, operation, index), document);
  return hasTags(resource) && !hasTags(patched) ? { ...Object(patched), 'meta:immutableTags': [] } : patched;
}

function hasTags(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'meta:immutableTags' in body;
}

function applied(document: unknown, { op, ...operation }: JsonPatch[number], index: number): unknown {
  const name = op.toLowerCase();
  if (!isOp(name)) {
    throw refused(index, `op is '${op}'; it must be add, remove, replace, move, copy or test`);
  }
  const what = `${name} ${operation.path}`;
  if (operation.path === '') throw refused(index, `${what}: the whole resource is replaced by PUT`);
  const changed = name === 'test' ? [] : [operation.path, ...(name === 'move' ? [operation.from ?? ''] : [])];
  for (const path of changed) {
    const member = firstName(path);
    if (READ_ONLY.has(member)) throw refused(index, `${what}: ${member} is given by the registry`);
  }
  const outcome = applyPatchOperation(document, { op: name, ...operation }, index);
  if (outcome.ok) return outcome.document;
  throw refused(index, `${what}: ${outcome.reason}`);
}

function refused(index: number, message: string): Problem {
  return new Problem('invalidBody', `The patch cannot be applied: operation ${index}, ${message}.`, {
    violations: [{ path: `/${index}`, message }],
  });
}
