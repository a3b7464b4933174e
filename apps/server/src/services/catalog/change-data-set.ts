import type { Resource, ScopedStore } from '@tributary/store';
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import {
  changeableOf,
  DataSetChange,
  isChangeable,
  replaced,
  type StoredDataSet,
  storedDataSet,
} from './data-set-document.ts';
import { type Conditions, requireMatch } from './if-match.ts';
import { JsonPatch, patched, patchedProperties } from './json-patch.ts';
import { dataSetNotFound } from './shown-data-set.ts';
import { requireFreeTableName, withSystemTags } from './table-name.ts';

/** Either new values by property, or a JSON Patch. */
export const PatchBody = Type.Union([DataSetChange, JsonPatch]);
export type PatchBody = Static<typeof PatchBody>;

/** What a change makes of a dataset. */
export type DataSetEdit = (before: StoredDataSet) => StoredDataSet;

export interface ChangeRequest {
  readonly id: string;
  readonly conditions: Conditions;
  /** Checks the change and makes none. */
  readonly validateOnly?: boolean;
}

/**
 * Changes a dataset. Its schema stays, since its table has the schema's columns; tags that the Catalog answers for
 * stay as well, but for a new table name.
 * @throws {Problem} of kind `notFound`, `preconditionFailed`, `invalidBody`, or `conflict` where its new table name is taken
 */
export async function changeDataSet(
  { store, actor }: SandboxedCaller,
  { id, conditions, validateOnly = false }: ChangeRequest,
  edit: DataSetEdit,
): Promise<Resource> {
  return store.transaction(async (scoped) => {
    const current = await lockedDataSet(scoped, id);
    requireMatch(current, conditions);
    const before = storedDataSet(current);
    const after = edit(before);
    const next = { ...after, tags: withSystemTags(after.tags, before.tags) };
    await requireFreeTableName(scoped, next.tags, before.tags);
    if (validateOnly) return current;
    const changed = await scoped.resources('dataSet').replace(id, current.etag, { ...next }, actor);
    if (changed === undefined) throw dataSetNotFound(id);
    return changed;
  });
}

/** A dataset, held against changes by others. @throws {Problem} of kind `notFound` */
export async function lockedDataSet(store: ScopedStore, id: string): Promise<Resource> {
  const resource = await store.resources('dataSet').getForUpdate(id);
  if (resource === undefined) throw dataSetNotFound(id);
  return resource;
}

/** New values by property, or a JSON Patch. */
export function patchEdit(patch: PatchBody): DataSetEdit {
  return Array.isArray(patch) ? jsonPatchEdit(patch) : mergeEdit(patch);
}

/** Everything changeable anew; what is not given is as in a new dataset. */
export function putEdit(body: DataSetChange): DataSetEdit {
  return (before) => {
    refuseOtherSchema(body, before);
    return replaced(before, body);
  };
}

function mergeEdit(change: DataSetChange): DataSetEdit {
  return (before) => {
    refuseOtherSchema(change, before);
    return { ...before, ...changeableOf(change) };
  };
}

/** Clients may send the whole dataset back, with its schema among the properties that the body's schema lets through. */
export function refuseOtherSchema(change: DataSetChange, before: StoredDataSet): void {
  const { schemaRef } = change as Partial<StoredDataSet>;
  if (schemaRef !== undefined && !Value.Equal(schemaRef, before.schemaRef)) throw fixedProperty('schemaRef');
}

function jsonPatchEdit(patch: JsonPatch): DataSetEdit {
  return (before) => {
    for (const property of patchedProperties(patch)) {
      if (!isChangeable(property)) throw fixedProperty(property || '(root)');
    }
    const document = patched(before, patch);
    requireValid(DataSetChange, document);
    if (document.name === undefined) throw invalidPatch('/name', 'is missing');
    return { ...document, tags: document.tags ?? {} };
  };
}

/** @throws {Problem} of kind `invalidBody` */
export function requireValid(schema: TSchema, document: unknown): void {
  if (Value.Check(schema, document)) return;
  const [first] = Value.Errors(schema, document);
  throw invalidPatch(first?.instancePath ?? '', first?.message ?? 'is not valid');
}

function invalidPatch(path: string, message: string): Problem {
  return new Problem('invalidBody', `The changed object would not be valid: ${path} ${message}.`, {
    violations: [{ path, message }],
  });
}

/** The answer to a change of what stays as it was made. */
export function fixedProperty(property: string): Problem {
  const message = `${property} of a dataset cannot be changed. Create another dataset instead.`;
  return new Problem('invalidBody', message, { violations: [{ path: `/${property}`, message }] });
}
