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
import type { Session } from './session.ts';

const FLOW_SERVICE = '/data/foundation/flowservice';

/** The server refused a call or did not answer; the message says why, in the server's own words where it has some. */
export class PlatformError extends Error {
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.name = 'PlatformError';
    this.status = status;
  }
}

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

export type FlowAction = 'enable' | 'disable';

/** The calls that the UI makes. Each may throw a {@link PlatformError}. */
export interface PlatformClient {
  /** The newest flows, and whether there are more. */
  flows(limit: number): Promise<{ readonly flows: readonly Flow[]; readonly hasMore: boolean }>;
  flow(id: string): Promise<Flow>;
  /** Refused where the flow has changed since it was read. */
  changeState(flow: Flow, action: FlowAction): Promise<void>;
  /** A flow's newest runs, newest first. */
  runs(flowId: string, limit: number): Promise<readonly Run[]>;
  run(id: string): Promise<Run>;
  startRun(flowId: string): Promise<void>;
  sourceTable(sourceConnectionId: string): Promise<SourceTable>;
  baseConnectionName(id: string): Promise<string>;
  /** What a connection spec connects to, such as Salesforce. */
  connectorName(connectionSpecId: string): Promise<string>;
  dataSetIdOf(targetConnectionId: string): Promise<string>;
  dataSet(id: string): Promise<DataSet>;
  firstRows(dataSetId: string, limit: number): Promise<readonly Row[]>;
}

/**
 * A client for one session.
 * @param onUnauthorized told when the server no longer takes the session's token
 */
export function createPlatformClient(session: Session, onUnauthorized: () => void): PlatformClient {
  const headers = headersOf(session);
  // Ended runs and connections that a flow uses do not change, so that no list has to ask for them twice.
  const remember = createMemory();

  const call = async (path: string, init: RequestInit = {}): Promise<unknown> => {
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
    async startRun(flowId) {
      await flowService('/runs', jsonBody({ flowId }));
    },
    sourceTable: (id) =>
      remember(`source ${id}`, async () => parseSourceTable(await one('sourceConnections', id))),
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

function jsonBody(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The parsed answer; undefined where there is no body. @throws {PlatformError} */
async function send(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { ...init, cache: 'no-store' });
    text = await response.text();
  } catch {
    throw new PlatformError('The server does not answer. Check that Tributary is running.');
  }
  const answer = parseJson(text);
  if (response.ok) return answer;
  throw new PlatformError(
    detailOf(answer) ?? `The server answered with status ${response.status}.`,
    response.status,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Each service words its problems in a body of its own. */
function detailOf(answer: unknown): string | undefined {
  const keys = ['detail', 'error_description', 'message', 'errorMessage', 'title'];
  const detail = keys.map((key) => textAt(answer, key)).find((text) => text !== undefined);
  return detail === undefined ? undefined : detail.charAt(0).toUpperCase() + detail.slice(1);
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
