import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { type SandboxCleaner, startSandboxCleaner } from './clean-sandboxes.ts';
import { problems } from './problem-body.ts';
import { registerRemovals } from './removal-routes.ts';
import { registerSandboxes } from './sandbox-routes.ts';

/** Sandboxes: the partitions of an organisation that nothing crosses. */
export function sandboxes(dependencies: Dependencies): Service {
  const { organizations } = dependencies.store;
  return {
    name: 'Sandboxes',
    description: 'The sandboxes of the organisation.',
    prefix: '/data/foundation/sandbox-management',
    access: 'organization',
    problems,
    register(routes) {
      let cleaner: SandboxCleaner | undefined;
      routes.addHook('onReady', async () => {
        cleaner = startSandboxCleaner(dependencies, routes.log);
      });
      routes.addHook('onClose', async () => cleaner?.stop());
      registerSandboxes(routes, organizations);
      registerRemovals(routes, organizations, () => cleaner?.wake());
    },
  };
}
