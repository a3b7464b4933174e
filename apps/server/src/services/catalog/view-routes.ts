import { documentOf } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { DEFAULT_LIMIT, pageParameters } from './catalog-query.ts';
import { storedDataSet } from './data-set-document.ts';
import { dataSetFileId } from './data-set-file.ts';
import { ofDataSet } from './newest-batches.ts';
import { requireDataSet, shownEnvelope } from './shown-data-set.ts';

const ById = Type.Object({}, { additionalProperties: true });
const { limit, start } = pageParameters;

/** A dataset's views: each has one, of all its rows. `files` of a dataset points here. */
export function registerViews(routes: Routes): void {
  routes.get(
    '/dataSets/:id/views',
    {
      schema: {
        summary: 'The view of a dataset',
        params: Type.Object({ id: Type.String() }),
        response: { 200: ById },
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      return shownView(caller, await requireDataSet(caller.store, request.params.id));
    },
  );

  routes.get(
    '/dataSets/:id/views/:viewId',
    {
      schema: {
        summary: 'Look up a view of a dataset',
        params: Type.Object({ id: Type.String(), viewId: Type.String() }),
        response: { 200: ById },
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      return shownView(caller, await dataSetWithView(caller, request.params));
    },
  );

  routes.get(
    '/dataSets/:id/views/:viewId/files',
    {
      schema: {
        summary: 'The dataset files that a view is made of, one for each batch that landed',
        params: Type.Object({ id: Type.String(), viewId: Type.String() }),
        querystring: Type.Object({ limit, start }),
        response: { 200: ById },
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      const dataSet = await dataSetWithView(caller, request.params);
      const { items } = await caller.store.resources('batch').list({
        filters: [ofDataSet(dataSet.id), { path: ['shown', 'status'], operator: '==', value: 'success' }],
        limit: request.query.limit ?? DEFAULT_LIMIT,
        offset: request.query.start ?? 0,
      });
      return Object.fromEntries(
        items.map((batch) => [dataSetFileId(batch.id), shownFile(caller, dataSet, batch)]),
      );
    },
  );
}

async function dataSetWithView(caller: SandboxedCaller, { id, viewId }: { id: string; viewId: string }) {
  const dataSet = await requireDataSet(caller.store, id);
  if (storedDataSet(dataSet).viewId !== viewId) {
    throw new Problem('notFound', `The dataset ${id} has no view ${viewId}.`);
  }
  return dataSet;
}

function shownView({ organization }: SandboxedCaller, dataSet: Resource) {
  const { viewId } = storedDataSet(dataSet);
  return {
    [viewId]: {
      id: viewId,
      dataSetId: dataSet.id,
      imsOrg: organization.id,
      status: 'enabled',
      files: `@/dataSets/${dataSet.id}/views/${viewId}/files`,
      ...shownEnvelope(dataSet),
    },
  };
}

function shownFile({ organization }: SandboxedCaller, dataSet: Resource, batch: Resource) {
  const { dataFiles } = documentOf('batch', batch);
  return {
    id: dataSetFileId(batch.id),
    batchId: batch.id,
    dataSetViewId: storedDataSet(dataSet).viewId,
    imsOrg: organization.id,
    records: dataFiles.reduce((sum, { rows }) => sum + rows, 0),
    size: dataFiles.reduce((sum, { bytes }) => sum + bytes, 0),
    ...shownEnvelope(batch),
  };
}
