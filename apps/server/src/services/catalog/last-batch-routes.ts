import type { Resource } from '@tributary/store';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { LastBatches, refusals } from './answer-schemas.ts';
import { type Condition, simpleCondition } from './list-conditions.ts';
import { type Collection, listObjects } from './list-objects.ts';
import { type NewestBatches, newestBatchesOf } from './newest-batches.ts';
import { PageHeaders, pageOf, pageParameters, type ShownObject, withProperties } from './page-query.ts';
import { Numbers, Values } from './query-parameters.ts';
import { dataSets, shownEnvelope } from './shown-data-set.ts';
import { sortKeysOf } from './sort-keys.ts';

const filters = {
  dataSetId: Values('the dataset'),
  lastBatchId: Values('lastBatchId'),
  lastBatchStatus: Values('lastBatchStatus'),
  lastSuccessfulBatchId: Values('lastSuccessfulBatchId'),
  lastFailedBatchId: Values('lastFailedBatchId'),
  created: Numbers('created'),
  updated: Numbers('updated'),
};

const Query = Type.Object({ ...pageParameters, ...filters });

/** Datasets, shown by how their newest loads went. */
const lastBatches: Collection = {
  kind: 'dataSet',
  sortable: dataSets.sortable,
  numeric: ['version'],
  storedPath: ([name = '']) => (name.startsWith('last') ? undefined : dataSets.storedPath([name])),
  async show(caller, resources) {
    const newestOf = await newestBatchesOf(
      caller.store,
      resources.map(({ id }) => id),
    );
    return resources.map((dataSet) => shownLastBatches(caller, dataSet, newestOf(dataSet.id)));
  },
};

/** `/lastBatches`: how the newest loads of datasets went. */
export function registerLastBatches(routes: Routes): void {
  routes.get(
    '/lastBatches',
    {
      schema: {
        summary: 'The newest batches of datasets, by dataset',
        querystring: Query,
        headers: PageHeaders,
        response: { 200: LastBatches, 400: refusals[400] },
      },
    },
    async (request) => {
      const { orderBy, properties } = request.query;
      const listed = await listObjects(sandboxOf(request), lastBatches, {
        conditions: conditionsOf(request.query),
        keys: sortKeysOf(orderBy, lastBatches.sortable),
        page: pageOf(request.query, request.headers),
      });
      return Object.fromEntries(
        listed.map(({ resource, shown }) => {
          const { id, ...rest } = shown;
          return [resource.id, withProperties(rest, properties)];
        }),
      );
    },
  );
}

function conditionsOf(query: Static<typeof Query>): readonly Condition[] {
  return Object.keys(filters).flatMap((parameter): Condition[] => {
    // Every filter of the table is a parameter of the query.
    const values = query[parameter as keyof typeof filters];
    const property = parameter === 'dataSetId' ? 'id' : parameter;
    return values === undefined ? [] : [simpleCondition(lastBatches.storedPath, property, values)];
  });
}

function shownLastBatches(
  { organization, sandbox }: SandboxedCaller,
  dataSet: Resource,
  { last, successful, failed }: NewestBatches,
): ShownObject {
  const { created, updated } = shownEnvelope(dataSet);
  return {
    id: dataSet.id,
    imsOrg: organization.id,
    sandboxId: sandbox.id,
    created,
    updated,
    ...(last && { lastBatchId: last.id, lastBatchStatus: last.status }),
    ...(successful && { lastSuccessfulBatchId: successful.id }),
    ...(failed && { lastFailedBatchId: failed.id }),
  };
}
