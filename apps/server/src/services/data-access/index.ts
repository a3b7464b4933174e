import type { Service } from '../../http/service.ts';
import { problems } from '../catalog/problem-body.ts';
import type { Dependencies } from '../dependencies.ts';
import { registerBatchFiles } from './batch-file-routes.ts';
import { registerDataSetFiles } from './data-set-file-routes.ts';
import { registerPreview } from './preview-route.ts';

/** Data Access: the files of batches, what is wrong with rows that did not land, and the first rows of datasets. */
export function dataAccess(dependencies: Dependencies): Service {
  return {
    name: 'Data Access',
    description: 'Files and rows of batches and datasets.',
    prefix: '/data/foundation/export',
    access: 'sandbox',
    problems,
    register(routes) {
      // Answers are sent as they are: their schemas document.
      routes.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
      registerBatchFiles(routes, dependencies);
      registerDataSetFiles(routes, dependencies);
      registerPreview(routes, dependencies);
    },
  };
}
