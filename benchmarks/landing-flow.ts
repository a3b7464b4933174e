import type { Answer, ServerUnderTest } from '../tests/server-under-test.ts';

const FLOW = '/data/foundation/flowservice';

/** What a flow of its own is made of, but for what it reads. */
export interface LandingFlow {
  readonly name: string;
  /** No two flows of one server may have the same. */
  readonly schemaTitle: string;
  /** Standard field groups, by the last step of their ids. */
  readonly groups: readonly string[];
  readonly mappings: readonly (readonly [sourceAttribute: string, destinationXdmPath: string])[];
  readonly deltaColumn?: string;
  readonly scheduleParams: Readonly<Record<string, unknown>>;
}

/** Creates schema, dataset, mappings and a flow that lands a source connection there, as in the tutorial; its id. */
export async function createLandingFlow(
  server: ServerUnderTest,
  sourceConnectionId: string,
  { name, schemaTitle, groups, mappings, deltaColumn, scheduleParams }: LandingFlow,
): Promise<string> {
  const schema = await post(server, '/data/foundation/schemaregistry/tenant/schemas', {
    type: 'object',
    title: schemaTitle,
    allOf: groups.map((group) => ({ $ref: `https://ns.adobe.com/xdm/context/${group}` })),
  });
  const schemaRef = { id: schema.$id, contentType: 'application/vnd.adobe.xed-full+json;version=1' };
  const [reference] = await post(server, '/data/foundation/catalog/dataSets', { name, schemaRef });
  const target = await post(server, `${FLOW}/targetConnections`, {
    name,
    data: { schema: { id: schema.$id, version: schemaRef.contentType } },
    params: { dataSetId: String(reference).replace('@/dataSets/', '') },
    connectionSpec: { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' },
  });
  const mappingSet = await post(server, '/data/foundation/conversion/mappingSets', {
    version: 0,
    xdmSchema: schema.$id,
    xdmVersion: '1.0',
    mappings: mappings.map(([sourceAttribute, destinationXdmPath]) => ({
      sourceAttribute,
      destinationXdmPath,
    })),
  });
  const copy = deltaColumn && { name: 'Copy', params: { deltaColumn: { name: deltaColumn } } };
  const flow = await post(server, `${FLOW}/flows`, {
    name,
    flowSpec: { id: '9753525b-82c7-4dce-8a9b-5ccfce2b9876', version: '1.0' },
    sourceConnectionIds: [sourceConnectionId],
    targetConnectionIds: [target.id],
    transformations: [...(copy ? [copy] : []), { name: 'Mapping', params: { mappingId: mappingSet.id } }],
    scheduleParams,
  });
  return flow.id;
}

/** The body that a POST is answered with; rejects where it is refused. */
export async function post(server: ServerUnderTest, path: string, body: object): Promise<Answer['body']> {
  const answer = await server.call('POST', path, { body });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
