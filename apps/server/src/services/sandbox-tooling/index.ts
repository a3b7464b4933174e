import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { problems } from '../sandboxes/problem-body.ts';
import { registerJobs } from './job-routes.ts';
import { registerPackages } from './package-routes.ts';
import { registerTransport } from './transport-routes.ts';

/** Sandbox tooling: packages that carry resources from one sandbox of an organisation to another. */
export function sandboxTooling(dependencies: Dependencies): Service {
  return {
    name: 'Sandbox tooling',
    description: 'Packages that carry resources from one sandbox to another.',
    prefix: '/data/foundation/exim',
    access: 'organization',
    problems,
    register(routes) {
      registerPackages(routes, dependencies);
      registerTransport(routes, dependencies);
      registerJobs(routes, dependencies);
    },
  };
}
