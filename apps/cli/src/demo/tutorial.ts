import { type PlatformCall, type PlatformClient, textAt, valueAt } from './platform-client.ts';

const FLOW_SERVICE = '/data/foundation/flowservice';
const SALESFORCE_SPEC = 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5';
const DATA_LAKE_SPEC = 'c604ff05-7f1a-43c0-8e18-33bf874cb11c';

/** The demo CRM's address and login. */
export interface CrmLogin {
  readonly environmentUrl: string;
  readonly username: string;
  readonly password: string;
  readonly securityToken: string;
}

/** What the tutorial's calls have made. */
export interface TutorialResult {
  readonly flowId: string;
  readonly dataSetId: string;
}

/** Told of each call before it is made and once it is answered. */
export type CallObserver = (title: string, call: PlatformCall, answer: unknown) => void;

/**
 * The tutorial "Collect CRM data through source connectors and APIs", call by call, with its own bodies: only ids,
 * the table and its columns are filled in.
 */
export async function walkTutorial(
  client: PlatformClient,
  crm: CrmLogin,
  observe: CallObserver,
): Promise<TutorialResult> {
  const make = async (title: string, call: PlatformCall): Promise<unknown> => {
    const answer = await client.call(call);
    observe(title, call, answer);
    return answer;
  };
  const post = (title: string, path: string, body: unknown) => make(title, { method: 'POST', path, body });

  const connection = await post(
    'Create a base connection',
    `${FLOW_SERVICE}/connections`,
    baseConnection(crm),
  );
  const baseConnectionId = textAt(connection, 'id');
  await make('Explore the table', {
    method: 'GET',
    path: `${FLOW_SERVICE}/connections/${baseConnectionId}/explore?objectType=table&object=Contact`,
  });
  const source = await post(
    'Create a source connection',
    `${FLOW_SERVICE}/sourceConnections`,
    sourceConnection(baseConnectionId),
  );
  const schema = await post(
    'Create a target XDM schema',
    '/data/foundation/schemaregistry/tenant/schemas',
    targetSchema,
  );
  const schemaId = textAt(schema, '$id');
  const dataSets = await post(
    'Create a target dataset',
    '/data/foundation/catalog/dataSets?requestDataSource=true',
    dataSet(schemaId),
  );
  const dataSetId = textAt(dataSets, 0).replace('@/dataSets/', '');
  const target = await post(
    'Create a target connection',
    `${FLOW_SERVICE}/targetConnections`,
    targetConnection(schemaId, dataSetId),
  );
  const mapping = await post(
    'Create a mapping',
    '/data/foundation/conversion/mappingSets',
    mappingSet(schemaId),
  );
  const flowSpecs = await make('Retrieve dataflow specifications', {
    method: 'GET',
    path: `${FLOW_SERVICE}/flowSpecs?property=${encodeURIComponent('name=="CRMToAEP"')}`,
  });
  const flow = await post(
    'Create a dataflow',
    `${FLOW_SERVICE}/flows`,
    dataflow({
      flowSpecId: textAt(valueAt(flowSpecs, 'items'), 0, 'id'),
      sourceConnectionId: textAt(source, 'id'),
      targetConnectionId: textAt(target, 'id'),
      mappingId: textAt(mapping, 'id'),
    }),
  );
  return { flowId: textAt(flow, 'id'), dataSetId };
}

function baseConnection({ environmentUrl, username, password, securityToken }: CrmLogin) {
  return {
    name: 'Base connection for a CRM system',
    auth: { specName: 'Basic Authentication', params: { environmentUrl, username, password, securityToken } },
    connectionSpec: { id: SALESFORCE_SPEC, version: '1.0' },
  };
}

function sourceConnection(baseConnectionId: string) {
  const column = (name: string) => ({ name, type: 'string', meta: { originalType: 'String' } });
  return {
    name: 'Source Connection for a CRM system',
    baseConnectionId,
    description: 'Source Connection for a CRM system',
    data: { format: 'tabular' },
    params: {
      tableName: 'Contact',
      columns: ['FirstName', 'LastName', 'Email'].map(column),
    },
  };
}

const targetSchema = {
  type: 'object',
  title: 'Target schema for CRM source connector',
  description: '',
  allOf: [
    { $ref: 'https://ns.adobe.com/xdm/context/profile' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-personal-details' },
  ],
  'meta:containerId': 'tenant',
  'meta:resourceType': 'schemas',
  'meta:xdmType': 'object',
  'meta:class': 'https://ns.adobe.com/xdm/context/profile',
};

function dataSet(schemaId: string) {
  return {
    name: 'Target Dataset for CRM data',
    schemaRef: { id: schemaId, contentType: 'application/vnd.adobe.xed-full-notext+json; version=1' },
  };
}

function targetConnection(schemaId: string, dataSetId: string) {
  return {
    name: 'Target Connection for a CRM connector',
    description: 'Target Connection for CRM data',
    data: { schema: { id: schemaId, version: 'application/vnd.adobe.xed-full+json;version=1.0' } },
    params: { dataSetId },
    connectionSpec: { id: DATA_LAKE_SPEC, version: '1.0' },
  };
}

function mappingSet(schemaId: string) {
  const mapping = (sourceAttribute: string, destinationXdmPath: string) => ({
    destinationXdmPath,
    sourceAttribute,
    identity: false,
    identityGroup: null,
    namespaceCode: null,
    version: 0,
  });
  return {
    version: 0,
    xdmSchema: schemaId,
    xdmVersion: '1.0',
    id: null,
    mappings: [
      mapping('FirstName', 'person.name.firstName'),
      mapping('LastName', 'person.name.lastName'),
      mapping('Email', 'personalEmail.address'),
    ],
  };
}

function dataflow(ids: {
  flowSpecId: string;
  sourceConnectionId: string;
  targetConnectionId: string;
  mappingId: string;
}) {
  return {
    name: 'Dataflow between a CRM system and Platform',
    description: 'Inbound data to Platform',
    flowSpec: { id: ids.flowSpecId, version: '1.0' },
    sourceConnectionIds: [ids.sourceConnectionId],
    targetConnectionIds: [ids.targetConnectionId],
    transformations: [
      {
        name: 'Copy',
        params: { deltaColumn: { name: 'SystemModstamp', dateFormat: 'YYYY-MM-DD', timezone: 'UTC' } },
      },
      { name: 'Mapping', params: { mappingId: ids.mappingId } },
    ],
    scheduleParams: { startTime: '1567411548', frequency: 'minute', interval: '30' },
  };
}
