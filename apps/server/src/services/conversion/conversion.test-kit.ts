import { type SalesforceEmulator, startSalesforceEmulator } from '@tributary/emulators';
import { startTestServer, type TestAnswer, type TestServer } from '../../test-kit.ts';
import { flowService } from '../flow-service/index.ts';
import { SALESFORCE } from '../flow-service/tutorial.test-kit.ts';
import { schemaRegistry } from '../schema-registry/index.ts';
import { conversion } from './index.ts';

const PROFILE = 'https://ns.adobe.com/xdm/context/profile';

/** A server with the Conversion service and its neighbours, and the schema that the tutorial makes. */
export interface ConversionServer {
  readonly server: TestServer;
  readonly schemaId: string;
  /** Calls the Conversion service. */
  call(method: string, path: string, options?: Parameters<TestServer['call']>[2]): Promise<TestAnswer>;
  /** Creates a mapping set and answers it. @throws when it is refused */
  create(...mappings: unknown[]): Promise<TestAnswer['body']>;
  /** A schema of the given parts and fields of its own. */
  schema(
    title: string,
    parts: readonly string[],
    properties?: unknown,
    required?: readonly string[],
  ): Promise<string>;
  close(): Promise<void>;
}

export async function startConversionServer(): Promise<ConversionServer> {
  const server = await startTestServer([conversion, schemaRegistry, flowService]);
  const call: ConversionServer['call'] = (method, path, options) =>
    server.call(method, `/data/foundation/conversion${path}`, options);
  const registry = async (path: string, body: unknown) => {
    const answer = await server.call('POST', `/data/foundation/schemaregistry/tenant${path}`, { body });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.$id;
  };

  const schema: ConversionServer['schema'] = async (title, parts, properties, required = []) => {
    const allOf: { $ref: string }[] = [PROFILE, ...parts].map(($ref) => ({ $ref }));
    if (properties !== undefined) {
      const own = { type: 'object', properties: { _acme: { type: 'object', properties, required } } };
      const group = {
        type: 'object',
        title: `${title} fields`,
        'meta:intendedToExtend': [PROFILE],
        definitions: { own },
        allOf: [{ $ref: '#/definitions/own' }],
      };
      allOf.push({ $ref: await registry('/fieldgroups', group) });
    }
    return registry('/schemas', { type: 'object', title, allOf });
  };

  const schemaId = await schema('People', [`${PROFILE}-person-details`, `${PROFILE}-personal-details`]);
  return {
    server,
    schemaId,
    call,
    schema,
    async create(...mappings) {
      const answer = await call('POST', '/mappingSets', { body: setOf(schemaId, ...mappings) });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
    close: () => server.close(),
  };
}

/** A mapping set as a client sends it. */
export function setOf(schemaId: string, ...mappings: unknown[]) {
  return { outputSchema: { schemaRef: { id: schemaId, contentType: '1.0' } }, mappings };
}

export function mapping(source: string, destination: string) {
  return { source, destination };
}

/** A Salesforce with contacts, and connections of the server to it. */
export interface ConnectedCrm {
  readonly connectionId: string;
  /** A source connection to all columns of Contact. */
  readonly sourceConnectionId: string;
  sourceConnection(tableName: string, columns?: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export async function connectCrm({ server }: ConversionServer): Promise<ConnectedCrm> {
  const emulator: SalesforceEmulator = await startSalesforceEmulator({ rows: { Contact: 20, Account: 10 } });
  const create = async (path: string, body: unknown): Promise<string> => {
    const answer = await server.call('POST', `/data/foundation/flowservice${path}`, { body });
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const { username, password, securityToken } = emulator.credentials;
  const connectionId = await create('/connections', {
    name: 'CRM',
    auth: {
      specName: 'Basic Authentication',
      params: { environmentUrl: emulator.url, username, password, securityToken },
    },
    connectionSpec: { id: SALESFORCE, version: '1.0' },
  });
  const sourceConnection = (tableName: string, columns?: readonly string[]) =>
    create('/sourceConnections', {
      name: tableName,
      baseConnectionId: connectionId,
      data: { format: 'tabular' },
      params: {
        tableName,
        ...(columns && { columns: columns.map((name) => ({ name, type: 'string' })) }),
      },
      connectionSpec: { id: SALESFORCE, version: '1.0' },
    });
  return {
    connectionId,
    sourceConnectionId: await sourceConnection('Contact'),
    sourceConnection,
    close: () => emulator.close(),
  };
}
