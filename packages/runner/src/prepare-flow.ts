import { type MappingInput, type MappingPlan, planMappings, readMappings } from '@tributary/data-prep';
import type { IdentityField } from '@tributary/engine';
import type { FoundResource, Resource, ResourceKind } from '@tributary/store';
import { composeSchema, type ResolvedSchema, type XdmNode } from '@tributary/xdm';
import {
  type ConnectionDocument,
  documentOf,
  type FlowDocument,
  type MappingSetDocument,
  type SourceConnectionDocument,
} from './documents.ts';
import type { FlowReads } from './flow-reads.ts';
import { mappingSetAt, readMappingVersion } from './mapping-set-version.ts';
import { schemaIdentities } from './schema-identities.ts';
import { schemaLookup } from './schema-lookup.ts';
import { sourceColumnsOf } from './source-columns.ts';
import { keyMapping, type WriteMode, writeModeOf } from './write-mode.ts';

/** One reason why a flow cannot run, and the place in the flow's body that leads to it. */
export interface FlowViolation {
  /** JSON pointer into the flow. */
  readonly path: string;
  readonly message: string;
  readonly code?: string;
}

/** A flow with everything it refers to. */
export interface PreparedFlow {
  readonly flow: FlowDocument;
  readonly connection: { readonly id: string; readonly document: ConnectionDocument };
  readonly sourceConnection: { readonly id: string; readonly document: SourceConnectionDocument };
  readonly targetConnectionId: string;
  readonly dataSetId: string;
  readonly schema: ResolvedSchema;
  /** Target fields that identify a row's subject. */
  readonly identities: readonly IdentityField[];
  readonly mappings: readonly MappingInput[];
  /** The delta column that the flow names; undefined leaves the choice to the source. */
  readonly deltaColumn: string | undefined;
  readonly writeMode: WriteMode;
}

export type FlowPreparation =
  | { readonly ok: true; readonly prepared: PreparedFlow }
  | { readonly ok: false; readonly violations: readonly FlowViolation[] };

/**
 * Follows a flow's references and checks its mappings against source columns and target schema, as far as they are
 * known without asking the source. Flow creation and each run share it, so that a flow that was accepted can run.
 */
export async function prepareFlow(store: FlowReads, flow: FlowDocument): Promise<FlowPreparation> {
  const write = writeModeOf(flow);
  if (!write.ok) return write;
  const references = await followReferences(store, flow);
  if (!references.ok) return references;
  const { connection, sourceConnection, targetConnection, dataSet, mappingSet } = references;
  const schemaId = documentOf('dataSet', dataSet).schemaRef.id;
  const composed = composeSchema(schemaId, await schemaLookup(store, [schemaId]));
  if (!composed.ok) {
    return refuse(
      composed.problems.map(({ message, code }) => ({
        path: '/targetConnectionIds/0',
        message: `${schemaId}: ${message}`,
        code,
      })),
    );
  }
  const sourceDocument = documentOf('sourceConnection', sourceConnection);
  const mappings = mappingsOf(documentOf('mappingSet', mappingSet));
  const declared = sourceColumnsOf(sourceDocument);
  const planned = planMappings({ mappings, columns: declared ?? 'unknown', target: composed.value.root });
  if (!planned.ok) {
    const path = `/transformations/${mappingTransformation(flow)}/params/mappingId`;
    return refuse(
      planned.errors.map(({ destination, message, code }) => ({
        path,
        message: `${destination}: ${message}`,
        code,
      })),
    );
  }
  const unfound = unfoundKey(flow, write.mode, planned.plan, composed.value.root);
  if (unfound.length > 0) return refuse(unfound);
  return {
    ok: true,
    prepared: {
      flow,
      connection: { id: connection.id, document: documentOf('connection', connection) },
      sourceConnection: { id: sourceConnection.id, document: sourceDocument },
      targetConnectionId: targetConnection.id,
      dataSetId: dataSet.id,
      schema: composed.value,
      identities: await schemaIdentities(store, schemaId),
      mappings,
      deltaColumn: deltaColumnOf(flow),
      writeMode: write.mode,
    },
  };
}

/** Key columns that the flow names itself can be looked for in its mappings before the source is asked. */
function unfoundKey(
  { transformations }: FlowDocument,
  mode: WriteMode,
  plan: MappingPlan,
  schema: XdmNode,
): readonly FlowViolation[] {
  if (mode.kind === 'append' || mode.keyColumns === undefined) return [];
  const mapped = keyMapping(mode.keyColumns, plan, schema, `the mode ${mode.kind}`);
  const path = `/transformations/${transformations.findIndex(({ name }) => name === 'Copy')}/params/keyColumns`;
  return mapped.ok ? [] : mapped.violations.map(({ message }) => ({ path, message }));
}

interface Refusal {
  readonly ok: false;
  readonly violations: readonly FlowViolation[];
}

type References =
  | Refusal
  | {
      readonly ok: true;
      readonly connection: Resource;
      readonly sourceConnection: Resource;
      readonly targetConnection: Resource;
      readonly dataSet: Resource;
      readonly mappingSet: Resource;
    };

/** In two steps, however much there is to follow: what the flow names, and what that names. */
async function followReferences(store: FlowReads, flow: FlowDocument): Promise<References> {
  const [sourceConnectionId = ''] = flow.sourceConnectionIds;
  const [targetConnectionId = ''] = flow.targetConnectionIds;
  const mapping = flow.transformations[mappingTransformation(flow)]?.params ?? {};
  const mappingId = typeof mapping.mappingId === 'string' ? mapping.mappingId : undefined;
  const named = await store.findResources(
    ['sourceConnection', 'targetConnection', 'mappingSet'],
    [sourceConnectionId, targetConnectionId, ...(mappingId === undefined ? [] : [mappingId])],
  );
  const sourceConnection = ofKind(named, 'sourceConnection', sourceConnectionId);
  if (sourceConnection === undefined) return gone('/sourceConnectionIds/0', 'source connection');
  const targetConnection = ofKind(named, 'targetConnection', targetConnectionId);
  if (targetConnection === undefined) return gone('/targetConnectionIds/0', 'target connection');
  const { baseConnectionId } = documentOf('sourceConnection', sourceConnection);
  const { dataSetId } = documentOf('targetConnection', targetConnection).params;
  const further = await store.findResources(['connection', 'dataSet'], [baseConnectionId, dataSetId]);
  const connection = ofKind(further, 'connection', baseConnectionId);
  if (connection === undefined)
    return gone('/sourceConnectionIds/0', 'base connection of the source connection');
  const dataSet = ofKind(further, 'dataSet', dataSetId);
  if (dataSet === undefined) return gone('/targetConnectionIds/0', 'dataset of the target connection');

  const mappingSet = await followMapping(store, flow, ofKind(named, 'mappingSet', mappingId ?? ''));
  if ('ok' in mappingSet) return mappingSet;
  return { ok: true, connection, sourceConnection, targetConnection, dataSet, mappingSet };
}

function ofKind(
  found: ReadonlyMap<string, FoundResource>,
  kind: ResourceKind,
  id: string,
): Resource | undefined {
  const resource = found.get(id);
  return resource?.kind === kind ? resource : undefined;
}

/** The version of the mapping set that a flow names; the newest one where it names none. */
async function followMapping(
  store: FlowReads,
  flow: FlowDocument,
  newest: Resource | undefined,
): Promise<Resource | Refusal> {
  const index = mappingTransformation(flow);
  const { mappingId, mappingVersion } = flow.transformations[index]?.params ?? {};
  if (typeof mappingId !== 'string') {
    return refuse([
      {
        path: '/transformations',
        message: 'a transformation named Mapping with params.mappingId is required',
      },
    ]);
  }
  const path = `/transformations/${index}/params`;
  if (newest === undefined) return gone(`${path}/mappingId`, 'mapping set');
  if (mappingVersion === undefined) return newest;
  const version = readMappingVersion(mappingVersion);
  const named = version === undefined ? undefined : await mappingSetAt(store, newest, version);
  if (named !== undefined) return named;
  const message = `the mapping set ${mappingId} has no version ${String(mappingVersion)}; its newest is ${newest.version}`;
  return refuse([{ path: `${path}/mappingVersion`, message }]);
}

function mappingTransformation(flow: FlowDocument): number {
  return flow.transformations.findIndex(({ name }) => name === 'Mapping');
}

function deltaColumnOf(flow: FlowDocument): string | undefined {
  const delta = flow.transformations.find(({ name }) => name === 'Copy')?.params.deltaColumn;
  const name = typeof delta === 'object' && delta !== null && 'name' in delta ? delta.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

function mappingsOf(mappingSet: MappingSetDocument): readonly MappingInput[] {
  const read = readMappings(mappingSet.mappings);
  if (!read.ok) throw new Error('a stored mapping set cannot be read');
  return read.mappings;
}

function gone(path: string, what: string): Refusal {
  return refuse([{ path, message: `the ${what} does not exist in this sandbox` }]);
}

function refuse(violations: readonly FlowViolation[]): Refusal {
  return { ok: false, violations };
}
