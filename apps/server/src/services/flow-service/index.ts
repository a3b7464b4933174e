import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { connections } from './connections.ts';
import { registerPublishAction } from './drafts.ts';
import { registerFlowAction } from './flow-action-route.ts';
import { flows } from './flows.ts';
import { registerHeldFileRoute } from './held-file-route.ts';
import { problems } from './render-problem.ts';
import { registerResourceRoutes } from './resource-routes.ts';
import { registerRunAction } from './run-action-route.ts';
import { registerRunRoutes } from './run-routes.ts';
import { sourceConnections } from './source-connections.ts';
import { registerSourceRoutes } from './source-routes.ts';
import { registerSpecRoutes } from './spec-routes.ts';
import { targetConnections } from './target-connections.ts';

/** The Flow Service: connections to sources and datasets, and the flows between them. */
export function flowService(dependencies: Dependencies): Service {
  return {
    name: 'Flow Service',
    description: 'Base, source and target connections, flows and their runs.',
    prefix: '/data/foundation/flowservice',
    access: 'sandbox',
    problems,
    register(routes) {
      // Answers are sent as they are: their schemas document, and must neither drop nor convert what is stored.
      routes.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
      registerSpecRoutes(routes);
      registerResourceRoutes(routes, connections, dependencies);
      registerPublishAction(routes, connections, dependencies);
      registerSourceRoutes(routes, dependencies);
      registerResourceRoutes(routes, sourceConnections, dependencies);
      registerPublishAction(routes, sourceConnections, dependencies);
      registerResourceRoutes(routes, targetConnections, dependencies);
      registerPublishAction(routes, targetConnections, dependencies);
      registerResourceRoutes(routes, flows, dependencies);
      registerFlowAction(routes, dependencies);
      registerHeldFileRoute(routes);
      registerRunRoutes(routes, dependencies);
      registerRunAction(routes, dependencies);
    },
  };
}
