import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { DataSetFiles, DataSetViews, refusals } from './answer-schemas.ts';
import { storedDataSet } from './data-set-document.ts';
import { batchIdOf } from './data-set-file.ts';
import { type Condition, propertyConditions, simpleCondition } from './list-conditions.ts';
import { type Listed, listObjects } from './list-objects.ts';
import { ofDataSet, withStatus } from './newest-batches.ts';
import {
  LookUpQuery,
  PageHeaders,
  pageOf,
  pageParameters,
  type ShownObject,
  withProperties,
} from './page-query.ts';
import { Property, Values } from './query-parameters.ts';
import { requireDataSet } from './shown-data-set.ts';
import { dataSetFiles } from './shown-data-set-file.ts';
import { dataSetViews, shownView } from './shown-view.ts';
import { sortKeysOf } from './sort-keys.ts';

const IdParameter = Type.Object({ id: Type.String() });
const ViewParameters = Type.Object({ id: Type.String(), viewId: Type.String() });

/** A dataset's views and the files that they are made of. `files` of a dataset points here. */
export function registerViews(routes: Routes): void {
  registerViewsOfDataSets(routes);
  registerAllViews(routes);
  registerAllFiles(routes);
}

function registerViewsOfDataSets(routes: Routes): void {
  routes.get(
    '/dataSets/:id/views',
    {
      schema: {
        summary: 'The view of a dataset',
        params: IdParameter,
        response: { 200: DataSetViews, ...refusals },
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      const dataSet = await requireDataSet(caller.store, request.params.id);
      return { [storedDataSet(dataSet).viewId]: shownView(caller, dataSet) };
    },
  );

  routes.get(
    '/dataSets/:id/views/:viewId',
    {
      schema: {
        summary: 'Look up a view of a dataset',
        params: ViewParameters,
        response: { 200: DataSetViews, ...refusals },
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      const dataSet = await dataSetWithView(caller, request.params);
      return { [request.params.viewId]: shownView(caller, dataSet) };
    },
  );

  routes.get(
    '/dataSets/:id/views/:viewId/files',
    {
      schema: {
        summary: 'The dataset files that a view is made of, one for each batch that landed',
        params: ViewParameters,
        querystring: Type.Object(pageParameters),
        headers: PageHeaders,
        response: { 200: DataSetFiles, ...refusals },
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      const dataSet = await dataSetWithView(caller, request.params);
      const { orderBy, properties } = request.query;
      const listed = await listObjects(caller, dataSetFiles, {
        conditions: [{ stored: ofDataSet(dataSet.id) }, { stored: withStatus('success') }],
        keys: sortKeysOf(orderBy, dataSetFiles.sortable),
        page: pageOf(request.query, request.headers),
      });
      return byShownId(listed, properties);
    },
  );
}

function registerAllViews(routes: Routes): void {
  routes.get(
    '/dataSetViews',
    {
      schema: {
        summary: 'List the views of datasets',
        querystring: Type.Object({ ...pageParameters, dataSetId: Values('dataSetId'), property: Property }),
        headers: PageHeaders,
        response: { 200: DataSetViews, 400: refusals[400] },
      },
    },
    async (request) => {
      const { dataSetId, property, orderBy, properties } = request.query;
      const { storedPath } = dataSetViews;
      const byDataSet = dataSetId === undefined ? [] : [simpleCondition(storedPath, 'dataSetId', dataSetId)];
      const listed = await listObjects(sandboxOf(request), dataSetViews, {
        conditions: [...byDataSet, ...propertyConditions(storedPath, property)],
        keys: sortKeysOf(orderBy, dataSetViews.sortable),
        page: pageOf(request.query, request.headers),
      });
      return byShownId(listed, properties);
    },
  );

  routes.get(
    '/dataSetViews/:id',
    {
      schema: {
        summary: 'Look up the view of some dataset',
        params: IdParameter,
        querystring: LookUpQuery,
        response: { 200: DataSetViews, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const view = await oneOf(sandboxOf(request), dataSetViews, [
        { stored: { path: ['viewId'], operator: '==', value: id } },
      ]);
      if (view === undefined) throw new Problem('notFound', `There is no view ${id} in this sandbox.`);
      return byShownId([view], request.query.properties);
    },
  );
}

function registerAllFiles(routes: Routes): void {
  routes.get(
    '/dataSetFiles',
    {
      schema: {
        summary: 'List dataset files, one for each batch that landed',
        querystring: Type.Object({
          ...pageParameters,
          dataSetId: Type.Optional(Type.String({ maxLength: 500 })),
          batchId: Type.Optional(Type.String({ maxLength: 500 })),
          dataSetViewId: Type.Optional(Type.String({ maxLength: 500 })),
          property: Property,
        }),
        headers: PageHeaders,
        response: { 200: DataSetFiles, 400: refusals[400] },
      },
    },
    async (request) => {
      const { dataSetId, batchId, dataSetViewId, property, orderBy, properties } = request.query;
      const conditions: readonly Condition[] = [
        { stored: withStatus('success') },
        ...(dataSetId === undefined ? [] : [{ stored: ofDataSet(dataSetId) }]),
        ...(batchId === undefined ? [] : [batchCondition(batchId)]),
        ...(dataSetViewId === undefined
          ? []
          : [{ meets: (shown: ShownObject) => shown.dataSetViewId === dataSetViewId }]),
        ...propertyConditions(dataSetFiles.storedPath, property),
      ];
      const listed = await listObjects(sandboxOf(request), dataSetFiles, {
        conditions,
        keys: sortKeysOf(orderBy, dataSetFiles.sortable),
        page: pageOf(request.query, request.headers),
      });
      return byShownId(listed, properties);
    },
  );

  routes.get(
    '/dataSetFiles/:id',
    {
      schema: {
        summary: 'Look up a dataset file',
        params: IdParameter,
        querystring: LookUpQuery,
        response: { 200: DataSetFiles, ...refusals },
      },
    },
    async (request) => {
      const { id } = request.params;
      const batchId = batchIdOf(id);
      const file =
        batchId === undefined
          ? undefined
          : await oneOf(sandboxOf(request), dataSetFiles, [
              batchCondition(batchId),
              { stored: withStatus('success') },
            ]);
      if (file === undefined)
        throw new Problem('notFound', `There is no dataset file ${id} in this sandbox.`);
      return byShownId([file], request.query.properties);
    },
  );
}

function batchCondition(batchId: string): Condition {
  return { stored: { path: ['id'], operator: '==', value: batchId } };
}

async function oneOf(
  caller: SandboxedCaller,
  collection: typeof dataSetViews,
  conditions: readonly Condition[],
): Promise<Listed | undefined> {
  const [one] = await listObjects(caller, collection, {
    conditions,
    keys: sortKeysOf(undefined, collection.sortable),
    page: { start: 0, limit: 1 },
  });
  return one;
}

function byShownId(listed: readonly Listed[], properties: string | undefined) {
  return Object.fromEntries(listed.map(({ shown }) => [shown.id, withProperties(shown, properties)]));
}

async function dataSetWithView(caller: SandboxedCaller, { id, viewId }: { id: string; viewId: string }) {
  const dataSet = await requireDataSet(caller.store, id);
  if (storedDataSet(dataSet).viewId !== viewId) {
    throw new Problem('notFound', `The dataset ${id} has no view ${viewId}.`);
  }
  return dataSet;
}
