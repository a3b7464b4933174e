import { Type } from 'typebox';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals, refusalsOfChanges } from './answer-schemas.ts';
import { SubAnswer, SubRequest, type SubRequests } from './sub-requests.ts';

const MAX_REQUESTS = 100;

/** The Catalog's root: what there is, and several requests in one. */
export function registerRoot(routes: Routes, carryOut: SubRequests): void {
  routes.get(
    '/',
    {
      schema: {
        summary: 'The types of objects in the Catalog',
        deprecated: true,
        response: {
          200: Type.Record(Type.String(), Type.String(), { description: 'References to lists, by type.' }),
        },
      },
    },
    async () => ({
      batch: '@/batches',
      dataSet: '@/dataSets',
      dataSetFile: '@/dataSetFiles',
      dataSetView: '@/dataSetViews',
      lastBatch: '@/lastBatches',
    }),
  );

  routes.post(
    '/',
    {
      schema: {
        summary: 'Carry out several requests in order, all or none',
        description:
          'When a change fails, all are taken back and the answer tells which one it was. A GET that finds nothing has its own `code` among the answers.',
        deprecated: true,
        body: Type.Array(SubRequest, { minItems: 1, maxItems: MAX_REQUESTS }),
        response: {
          200: Type.Array(SubAnswer, { description: 'The answers, in the order of the requests.' }),
          ...refusals,
          ...refusalsOfChanges,
        },
      },
    },
    async (request) => carryOut(sandboxOf(request), request.body),
  );
}
