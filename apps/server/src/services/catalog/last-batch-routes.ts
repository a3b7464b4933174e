import type { Resource } from '@tributary/store';
import { Type } from 'typebox';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { DEFAULT_LIMIT, pageParameters, withProperties } from './catalog-query.ts';
import { newestBatchesOf } from './newest-batches.ts';
import { requireDataSet, shownEnvelope } from './shown-data-set.ts';

const { limit, start, properties } = pageParameters;

/** `/lastBatches`: how the newest loads of datasets went. */
export function registerLastBatches(routes: Routes): void {
  routes.get(
    '/lastBatches',
    {
      schema: {
        summary: 'The newest batches of datasets, by dataset',
        querystring: Type.Object({ limit, start, properties, dataSetId: Type.Optional(Type.String()) }),
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    async (request) => {
      const { store, organization } = sandboxOf(request);
      const { dataSetId, limit = DEFAULT_LIMIT, start = 0, properties } = request.query;
      const dataSets: readonly Resource[] =
        dataSetId === undefined
          ? (await store.resources('dataSet').list({ limit, offset: start })).items
          : [await requireDataSet(store, dataSetId)];
      const entries: [string, unknown][] = [];
      for (const dataSet of dataSets) {
        const { last, successful, failed } = await newestBatchesOf(store, dataSet.id);
        const { created, updated } = shownEnvelope(dataSet);
        const shown = {
          imsOrg: organization.id,
          created,
          updated,
          ...(last && { lastBatchId: last.id, lastBatchStatus: last.status }),
          ...(successful && { lastSuccessfulBatchId: successful.id }),
          ...(failed && { lastFailedBatchId: failed.id }),
        };
        entries.push([dataSet.id, withProperties(shown, properties)]);
      }
      return Object.fromEntries(entries);
    },
  );
}
