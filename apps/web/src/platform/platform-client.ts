import { isObject, listAt, numberAt, textAt, valueAt } from '../json.ts';
import {
  type DataSet,
  type Flow,
  isUnderWay,
  parseDataSet,
  parseFlow,
  parseRun,
  parseSourceTable,
  type Row,
  type Run,
  required,
  type SourceTable,
} from './answers.ts';
import { type Connections, createConnections } from './connections.ts';
import { createFlowSetup, type FlowSetup } from './flow-setup.ts';
import { type Call, jsonBody, PlatformError, send } from './http.ts';
import {
  type ExpressionError,
  type Fault,
  type Language,
  type PreviewedRow,
  parseExpressionError,
  parseFault,
  parseFunctions,
  parseOperator,
  parsePreviewedRow,
  parseSchemaName,
  type SchemaField,
  type SchemaName,
} from './mapping-language.ts';
import { parseRejectedRow, type RejectedRow } from './rejected-rows.ts';
import { parseRunDetails, type RunDetails } from './run-details.ts';
import { schemaFields } from './schema-fields.ts';
import type { Session } from './session.ts';
import { parseSourceSelection, type SourceSelection } from './source-selection.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

const FLOW_SERVICE = '/data/foundation/flowservice';
const CONVERSION = '/data/foundation/conversion';
const TENANT_SCHEMAS = '/data/foundation/schemaregistry/tenant/schemas';

/**
 * What schemas extend that rows are mapped to. Ad-hoc ones, which describe tables of sources, are none of
 * them.
 */
const MAPPABLE_BEHAVIOURS = [
  'https://ns.adobe.com/xdm/data/record',
  'https://ns.adobe.com/xdm/data/time-series',
];
/** The media type of a schema that is resolved and whole. */
const NEWEST_OF_VERSION_1 = 'application/vnd.adobe.xed-full+json; version=1';

export interface Credential {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly orgId: string;
  readonly sandbox: string;
}

/**
 * Gets a token for a client and makes sure that it opens the organisation and the sandbox.
 * @throws {PlatformError}
 */
export async function signIn({ clientId, clientSecret, orgId, sandbox }: Credential): Promise<Session> {
  const answer = await send('/ims/token/v3', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'openid,AdobeID,read_organizations',
    }),
  });
  const session = {
    accessToken: required(textAt(answer, 'access_token'), 'access token'),
    expiresAt: Date.now() + required(numberAt(answer, 'expires_in'), 'lifetime of the token') * 1000,
    clientId,
    orgId,
    sandbox,
  };
  await send(`${FLOW_SERVICE}/flows?limit=1`, { headers: headersOf(session) });
  return session;
}

export type RunAction = 'cancel' | 're-trigger' | 'accept-drift';

export type FlowAction = 'enable' | 'disable' | 'publish';

/** One operation of JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** What an expression makes of a row, at a field of a schema. */
export interface Trial {
  readonly expression: string;
  readonly row: Row;
  readonly schemaId: string;
  readonly destination: string;
}

/** The calls that the UI makes. Each may throw a {@link PlatformError}. */
export interface PlatformClient {
  readonly connections: Connections;
  readonly flowSetup: FlowSetup;
  readonly webhooks: Webhooks;
  /** The newest flows, and whether there are more. */
  flows(limit: number): Promise<{ readonly flows: readonly Flow[]; readonly hasMore: boolean }>;
  flow(id: string): Promise<Flow>;
  /** Refused where the flow has changed since it was read. */
  changeState(flow: Flow, action: FlowAction): Promise<void>;
  /**
   * Deletes a flow, and its source and target connection where nothing else uses them. What has landed stays.
   */
  removeFlow(flow: Flow): Promise<void>;
  /** Changes settings of a flow, as JSON Patch. Refused where the flow has changed since it was read. */
  changeFlow(flow: Flow, operations: readonly PatchOperation[]): Promise<void>;
  /** A flow's newest runs, newest first. */
  runs(flowId: string, limit: number): Promise<readonly Run[]>;
  run(id: string): Promise<Run>;
  /** What is told of one run beside what lists show. */
  runDetails(id: string): Promise<RunDetails>;
  /** `params` as the Flow Service takes them; without any a run takes what has changed. */
  startRun(flowId: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends a run that is under way, or runs what one that has failed or was cancelled was to run. */
  act(run: Run, action: RunAction): Promise<void>;
  sourceTable(sourceConnectionId: string): Promise<SourceTable>;
  sourceSelection(sourceConnectionId: string): Promise<SourceSelection>;
  baseConnectionName(id: string): Promise<string>;
  /** What a connection spec connects to, such as Salesforce. */
  connectorName(connectionSpecId: string): Promise<string>;
  dataSetIdOf(targetConnectionId: string): Promise<string>;
  dataSet(id: string): Promise<DataSet>;
  firstRows(dataSetId: string, limit: number): Promise<readonly Row[]>;
  /** Some of the rows of a batch that did not land, with the reasons of each. */
  rejectedRows(batchId: string): Promise<readonly RejectedRow[]>;
  /** The functions and operators of the mapping language. */
  language(): Promise<Language>;
  /** All that is wrong with an expression over rows such as this one. */
  expressionErrors(expression: string, row: Row): Promise<readonly ExpressionError[]>;
  /** Why the value of an expression cannot go to its field. */
  mappingErrors(trial: Trial): Promise<readonly Fault[]>;
  preview(trial: Trial): Promise<PreviewedRow>;
  /** The sandbox's own record and time-series schemas, by title; as many as the registry lists at once. */
  schemas(): Promise<readonly SchemaName[]>;
  schemaFields(schemaId: string): Promise<readonly SchemaField[]>;
}

/**
 * A client for one session.
 * @param onUnauthorized told when the server no longer takes the session's token
 */
export function createPlatformClient(session: Session, onUnauthorized: () => void): PlatformClient {
  const headers = headersOf(session);
  // Ended runs and connections that a flow uses do not change, so that no list has to ask for them twice.
  const remember = createMemory();

  const call: Call = async (path, init = {}) => {
    try {
      return await send(path, { ...init, headers: { ...headers, ...init.headers } });
    } catch (error) {
      if (error instanceof PlatformError && error.status === 401) onUnauthorized();
      throw error;
    }
  };
  const flowService = (path: string, init?: RequestInit) => call(`${FLOW_SERVICE}${path}`, init);
  const one = async (kind: string, id: string) =>
    listAt(await flowService(`/${kind}/${encodeURIComponent(id)}`), 'items')[0];

  return {
    connections: createConnections(call),
    flowSetup: createFlowSetup(call),
    webhooks: createWebhooks(call),
    async flows(limit) {
      const answer = await flowService(`/flows?limit=${limit}`);
      return {
        flows: listAt(answer, 'items').map(parseFlow),
        hasMore: textAt(answer, '_links', 'next', 'href') !== undefined,
      };
    },
    flow: async (id) => parseFlow(await one('flows', id)),
    async changeState(flow, action) {
      await flowService(`/flows/${encodeURIComponent(flow.id)}/action?op=${action}`, {
        method: 'POST',
        headers: { 'if-match': flow.etag },
      });
    },
    async removeFlow({ id, etag, sourceConnectionId, targetConnectionId }) {
      const remove = (path: string, init?: RequestInit) => flowService(path, { ...init, method: 'DELETE' });
      await remove(`/flows/${encodeURIComponent(id)}`, { headers: { 'if-match': etag } });
      // The server refuses where they are in use.
      await Promise.allSettled([
        sourceConnectionId && remove(`/sourceConnections/${encodeURIComponent(sourceConnectionId)}`),
        targetConnectionId && remove(`/targetConnections/${encodeURIComponent(targetConnectionId)}`),
      ]);
    },
    async changeFlow(flow, operations) {
      await flowService(`/flows/${encodeURIComponent(flow.id)}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'if-match': flow.etag },
        body: JSON.stringify(operations),
      });
    },
    async runs(flowId, limit) {
      const property = encodeURIComponent(`flowId==${flowId}`);
      return listAt(await flowService(`/runs?property=${property}&limit=${limit}`), 'items').map(parseRun);
    },
    run: (id) =>
      remember(
        `run ${id}`,
        async () => parseRun(await one('runs', id)),
        (run) => !isUnderWay(run),
      ),
    runDetails: async (id) => parseRunDetails(await one('runs', id)),
    async startRun(flowId, params) {
      await flowService('/runs', jsonBody({ flowId, ...(params && { params }) }));
    },
    async act(run, action) {
      await flowService(`/runs/${encodeURIComponent(run.id)}/action?op=${action}`, { method: 'POST' });
    },
    sourceTable: (id) =>
      remember(`source ${id}`, async () => parseSourceTable(await one('sourceConnections', id))),
    sourceSelection: async (id) => parseSourceSelection(await one('sourceConnections', id)),
    baseConnectionName: async (id) => textAt(await one('connections', id), 'name') ?? id,
    connectorName: (id) =>
      remember(`connector ${id}`, async () => {
        const spec = await one('connectionSpecs', id);
        return textAt(spec, 'attributes', 'connectorName') ?? textAt(spec, 'name') ?? id;
      }),
    dataSetIdOf: (id) =>
      remember(`target ${id}`, async () =>
        required(textAt(await one('targetConnections', id), 'params', 'dataSetId'), 'dataset id'),
      ),
    async dataSet(id) {
      const answer = await call(`/data/foundation/catalog/dataSets/${encodeURIComponent(id)}`);
      return parseDataSet(id, valueAt(answer, id));
    },
    async firstRows(dataSetId, limit) {
      const path = `/data/foundation/export/datasets/${encodeURIComponent(dataSetId)}/preview?limit=${limit}`;
      return listAt(await call(path), 'data').filter(isObject);
    },
    async rejectedRows(batchId) {
      const path = `/data/foundation/export/batches/${encodeURIComponent(batchId)}/meta?path=row_error_samples.json`;
      return listAt(await call(path)).map(parseRejectedRow);
    },
    language: () =>
      remember('language', async () => {
        const [functions, operators] = await Promise.all([
          call(`${CONVERSION}/languages/el/functions`),
          call(`${CONVERSION}/languages/el/operators`),
        ]);
        return { functions: parseFunctions(functions), operators: listAt(operators).map(parseOperator) };
      }),
    async expressionErrors(expression, row) {
      const body = { expression, sampleData: JSON.stringify(row), sampleDataType: 'json' };
      const answer = await call(`${CONVERSION}/languages/el/validate`, jsonBody(body));
      return listAt(answer, 'errors').map(parseExpressionError);
    },
    async mappingErrors(trial) {
      const answer = await call(`${CONVERSION}/mappingSets/validate`, jsonBody(mappingSetOf(trial)));
      // Later entries tell of fields that no mapping fills, as one mapping alone hardly could.
      return listAt(answer, 'validationResponse', 0, 'errors').map(parseFault);
    },
    async preview(trial) {
      const body = { data: [trial.row], mappingSet: mappingSetOf(trial) };
      const answer = await call(`${CONVERSION}/mappingSets/preview`, jsonBody(body));
      return parsePreviewedRow(required(listAt(answer)[0], 'previewed row'));
    },
    async schemas() {
      const lists = MAPPABLE_BEHAVIOURS.map((behaviour) =>
        call(`${TENANT_SCHEMAS}?orderby=title&property=${encodeURIComponent(`meta:extends==${behaviour}`)}`, {
          headers: { accept: 'application/vnd.adobe.xed-id+json' },
        }),
      );
      const answers = await Promise.all(lists);
      return answers
        .flatMap((answer) => listAt(answer, 'results').map(parseSchemaName))
        .sort((a, b) => a.title.localeCompare(b.title));
    },
    async schemaFields(schemaId) {
      const answer = await call(`${TENANT_SCHEMAS}/${encodeURIComponent(schemaId)}`, {
        headers: { accept: NEWEST_OF_VERSION_1 },
      });
      return schemaFields(answer);
    },
  };
}

function mappingSetOf({ expression, schemaId, destination }: Trial) {
  return {
    outputSchema: { schemaRef: { id: schemaId, contentType: NEWEST_OF_VERSION_1 } },
    mappings: [{ sourceType: 'EXPRESSION', source: expression, destination }],
  };
}

function headersOf({ accessToken, clientId, orgId, sandbox }: Session): Record<string, string> {
  return {
    authorization: `Bearer ${accessToken}`,
    'x-api-key': clientId,
    'x-gw-ims-org-id': orgId,
    'x-sandbox-name': sandbox,
  };
}

/** Answers each key from its first successful load, as far as that one is to be kept. */
function createMemory() {
  const kept = new Map<string, unknown>();
  return async <T>(key: string, load: () => Promise<T>, isFinal: (value: T) => boolean = () => true) => {
    // Only this function writes, and a key always stands for one kind of value.
    if (kept.has(key)) return kept.get(key) as T;
    const value = await load();
    if (isFinal(value)) kept.set(key, value);
    return value;
  };
}
