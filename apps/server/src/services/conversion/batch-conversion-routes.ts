import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import type { Routes } from '../../http/service.ts';
import { answers } from './answer-schemas.ts';

const paths = [
  '/xdmBatchConversions',
  '/xdmBatchConversions/:conversionId',
  '/xdmBatchConversions/:conversionId/activities',
  '/xdmBatchConversions/:conversionId/activities/:activityId',
];

const REASON =
  'There are no batch conversions here: rows are converted by the runs of flows, as they are ingested, and never from a batch that has landed. See GET /data/foundation/flowservice/runs for the runs, and their metrics for what was converted.';

/**
 * Conversions of a landed batch into another dataset, which the platform had before flows. They are told to be absent
 * rather than answered as an empty list, which would look as if some could be made.
 */
export function registerBatchConversions(routes: Routes): void {
  for (const path of paths) {
    const params = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, Type.String()] as const);
    routes.route({
      method: path === '/xdmBatchConversions' ? ['GET', 'POST'] : 'GET',
      url: path,
      schema: {
        summary: 'Not offered: rows are converted by the runs of flows',
        description: REASON,
        deprecated: true,
        ...(params.length === 0 ? {} : { params: Type.Object(Object.fromEntries(params)) }),
        response: answers({}),
      },
      handler: () => {
        throw new Problem('notFound', REASON);
      },
    });
  }
}
