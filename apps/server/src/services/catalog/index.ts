import type { Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { registerBatches } from './batch-routes.ts';
import { registerDataSets } from './data-set-routes.ts';
import { registerLastBatches } from './last-batch-routes.ts';
import { renderProblem } from './problem-body.ts';
import { registerViews } from './view-routes.ts';

/** The Catalog: datasets, each an Iceberg table, and the batches that landed in them. */
export function catalog(dependencies: Dependencies): Service {
  return {
    name: 'Catalog',
    description: 'Datasets and batches.',
    prefix: '/data/foundation/catalog',
    access: 'sandbox',
    renderProblem,
    register(routes) {
      registerDataSets(routes, dependencies);
      registerViews(routes);
      registerBatches(routes);
      registerLastBatches(routes);
    },
  };
}
