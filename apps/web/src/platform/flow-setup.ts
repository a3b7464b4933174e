import { listAt, textAt, valueAt } from '../json.ts';
import { type SpecField, specFields } from '../spec/spec-fields.ts';
import { required } from './answers.ts';
import { FLOW_SERVICE } from './flow-service.ts';
import { type Call, jsonBody } from './http.ts';
import { NEWEST_OF_VERSION_1 } from './schemas.ts';

/** The connection spec of the lake, which every target connection has. */
const DATA_LAKE = { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' };

/** What can be said of a flow that begins at a kind of source. */
export interface FlowSpec {
  readonly id: string;
  readonly version: string;
  /** `append`, `upsert`, … */
  readonly mode: SpecField | undefined;
  readonly options: readonly SpecField[];
  /** `once`, `minute`, … */
  readonly frequencies: readonly string[];
}

export interface Mapping {
  /** Path of the source, as the mapping language writes it. */
  readonly source: string;
  /** Path of a field of the schema, dotted. */
  readonly destination: string;
}

/** A field of a proposed schema, and the column that it is for. */
export interface ProposedField {
  readonly column: string;
  /** Dotted. */
  readonly path: string;
}

export interface GivenSource {
  readonly name: string;
  readonly baseConnectionId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface GivenFlow {
  readonly name: string;
  readonly spec: FlowSpec;
  readonly sourceConnectionId: string;
  readonly targetConnectionId: string;
  readonly mappingId: string;
  /** Params of the Copy transformation. */
  readonly copy: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** Undefined: the flow runs on demand only. */
  readonly schedule: Readonly<Record<string, unknown>> | undefined;
  readonly isDraft: boolean;
}

/** What a flow is made of, made one by one. Each call answers an id. */
export interface FlowSetup {
  /** Undefined where no flow can begin at such a source. */
  flowSpecFor(connectorId: string): Promise<FlowSpec | undefined>;
  flowSpec(id: string): Promise<FlowSpec>;
  createSource(given: GivenSource): Promise<string>;
  /** A schema with a field for each of the source's columns. */
  createSchema(title: string, sourceConnectionId: string): Promise<ProposedSchema>;
  createDataSet(name: string, schemaId: string): Promise<string>;
  createTarget(name: string, schemaId: string, dataSetId: string): Promise<string>;
  createMappingSet(
    schemaId: string,
    sourceConnectionId: string,
    mappings: readonly Mapping[],
  ): Promise<string>;
  createFlow(given: GivenFlow): Promise<string>;
  /** The fields of a schema that columns may go to, as far as their names and values tell. */
  suggestMappings(
    schemaId: string,
    columns: readonly { readonly name: string; readonly type: string }[],
    rows: readonly Readonly<Record<string, unknown>>[],
  ): Promise<readonly Mapping[]>;
}

export interface ProposedSchema {
  readonly schemaId: string;
  readonly fields: readonly ProposedField[];
}

export function createFlowSetup(call: Call): FlowSetup {
  const create = async (path: string, body: unknown, what: string) =>
    required(textAt(await call(path, jsonBody(body)), 'id'), `id of the ${what}`);
  return {
    async flowSpecFor(connectorId) {
      const specs = listAt(await call(`${FLOW_SERVICE}/flowSpecs`), 'items');
      return parseFlowSpec(
        specs.find((spec) => listAt(spec, 'sourceConnectionSpecIds').includes(connectorId)),
      );
    },
    async flowSpec(id) {
      const answer = await call(`${FLOW_SERVICE}/flowSpecs/${encodeURIComponent(id)}`);
      return required(parseFlowSpec(valueAt(answer, 'items', 0)), 'flow spec');
    },
    createSource: (given) => create(`${FLOW_SERVICE}/sourceConnections`, given, 'source connection'),
    async createSchema(title, sourceConnectionId) {
      const path = '/data/foundation/schemaregistry/rpc/propose/source?create=true';
      return parseProposal(await call(path, jsonBody({ title, sourceConnectionId })));
    },
    async createDataSet(name, schemaId) {
      const schemaRef = { id: schemaId, contentType: NEWEST_OF_VERSION_1 };
      const answer = await call('/data/foundation/catalog/dataSets', jsonBody({ name, schemaRef }));
      return required(textAt(answer, 0), 'id of the dataset').replace('@/dataSets/', '');
    },
    createTarget: (name, schemaId, dataSetId) =>
      create(
        `${FLOW_SERVICE}/targetConnections`,
        {
          name,
          data: { schema: { id: schemaId, version: NEWEST_OF_VERSION_1 } },
          params: { dataSetId },
          connectionSpec: DATA_LAKE,
        },
        'target connection',
      ),
    createMappingSet: (schemaId, sourceConnectionId, mappings) =>
      create(
        '/data/foundation/conversion/mappingSets',
        {
          outputSchema: { schemaRef: { id: schemaId, contentType: NEWEST_OF_VERSION_1 } },
          sourceConnectionId,
          mappings: mappings.map((mapping) => ({ sourceType: 'ATTRIBUTE', ...mapping })),
        },
        'mapping set',
      ),
    createFlow: ({ isDraft, ...given }) =>
      create(`${FLOW_SERVICE}/flows${isDraft ? '?mode=draft' : ''}`, flowBody(given), 'flow'),
    async suggestMappings(schemaId, columns, rows) {
      const body = {
        schemaRef: { id: schemaId, contentType: NEWEST_OF_VERSION_1 },
        columns: columns.map((column) => ({
          ...column,
          samples: rows.map((row) => row[column.name] ?? null),
        })),
      };
      const answer = await call('/data/foundation/conversion/mappingSets/suggestion', jsonBody(body));
      return listAt(answer, 'mappings').flatMap((item) => {
        const source = textAt(item, 'source');
        const destination = textAt(item, 'destination');
        return source === undefined || destination === undefined ? [] : [{ source, destination }];
      });
    },
  };
}

function parseFlowSpec(spec: unknown): FlowSpec | undefined {
  const id = textAt(spec, 'id');
  if (id === undefined) return undefined;
  const copy = listAt(spec, 'transformationSpecs').find((each) => textAt(each, 'name') === 'Copy');
  return {
    id,
    version: textAt(spec, 'version') ?? '1.0',
    mode: specFields(valueAt(copy, 'spec')).find(({ key }) => key === 'mode'),
    options: specFields(valueAt(spec, 'optionSpec', 'spec')),
    frequencies: listAt(spec, 'scheduleSpec', 'spec', 'properties', 'frequency', 'enum').filter(
      (each) => typeof each === 'string',
    ),
  };
}

function parseProposal(answer: unknown): ProposedSchema {
  const resources = listAt(answer, 'resources');
  const schema = resources.find((each) => textAt(each, 'meta:resourceType') === 'schemas');
  return {
    schemaId: required(textAt(schema, '$id'), 'id of the schema'),
    fields: listAt(answer, 'columns').map((column) => ({
      column: required(textAt(column, 'name'), 'name of a column'),
      path: required(textAt(column, 'path'), 'path of a field').slice(1).replaceAll('/', '.'),
    })),
  };
}

function flowBody(given: Omit<GivenFlow, 'isDraft'>) {
  const { name, spec, sourceConnectionId, targetConnectionId, mappingId, copy, options, schedule } = given;
  return {
    name,
    flowSpec: { id: spec.id, version: spec.version },
    sourceConnectionIds: [sourceConnectionId],
    targetConnectionIds: [targetConnectionId],
    transformations: [
      { name: 'Copy', params: copy },
      { name: 'Mapping', params: { mappingId } },
    ],
    ...(Object.keys(options).length > 0 && { options }),
    ...(schedule !== undefined && { scheduleParams: schedule }),
  };
}
