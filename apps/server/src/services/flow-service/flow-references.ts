import type { FlowSpec } from '@tributary/connectors';
import { documentOf, type FlowDocument, mappingSetAt, readMappingVersion } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import type { Violation } from '../../http/problem.ts';
import { isDraft } from './drafts.ts';

/**
 * Checks that everything a flow refers to exists in this sandbox and fits together, and locks it against deletion
 * until the transaction ends.
 */
export async function referenceViolations(
  store: ScopedStore,
  flow: Pick<FlowDocument, 'sourceConnectionIds' | 'targetConnectionIds' | 'transformations'>,
  spec: FlowSpec,
): Promise<Violation[]> {
  const source = await sourceViolations(store, flow.sourceConnectionIds[0] ?? '', spec);
  const target = await targetOf(store, flow.targetConnectionIds[0] ?? '', spec);
  const mapping = await mappingViolations(store, flow.transformations, target.schemaId);
  return [...source, ...target.violations, ...mapping];
}

async function sourceViolations(store: ScopedStore, id: string, spec: FlowSpec): Promise<Violation[]> {
  const path = '/sourceConnectionIds/0';
  const source = await store.resources('sourceConnection').getForUpdate(id);
  if (source === undefined) return [{ path, message: 'names no source connection of this sandbox' }];
  if (isDraft(source)) return [{ path, message: 'names a draft of a source connection; publish it first' }];
  const { baseConnectionId, connectionSpec } = documentOf('sourceConnection', source);
  const base = await store.resources('connection').getForUpdate(baseConnectionId);
  if (base === undefined)
    return [{ path, message: 'names a source connection whose base connection is gone' }];
  if (spec.sourceConnectionSpecIds.includes(connectionSpec.id)) return [];
  return [{ path, message: `is of connection spec ${connectionSpec.id}, which ${spec.name} does not take` }];
}

async function targetOf(store: ScopedStore, id: string, spec: FlowSpec) {
  const path = '/targetConnectionIds/0';
  const refuse = (message: string) => ({ violations: [{ path, message }], schemaId: undefined });
  const target = await store.resources('targetConnection').getForUpdate(id);
  if (target === undefined) return refuse('names no target connection of this sandbox');
  if (isDraft(target)) return refuse('names a draft of a target connection; publish it first');
  const { connectionSpec, params } = documentOf('targetConnection', target);
  if (!spec.targetConnectionSpecIds.includes(connectionSpec.id)) {
    return refuse(`is of connection spec ${connectionSpec.id}, which ${spec.name} does not take`);
  }
  const dataSet = await store.resources('dataSet').getForUpdate(params.dataSetId);
  if (dataSet === undefined) return refuse('names a target connection whose dataset is gone');
  return { violations: [], schemaId: documentOf('dataSet', dataSet).schemaRef.id };
}

async function mappingViolations(
  store: ScopedStore,
  transformations: FlowDocument['transformations'],
  schemaId: string | undefined,
): Promise<Violation[]> {
  const index = transformations.findIndex(({ name }) => name === 'Mapping');
  if (index < 0) {
    return [{ path: '/transformations', message: 'must have one named Mapping, with params.mappingId' }];
  }
  const params = `/transformations/${index}/params`;
  const path = `${params}/mappingId`;
  const { mappingId, mappingVersion } = transformations[index]?.params ?? {};
  if (typeof mappingId !== 'string') return [{ path, message: 'is missing' }];
  const newest = await store.resources('mappingSet').getForUpdate(mappingId);
  if (newest === undefined)
    return [{ path, message: 'names no mapping set of this sandbox', code: '1419-400' }];
  const version = mappingVersion === undefined ? newest.version : readMappingVersion(mappingVersion);
  const named = version === undefined ? undefined : await mappingSetAt(store, newest, version);
  if (named === undefined) {
    const message = `must be a version of the mapping set, from 1 to ${newest.version}`;
    return [{ path: `${params}/mappingVersion`, message, code: '1419-400' }];
  }
  const { outputSchemaId } = documentOf('mappingSet', named);
  if (schemaId === undefined || outputSchemaId === schemaId) return [];
  const message = `names a mapping set for the schema ${outputSchemaId}, but the target dataset has ${schemaId}`;
  return [{ path, message, code: '1425-400' }];
}
