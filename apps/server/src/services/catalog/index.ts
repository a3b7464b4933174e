import type { Routes, Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { registerBatches } from './batch-routes.ts';
import { CATALOG_PATH } from './created-location.ts';
import { registerCredentials } from './credentials-route.ts';
import { registerDataSets } from './data-set-routes.ts';
import type { CatalogDependencies } from './dependencies.ts';
import { lakeTables } from './lake-tables.ts';
import { registerLastBatches } from './last-batch-routes.ts';
import { problems } from './problem-body.ts';
import { registerRoot } from './root-routes.ts';
import { registerRowExpiration } from './row-expiration-route.ts';
import { subRequests } from './sub-requests.ts';
import { registerTags } from './tag-routes.ts';
import { registerUniqueValues } from './unique-values-route.ts';
import { registerViews } from './view-routes.ts';

/** The Catalog: datasets, each an Iceberg table, and the batches that landed in them. */
export function catalog({ store, lake, runFiles }: Dependencies): Service {
  const dependencies: CatalogDependencies = { store, lake, runFiles, tables: lakeTables(lake.io) };
  return {
    name: 'Catalog',
    description: 'Datasets and batches.',
    prefix: CATALOG_PATH,
    access: 'sandbox',
    problems,
    register(routes) {
      // Answers are sent as they are: their schemas document, and must neither drop nor convert what is stored.
      routes.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
      registerObjects(routes, dependencies);
      registerRoot(
        routes,
        subRequests((inner) => registerObjects(inner, dependencies)),
      );
    },
  };
}

function registerObjects(routes: Routes, dependencies: CatalogDependencies): void {
  registerDataSets(routes, dependencies);
  registerCredentials(routes);
  registerRowExpiration(routes);
  registerViews(routes);
  registerBatches(routes);
  registerUniqueValues(routes);
  registerLastBatches(routes);
  registerTags(routes);
}
