import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { registerDescriptors } from './descriptor-routes.ts';
import { problems } from './problem-document.ts';
import { registerProposals } from './proposal-routes.ts';
import { registerReads } from './read-routes.ts';
import { registerRpc } from './rpc-routes.ts';
import { registerStats } from './stats.ts';
import { registerUnions } from './union-routes.ts';
import { registerWrites } from './write-routes.ts';

/** The Schema Registry: the standard library, and each sandbox's own schemas, classes, field groups and data types. */
export function schemaRegistry(
  dependencies: Pick<Dependencies, 'engine' | 'lake' | 'openSource' | 'vault'>,
): Service {
  return {
    name: 'Schema Registry',
    description: 'XDM schemas, classes, field groups and data types.',
    prefix: '/data/foundation/schemaregistry',
    access: 'sandbox',
    problems,
    register(routes) {
      registerStats(routes);
      registerReads(routes);
      registerWrites(routes, dependencies);
      registerDescriptors(routes);
      registerUnions(routes);
      registerRpc(routes);
      registerProposals(routes, dependencies);
    },
  };
}
