import { type BatchDocument, documentOf, newBatchId } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { BatchBody, BatchChange, batchPropertiesOf, isBatchProperty, requireRelated } from './batch-body.ts';
import { hasEnded, statusProblem } from './batch-status.ts';
import { requireValid } from './change-data-set.ts';
import { type Conditions, requireMatch } from './if-match.ts';
import { JsonPatch, patched, patchedProperties } from './json-patch.ts';
import { batchNotFound } from './shown-batch.ts';

export const BatchPatchBody = Type.Union([BatchChange, JsonPatch]);
export type BatchPatchBody = Static<typeof BatchPatchBody>;

type Shown = BatchDocument['shown'];

/**
 * Creates a batch that its maker, a client, keeps up to date. Answers its id.
 * @throws {Problem} of kind `invalidBody`, or `conflict` where the id is taken
 */
export async function createBatch(
  { store, actor }: SandboxedCaller,
  body: BatchBody,
  id = newBatchId(),
): Promise<string> {
  return store.transaction(async (scoped) => {
    await scoped.holdName(`batch: ${id}`);
    if ((await scoped.resources('batch').get(id)) !== undefined) {
      throw new Problem('conflict', `There is a batch ${id} already. Use PUT or PATCH to change it.`);
    }
    const shown = completed({ ...newShown(id), ...batchPropertiesOf(body) });
    await requireAllowed(scoped, undefined, shown);
    await scoped.resources('batch').insert(id, { ...clientDocument(shown) }, actor);
    return id;
  });
}

function clientDocument(shown: Shown): BatchDocument {
  const dataSetId = shown.relatedObjects.find(({ type }) => type === 'dataSet')?.id;
  return {
    producer: 'client',
    ...(dataSetId !== undefined && { dataSetId }),
    shown,
    dataFiles: [],
    diagnosticsFiles: [],
  };
}

function newShown(id: string): Omit<Shown, 'status'> {
  return {
    externalId: id,
    started: Date.now(),
    relatedObjects: [],
    errors: [],
    metrics: {},
    tags: {},
    inputFormat: { format: 'parquet' },
  };
}

/** What a change makes of what a batch shows. */
export type BatchEdit = (before: Shown, id: string) => Shown;

/**
 * Changes a batch. Of the batches of flow runs only the tags can be changed: all else is what happened.
 * @throws {Problem} of kind `notFound`, `preconditionFailed`, `invalidBody` or `conflict`
 */
export async function changeBatch(
  { store, actor }: SandboxedCaller,
  { id, conditions }: { readonly id: string; readonly conditions: Conditions },
  edit: BatchEdit,
): Promise<Resource> {
  return store.transaction(async (scoped) => {
    const current = await lockedBatch(scoped, id);
    requireMatch(current, conditions);
    const before = documentOf('batch', current);
    const after = edit(before.shown, id);
    if (before.producer === 'flowRun') requireOnlyTags(before.shown, after);
    const shown = before.producer === 'flowRun' ? withRunTags(before.shown, after) : completed(after);
    if (before.producer === 'client') await requireAllowed(scoped, before.shown, shown);
    const next = before.producer === 'client' ? clientDocument(shown) : { ...before, shown };
    const changed = await scoped.resources('batch').replace(id, current.etag, { ...next }, actor);
    if (changed === undefined) throw batchNotFound(id);
    return changed;
  });
}

/**
 * Forgets a batch that a client made.
 * @throws {Problem} of kind `notFound`, `preconditionFailed`, or `conflict` for a batch of a flow run
 */
export async function deleteBatch(
  { store }: SandboxedCaller,
  id: string,
  conditions: Conditions,
): Promise<void> {
  await store.transaction(async (scoped) => {
    const current = await lockedBatch(scoped, id);
    requireMatch(current, conditions);
    if (documentOf('batch', current).producer === 'flowRun') throw ownedByRun(id, 'It cannot be deleted.');
    await scoped.resources('batch').remove(id);
  });
}

export function putBatchEdit(body: BatchBody): BatchEdit {
  return (before, id) => ({ ...newShown(id), started: before.started, ...batchPropertiesOf(body) });
}

export function patchBatchEdit(patch: BatchPatchBody): BatchEdit {
  if (!Array.isArray(patch)) return (before) => ({ ...before, ...batchPropertiesOf(patch) });
  return (before, id) => {
    for (const property of patchedProperties(patch)) {
      if (!isBatchProperty(property)) throw fixedProperty(property || '(root)');
    }
    const document = patched(before, patch);
    requireValid(BatchBody, document);
    return { ...newShown(id), ...document };
  };
}

function fixedProperty(property: string): Problem {
  const message = `${property} of a batch is the Catalog's own and cannot be changed.`;
  return new Problem('invalidBody', message, { violations: [{ path: `/${property}`, message }] });
}

async function lockedBatch(store: ScopedStore, id: string): Promise<Resource> {
  const batch = await store.resources('batch').getForUpdate(id);
  if (batch === undefined) throw batchNotFound(id);
  return batch;
}

/** The time at which a batch ended is the time at which the Catalog learned of it, where nobody says another one. */
function completed(shown: Shown): Shown {
  return hasEnded(shown.status) && shown.completed === undefined
    ? { ...shown, completed: Date.now() }
    : shown;
}

async function requireAllowed(store: ScopedStore, before: Shown | undefined, after: Shown): Promise<void> {
  const problem = statusProblem(before?.status, after.status);
  if (problem !== undefined) {
    throw new Problem(before === undefined ? 'invalidBody' : 'conflict', `/status: ${problem}.`, {
      violations: [{ path: '/status', message: problem }],
    });
  }
  if (!Value.Equal(before?.relatedObjects, after.relatedObjects)) {
    await requireRelated(store, after.relatedObjects);
  }
}

function requireOnlyTags(before: Shown, after: Shown): void {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const changed = [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (name) => name !== 'tags' && !Value.Equal(old.get(name), fresh.get(name)),
  );
  const [batchId = ''] = before.tags.batchId ?? [];
  if (changed.length > 0) {
    throw ownedByRun(batchId, `Only its tags can be changed, and not ${changed.join(', ')}.`);
  }
}

/** The tags by which a run's batch is found stay. */
function withRunTags(before: Shown, after: Shown): Shown {
  const { flowId, runId, batchId } = before.tags;
  const own = Object.entries({ flowId, runId, batchId }).flatMap(([name, values]) =>
    values === undefined ? [] : [[name, values] as const],
  );
  return { ...after, tags: { ...after.tags, ...Object.fromEntries(own) } };
}

function ownedByRun(id: string, what: string): Problem {
  return new Problem('conflict', `The batch ${id} tells what a flow run did. ${what}`, {
    violations: [{ path: '', message: 'the batch belongs to a flow run' }],
  });
}
