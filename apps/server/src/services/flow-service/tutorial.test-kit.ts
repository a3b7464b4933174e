import { randomUUID } from 'node:crypto';
import type { DataSetDocument, MappingSetDocument } from '@tributary/runner';
import { startTestServer, type TestAnswer, type TestServer } from '../../test-kit.ts';
import { flowService } from './index.ts';

export const SALESFORCE = 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5';
export const DYNAMICS = '38ad80fe-8b06-4938-94f4-d4ee80266b07';
export const DATA_LAKE = 'c604ff05-7f1a-43c0-8e18-33bf874cb11c';
export const CRM_TO_AEP = '14518937-270c-4525-bdec-c2ba7cce3860';
export const CLOUD_STORAGE_TO_AEP = '9753525b-82c7-4dce-8a9b-5ccfce2b9876';

export const SECRETS = { password: 'hunter2-password', securityToken: 'hunter2-token' };

const SCHEMA_ID = 'https://ns.adobe.com/acme/schemas/417a33eb81a221bd10495920574ffa2d';
const ACTOR = { user: 'alice', client: 'test-client' };

/** What the tutorial has when it comes to the flow. */
export interface TutorialIds {
  readonly connectionId: string;
  readonly sourceConnectionId: string;
  readonly targetConnectionId: string;
  readonly dataSetId: string;
  readonly schemaId: string;
  readonly mappingId: string;
}

/** A server with the Flow Service, and the tutorial's bodies as it prints them. */
export interface FlowServer {
  readonly server: TestServer;
  call(method: string, path: string, options?: Parameters<TestServer['call']>[2]): Promise<TestAnswer>;
  /** Creates and answers the id. @throws when the answer is not 201. */
  create(path: string, body: unknown, sandbox?: string): Promise<string>;
  /** A schema, a dataset of it and a mapping set onto it, as the sibling services store them. */
  landing(sandbox?: string): Promise<Pick<TutorialIds, 'dataSetId' | 'schemaId' | 'mappingId'>>;
  /** Everything up to the flow. */
  tutorial(sandbox?: string): Promise<TutorialIds>;
  close(): Promise<void>;
}

export async function startFlowServer(): Promise<FlowServer> {
  const server = await startTestServer([flowService]);
  const call: FlowServer['call'] = (method, path, options) =>
    server.call(method, `/data/foundation/flowservice${path}`, options);

  const create: FlowServer['create'] = async (path, body, sandbox = 'prod') => {
    const answer = await call('POST', path, { body, sandbox });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };

  const landing: FlowServer['landing'] = async (sandbox = 'prod') => {
    const store = await scopedStore(server, sandbox);
    if ((await store.resources('schema').get(SCHEMA_ID)) === undefined) {
      await store.resources('schema').insert(SCHEMA_ID, schemaBody, ACTOR);
    }
    const dataSetId = randomUUID().replaceAll('-', '').slice(0, 24);
    const dataSet: DataSetDocument = {
      name: 'Target Dataset for CRM data',
      schemaRef: { id: SCHEMA_ID, contentType: 'application/vnd.adobe.xed-full-notext+json; version=1' },
    };
    await store.resources('dataSet').insert(dataSetId, dataSet, ACTOR);
    const mappingId = randomUUID();
    await store.resources('mappingSet').insert(mappingId, mappingSetFor(SCHEMA_ID), ACTOR);
    return { dataSetId, schemaId: SCHEMA_ID, mappingId };
  };

  return {
    server,
    call,
    create,
    landing,
    async tutorial(sandbox) {
      const { dataSetId, schemaId, mappingId } = await landing(sandbox);
      const connectionId = await create('/connections', connectionBody(), sandbox);
      return {
        connectionId,
        sourceConnectionId: await create('/sourceConnections', sourceConnectionBody(connectionId), sandbox),
        targetConnectionId: await create(
          '/targetConnections',
          targetConnectionBody(schemaId, dataSetId),
          sandbox,
        ),
        dataSetId,
        schemaId,
        mappingId,
      };
    },
    close: () => server.close(),
  };
}

export async function scopedStore({ store }: TestServer, sandbox = 'prod') {
  const orgId = 'ACME@AdobeOrg';
  const found = await store.organizations.sandbox(orgId, sandbox);
  if (found === undefined) throw new Error(`no sandbox ${sandbox}`);
  return store.scoped({ orgId, sandboxId: found.id });
}

export function connectionBody(params: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'Base Connection for a CRM system',
    description: 'Signs in at Salesforce',
    auth: {
      specName: 'Basic Authentication',
      params: {
        environmentUrl: 'https://acme.my.salesforce.com',
        username: 'alice@acme.example',
        ...SECRETS,
        ...params,
      },
    },
    connectionSpec: { id: SALESFORCE, version: '1.0' },
  };
}

export function sourceConnectionBody(baseConnectionId: string) {
  const text = (name: string) => ({ name, type: 'string', meta: { originalType: 'String' } });
  return {
    name: 'Source Connection for a CRM system',
    baseConnectionId,
    description: 'Source Connection for a CRM system',
    data: { format: 'tabular' },
    params: { tableName: 'Contact', columns: ['first_name', 'last_name', 'email'].map(text) },
  };
}

export function targetConnectionBody(schemaId: string, dataSetId: string) {
  return {
    name: 'Target Connection for a CRM connector',
    description: 'Target Connection for CRM data',
    data: { schema: { id: schemaId, version: 'application/vnd.adobe.xed-full+json;version=1.0' } },
    params: { dataSetId },
    connectionSpec: { id: DATA_LAKE, version: '1.0' },
  };
}

export function flowBody(ids: TutorialIds) {
  return {
    name: 'Dataflow between a CRM system and Platform',
    description: 'Inbound data to Platform',
    flowSpec: { id: CLOUD_STORAGE_TO_AEP, version: '1.0' },
    sourceConnectionIds: [ids.sourceConnectionId],
    targetConnectionIds: [ids.targetConnectionId],
    transformations: [
      {
        name: 'Copy',
        params: { deltaColumn: { name: 'updatedAt', dateFormat: 'YYYY-MM-DD', timezone: 'UTC' } },
      },
      { name: 'Mapping', params: { mappingId: ids.mappingId } },
    ],
    scheduleParams: { startTime: '1567411548', frequency: 'minute', interval: '30' },
  };
}

const schemaBody = {
  $id: SCHEMA_ID,
  'meta:altId': '_acme.schemas.417a33eb81a221bd10495920574ffa2d',
  'meta:resourceType': 'schemas',
  version: '1.0',
  type: 'object',
  title: 'Target schema for CRM source connector',
  description: '',
  allOf: [
    { $ref: 'https://ns.adobe.com/xdm/context/profile' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-personal-details' },
  ],
  'meta:class': 'https://ns.adobe.com/xdm/context/profile',
};

export function mappingSetFor(
  outputSchemaId: string,
  mappings: Readonly<Record<string, string>> = {
    first_name: 'person.name.firstName',
    last_name: 'person.name.lastName',
    email: 'personalEmail.address',
  },
): MappingSetDocument {
  return {
    outputSchemaId,
    mappings: Object.entries(mappings).map(([source, destination]) => ({
      id: randomUUID(),
      sourceType: 'ATTRIBUTE',
      source,
      destination,
    })),
  };
}
