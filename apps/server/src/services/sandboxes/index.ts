import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { renderProblem } from './problem-body.ts';
import { registerSandboxes } from './sandbox-routes.ts';

/** Sandboxes: the partitions of an organisation that nothing crosses. */
export function sandboxes({ store }: Dependencies): Service {
  return {
    name: 'Sandboxes',
    description: 'The sandboxes of the organisation.',
    prefix: '/data/foundation/sandbox-management',
    access: 'organization',
    renderProblem,
    register(routes) {
      registerSandboxes(routes, store.organizations);
    },
  };
}
