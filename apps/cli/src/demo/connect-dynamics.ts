import { type PlatformCall, type PlatformClient, textAt } from './platform-client.ts';
import type { CallObserver } from './tutorial.ts';

const FLOW_SERVICE = '/data/foundation/flowservice';
const DYNAMICS_SPEC = '38ad80fe-8b06-4938-94f4-d4ee80266b07';

/** The address of the demo's Dynamics environment, and the application that signs in there. */
export interface DynamicsLogin {
  readonly serviceUri: string;
  readonly servicePrincipalId: string;
  readonly servicePrincipalKey: string;
}

/** Connects the second system of the demo CRM, up to the source connection that a dataflow of one's own can read. */
export async function connectDynamics(
  client: PlatformClient,
  login: DynamicsLogin,
  observe: CallObserver,
): Promise<void> {
  const make = async (title: string, call: PlatformCall): Promise<unknown> => {
    const answer = await client.call(call);
    observe(title, call, answer);
    return answer;
  };
  const connection = await make('Create a base connection to Dynamics', {
    method: 'POST',
    path: `${FLOW_SERVICE}/connections`,
    body: {
      name: 'Base connection for Dynamics',
      auth: { specName: 'Service Principal Key Based Authentication', params: login },
      connectionSpec: { id: DYNAMICS_SPEC, version: '1.0' },
    },
  });
  const baseConnectionId = textAt(connection, 'id');
  await make('Explore its table', {
    method: 'GET',
    path: `${FLOW_SERVICE}/connections/${baseConnectionId}/explore?objectType=table&object=contact`,
  });
  await make('Create a source connection', {
    method: 'POST',
    path: `${FLOW_SERVICE}/sourceConnections`,
    body: {
      name: 'Source connection for Dynamics',
      baseConnectionId,
      data: { format: 'tabular' },
      params: { tableName: 'contact' },
    },
  });
}
