import { randomUUID } from 'node:crypto';
import type { SourceColumns } from '@tributary/data-prep';
import { documentOf, flowsUsing, replaceMappingSet } from '@tributary/runner';
import type { Actor, Resource, ScopedStore } from '@tributary/store';
import { Problem } from '../../http/problem.ts';
import { type CheckedMappingSet, checkMappingSet } from './check-mapping-set.ts';
import { type MappingSetBody, outputSchemaOf } from './mapping-set-body.ts';
import { mappingSetDocument } from './mapping-set-document.ts';
import { invalidMappingSet, refuseErrors } from './refusal.ts';
import { namesOf } from './stored-mapping-set.ts';

/** A mapping set as it has been stored, and what the check had to say. */
export interface StoredMappingSet {
  readonly resource: Resource;
  readonly checked: CheckedMappingSet;
}

export interface ChangeOptions {
  /** The columns that the mappings are written for, where they are known. */
  readonly columns: SourceColumns;
  /** Whether a set is refused that leaves out a field without which every row is rejected. */
  readonly demandComplete: boolean;
}

/** Stores a new mapping set. @throws {Problem} with everything that is wrong with it */
export async function createMappingSet(
  store: ScopedStore,
  body: MappingSetBody,
  actor: Actor,
  options: ChangeOptions,
): Promise<StoredMappingSet> {
  return store.transaction(async (tx) => {
    await holdOutputSchema(tx, body);
    const checked = await checkedOrRefuse(tx, body, options);
    const document = { ...mappingSetDocument(body, checked) };
    return { resource: await tx.resources('mappingSet').insert(randomUUID(), document, actor), checked };
  });
}

/**
 * Stores the next version of a mapping set that `store`, a transaction, holds.
 * @throws {Problem} with everything that is wrong with it
 */
export async function storeNextVersion(
  store: ScopedStore,
  current: Resource,
  body: MappingSetBody,
  actor: Actor,
  options: ChangeOptions,
): Promise<StoredMappingSet> {
  await holdOutputSchema(store, body);
  const checked = await checkedOrRefuse(store, body, options);
  const before = documentOf('mappingSet', current);
  if (before.outputSchemaId !== checked.schema.id) await refuseOtherSchema(store, current.id);
  const document = mappingSetDocument(body, checked, before);
  return { resource: await replaceMappingSet(store, current, document, actor), checked };
}

async function checkedOrRefuse(
  store: ScopedStore,
  body: MappingSetBody,
  { columns, demandComplete }: ChangeOptions,
): Promise<CheckedMappingSet> {
  const checked = await checkMappingSet(store, body, columns);
  refuseErrors(checked.errors);
  if (demandComplete && checked.missing.length > 0) {
    throw invalidMappingSet(
      checked.missing.map(({ message, code }) => ({ path: '/mappings', message, code })),
    );
  }
  return checked;
}

/** Keeps others from deleting the schema that the set is about to name; one that is gone is told by the check. */
async function holdOutputSchema(store: ScopedStore, body: MappingSetBody): Promise<void> {
  const output = outputSchemaOf(body);
  if (output !== undefined) await store.resources('schema').getForUpdate(output.id);
}

/** A flow that follows the newest version lands in a dataset of the schema that this has. */
async function refuseOtherSchema(store: ScopedStore, id: string): Promise<void> {
  const following = (await flowsUsing(store, id)).filter(({ isPinned }) => !isPinned);
  if (following.length === 0) return;
  const message = `must stay the same, since the flows ${namesOf(following)} follow this mapping set and land in datasets of its schema; have them name a mappingVersion, or create another mapping set`;
  throw new Problem('invalidBody', `The output schema ${message}.`, {
    violations: [{ path: '/outputSchema/schemaRef/id', message }],
  });
}
