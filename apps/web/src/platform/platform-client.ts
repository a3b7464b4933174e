import { type Connections, createConnections } from './connections.ts';
import { createDataSets, type DataSets } from './data-sets.ts';
import { flowServiceOf } from './flow-service.ts';
import { createFlowSetup, type FlowSetup } from './flow-setup.ts';
import { createFlows, type Flows } from './flows.ts';
import { type Call, PlatformError, send } from './http.ts';
import { createMappingLanguage, type MappingLanguage } from './mapping-language.ts';
import { createMemory } from './memory.ts';
import { createRuns, type Runs } from './runs.ts';
import { createSchemas, type Schemas } from './schemas.ts';
import { headersOf, type Session } from './session.ts';
import { createSources, type Sources } from './sources.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** The calls that the UI makes. Each may throw a {@link PlatformError}. */
export interface PlatformClient {
  readonly connections: Connections;
  readonly dataSets: DataSets;
  readonly flows: Flows;
  readonly flowSetup: FlowSetup;
  readonly mappingLanguage: MappingLanguage;
  readonly runs: Runs;
  readonly schemas: Schemas;
  readonly sources: Sources;
  readonly webhooks: Webhooks;
}

/**
 * A client for one session.
 * @param onUnauthorized told when the server no longer takes the session's token
 */
export function createPlatformClient(session: Session, onUnauthorized: () => void): PlatformClient {
  const headers = headersOf(session);
  const call: Call = async (path, init = {}) => {
    try {
      return await send(path, { ...init, headers: { ...headers, ...init.headers } });
    } catch (error) {
      if (error instanceof PlatformError && error.status === 401) onUnauthorized();
      throw error;
    }
  };
  const flowService = flowServiceOf(call);
  // Ended runs and connections that a flow uses do not change, so that no list has to ask for them twice.
  const remember = createMemory();
  return {
    connections: createConnections(flowService),
    dataSets: createDataSets(call, remember),
    flows: createFlows(flowService),
    flowSetup: createFlowSetup(call),
    mappingLanguage: createMappingLanguage(call, remember),
    runs: createRuns(flowService, remember),
    schemas: createSchemas(call),
    sources: createSources(flowService, remember),
    webhooks: createWebhooks(call),
  };
}
