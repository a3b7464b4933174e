import type { Resource, ScopedStore } from '@tributary/store';
import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import {
  changeableOf,
  DataSetChange,
  isChangeable,
  type StoredDataSet,
  storedDataSet,
  withSystemTags,
} from './data-set-document.ts';
import { requireMatch } from './if-match.ts';
import { dataSetNotFound } from './shown-data-set.ts';

const PatchOperation = Type.Object({
  op: Type.String({ description: 'add, remove, replace, move, copy or test' }),
  path: Type.String({ maxLength: 2_000 }),
  from: Type.Optional(Type.String({ maxLength: 2_000 })),
  value: Type.Optional(Type.Unknown()),
});

/** Either new values by property, or a JSON Patch (RFC 6902). */
export const PatchBody = Type.Union([DataSetChange, Type.Array(PatchOperation, { maxItems: 1_000 })]);
export type PatchBody = Static<typeof PatchBody>;

/**
 * Changes what may be changed of a dataset. Its schema is fixed, since its table has the schema's columns.
 * @throws {Problem} of kind `notFound`, `preconditionFailed` or `invalidBody`
 */
export async function changeDataSet(
  { store, actor }: SandboxedCaller,
  id: string,
  patch: PatchBody,
  ifMatch: string | undefined,
): Promise<Resource> {
  return store.transaction(async (scoped) => {
    const current = await lockedDataSet(scoped, id);
    requireMatch(current, ifMatch);
    const before = storedDataSet(current);
    const after = Array.isArray(patch) ? patched(before, patch) : merged(before, patch);
    const next = { ...after, tags: withSystemTags(after.tags, before.tags) };
    const replaced = await scoped.resources('dataSet').replace(id, current.etag, { ...next }, actor);
    if (replaced === undefined) throw dataSetNotFound(id);
    return replaced;
  });
}

/** A dataset, held against changes by others. @throws {Problem} of kind `notFound` */
export async function lockedDataSet(store: ScopedStore, id: string): Promise<Resource> {
  const resource = await store.resources('dataSet').getForUpdate(id);
  if (resource === undefined) throw dataSetNotFound(id);
  return resource;
}

function merged(before: StoredDataSet, change: DataSetChange): StoredDataSet {
  // Clients may send the whole dataset back, with its schema among the properties that the body's schema lets through.
  const { schemaRef } = change as Partial<StoredDataSet>;
  if (schemaRef !== undefined && !Value.Equal(schemaRef, before.schemaRef)) throw fixedProperty('schemaRef');
  return { ...before, ...changeableOf(change) };
}

type PatchOperations = readonly Static<typeof PatchOperation>[];

function patched(before: StoredDataSet, operations: PatchOperations): StoredDataSet {
  for (const { path, from } of operations) {
    for (const pointer of from === undefined ? [path] : [path, from]) {
      const property = /^\/([^/]+)/.exec(pointer)?.[1];
      if (property === undefined || !isChangeable(property)) throw fixedProperty(property ?? pointer);
    }
  }
  const document = applied(before, operations);
  if (!Value.Check(DataSetChange, document) || document.name === undefined) {
    const [first] = Value.Errors(DataSetChange, document);
    throw invalidPatch(
      `The patched dataset is not valid: ${first?.instancePath ?? '/name'} ${first?.message ?? 'is missing'}.`,
    );
  }
  return { ...document, tags: document.tags ?? {} };
}

function applied(before: StoredDataSet, operations: PatchOperations): StoredDataSet {
  // The library's types want one shape for each op; it checks them itself, which the last arguments ask for.
  const patch = operations.map(({ op, ...rest }) => ({
    op: op.toLowerCase(),
    ...rest,
  })) as unknown as Operation[];
  try {
    return fastJsonPatch.applyPatch(structuredClone(before), patch, true, true).newDocument;
  } catch (error) {
    throw invalidPatch(`The JSON Patch cannot be applied: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
  return reason;
}

function fixedProperty(property: string): Problem {
  const message = `${property} of a dataset cannot be changed. Create another dataset instead.`;
  return new Problem('invalidBody', message, { violations: [{ path: `/${property}`, message }] });
}

function invalidPatch(message: string): Problem {
  return new Problem('invalidBody', message, { violations: [{ path: '', message }] });
}
