import type { Actor, Resource, ScopedStore } from '@tributary/store';
import { documentOf, type MappingSetDocument } from './documents.ts';

/*
 * A mapping set counts its versions from 1; each change makes the next one. The newest is the mapping set's own
 * document. Former ones are documents of the kind `mappingSetVersion`, written in the transaction that replaced them
 * and never changed after that, so that a flow that names a version reads the same mappings for ever.
 */

/** The version that a mapping set begins with. */
export const FIRST_VERSION = 1;

/**
 * Reads a version as clients write it, a number or its text. Clients of the platform, where counting begins at 0, name
 * the first version 0: it is the first one here too.
 * @returns undefined for what is no version
 */
export function readMappingVersion(given: unknown): number | undefined {
  const text = String(given);
  if (!/^\d{1,9}$/.test(text)) return undefined;
  return Math.max(Number(text), FIRST_VERSION);
}

/** A mapping set as it was at a version; undefined when the set has no such version. */
export async function mappingSetAt(
  store: Pick<ScopedStore, 'resources'>,
  current: Resource,
  version: number,
): Promise<Resource | undefined> {
  if (version === current.version) return current;
  const former = await store.resources('mappingSetVersion').get(formerId(current.id, version));
  if (former === undefined) return undefined;
  const { document, modifiedAt, modifiedBy } = documentOf('mappingSetVersion', former);
  return { ...current, version, body: document, updatedAt: new Date(modifiedAt), updatedBy: modifiedBy };
}

/**
 * Makes the next version of a mapping set and keeps the former one. To be called in the transaction that read `current`
 * for update.
 */
export async function replaceMappingSet(
  store: ScopedStore,
  current: Resource,
  document: MappingSetDocument,
  actor: Actor,
): Promise<Resource> {
  const former = {
    mappingSetId: current.id,
    version: current.version,
    modifiedAt: current.updatedAt.getTime(),
    modifiedBy: current.updatedBy,
    document: current.body,
  };
  await store.resources('mappingSetVersion').insert(formerId(current.id, current.version), former, actor);
  const replaced = await store
    .resources('mappingSet')
    .replace(current.id, current.etag, { ...document }, actor);
  if (replaced === undefined) throw new Error(`mapping set ${current.id} changed while its row was locked`);
  return replaced;
}

/** Removes a mapping set with all of its versions. */
export async function removeMappingSet(store: ScopedStore, { id, version }: Resource): Promise<void> {
  for (let former = FIRST_VERSION; former < version; former += 1) {
    await store.resources('mappingSetVersion').remove(formerId(id, former));
  }
  await store.resources('mappingSet').remove(id);
}

function formerId(id: string, version: number): string {
  return `${id}.${version}`;
}
