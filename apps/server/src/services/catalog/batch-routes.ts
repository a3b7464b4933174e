import { documentOf } from '@tributary/runner';
import type { Resource, ResourceFilter, ResourceOrder, ScopedStore } from '@tributary/store';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { entityTag } from '../../http/entity-tag.ts';
import { Problem } from '../../http/problem.ts';
import { parsePropertyFilters } from '../../http/property-filter.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import {
  DEFAULT_LIMIT,
  pageParameters,
  type ShownObject,
  sortKeysOf,
  withProperties,
} from './catalog-query.ts';
import { ofDataSet } from './newest-batches.ts';
import { isObjectId } from './object-id.ts';
import { shownEnvelope } from './shown-data-set.ts';

const Milliseconds = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }));
const Count = Type.Optional(Type.Integer({ minimum: 0 }));

const BatchQuery = Type.Object({
  ...pageParameters,
  batch: Type.Optional(Type.String({ maxLength: 100, description: 'Only the batch with this id.' })),
  externalId: Type.Optional(Type.String({ maxLength: 100 })),
  dataSet: Type.Optional(Type.String({ description: 'Only batches of this dataset.' })),
  status: Type.Optional(Type.String({ maxLength: 100 })),
  recordCount: Count,
  failedRecordCount: Count,
  size: Count,
  created: Milliseconds('Epoch milliseconds.'),
  updated: Milliseconds('Epoch milliseconds.'),
  started: Milliseconds('Epoch milliseconds.'),
  completed: Milliseconds('Epoch milliseconds.'),
  createdAfter: Milliseconds('Epoch milliseconds, exclusive.'),
  createdBefore: Milliseconds('Epoch milliseconds, exclusive.'),
  startAfter: Milliseconds('Epoch milliseconds, exclusive.'),
  startBefore: Milliseconds('Epoch milliseconds, exclusive.'),
  endAfter: Milliseconds('Epoch milliseconds, exclusive.'),
  endBefore: Milliseconds('Epoch milliseconds, exclusive.'),
  createdClient: Type.Optional(Type.String({ maxLength: 500 })),
  createdUser: Type.Optional(Type.String({ maxLength: 500 })),
  updatedUser: Type.Optional(Type.String({ maxLength: 500 })),
  property: Type.Optional(Type.Array(Type.String({ maxLength: 2_000 }))),
});

type BatchQuery = Static<typeof BatchQuery>;

const ById = Type.Object({}, { additionalProperties: true, description: 'Batches by id.' });

/** Batches: listing them and looking at one. */
export function registerBatches(routes: Routes): void {
  routes.get(
    '/batches',
    { schema: { summary: 'List batches', querystring: BatchQuery, response: { 200: ById } } },
    async (request) => {
      const caller = sandboxOf(request);
      const { dataSet, limit = DEFAULT_LIMIT, start = 0, orderBy, properties } = request.query;
      if (dataSet !== undefined && !isObjectId(dataSet)) return {};
      const { items } = await caller.store
        .resources('batch')
        .list({ filters: filtersOf(request.query), order: orderOf(orderBy), limit, offset: start });
      return Object.fromEntries(
        items.map((batch) => [batch.id, withProperties(shownBatch(caller, batch), properties)]),
      );
    },
  );

  routes.get(
    '/batches/:id',
    {
      schema: {
        summary: 'Look up a batch',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({ properties: pageParameters.properties }),
        response: { 200: ById },
      },
    },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const batch = await requireBatch(caller.store, request.params.id);
      reply.header('etag', entityTag(batch));
      return { [batch.id]: withProperties(shownBatch(caller, batch), request.query.properties) };
    },
  );
}

/** @throws {Problem} of kind `notFound` */
export async function requireBatch(store: ScopedStore, id: string): Promise<Resource> {
  const batch = await store.resources('batch').get(id);
  if (batch === undefined) throw new Problem('notFound', `There is no batch ${id} in this sandbox.`);
  return batch;
}

function shownBatch({ organization, sandbox }: SandboxedCaller, batch: Resource): ShownObject {
  return {
    id: batch.id,
    externalId: batch.id,
    ...documentOf('batch', batch).shown,
    ...shownEnvelope(batch),
    imsOrg: organization.id,
    sandboxId: sandbox.id,
  };
}

/** Where the store keeps what the Catalog shows under another name. */
const ENVELOPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['id', 'id'],
  ['externalId', 'id'],
  ['created', 'createdAt'],
  ['updated', 'updatedAt'],
  ['createdUser', 'createdBy'],
  ['updatedUser', 'updatedBy'],
  ['createdClient', 'createdClient'],
]);

function storedPath([name = '', ...rest]: readonly string[]): string[] {
  const envelopeName = ENVELOPE_NAMES.get(name);
  return envelopeName !== undefined && rest.length === 0 ? [envelopeName] : ['shown', name, ...rest];
}

const COMPARISONS = [
  { parameter: 'batch', property: 'id', operator: '==' },
  { parameter: 'externalId', property: 'externalId', operator: '==' },
  { parameter: 'status', property: 'status', operator: '==' },
  { parameter: 'recordCount', property: 'recordCount', operator: '==' },
  { parameter: 'failedRecordCount', property: 'failedRecordCount', operator: '==' },
  { parameter: 'size', property: 'size', operator: '==' },
  { parameter: 'created', property: 'created', operator: '==' },
  { parameter: 'updated', property: 'updated', operator: '==' },
  { parameter: 'started', property: 'started', operator: '==' },
  { parameter: 'completed', property: 'completed', operator: '==' },
  { parameter: 'createdAfter', property: 'created', operator: '>' },
  { parameter: 'createdBefore', property: 'created', operator: '<' },
  { parameter: 'startAfter', property: 'started', operator: '>' },
  { parameter: 'startBefore', property: 'started', operator: '<' },
  { parameter: 'endAfter', property: 'completed', operator: '>' },
  { parameter: 'endBefore', property: 'completed', operator: '<' },
  { parameter: 'createdClient', property: 'createdClient', operator: '==' },
  { parameter: 'createdUser', property: 'createdUser', operator: '==' },
  { parameter: 'updatedUser', property: 'updatedUser', operator: '==' },
] as const;

function filtersOf(query: BatchQuery): ResourceFilter[] {
  const compared = COMPARISONS.flatMap(({ parameter, property, operator }): ResourceFilter[] => {
    const value = query[parameter];
    return value === undefined ? [] : [{ path: storedPath([property]), operator, value: String(value) }];
  });
  const byProperty = parsePropertyFilters(query.property).map((filter) => ({
    ...filter,
    path: storedPath(filter.path),
  }));
  const byDataSet = query.dataSet === undefined ? [] : [ofDataSet(query.dataSet)];
  return [...compared, ...byProperty, ...byDataSet];
}

/** Properties whose order as text is their order. */
const SORTABLE = ['id', 'created', 'updated', 'started', 'completed', 'status'];

function orderOf(orderBy: string | undefined): ResourceOrder {
  const [key, ...others] = sortKeysOf(orderBy);
  if (key === undefined || others.length > 0 || !SORTABLE.includes(key.property)) {
    throw new Problem(
      'invalidParameter',
      `The parameter 'orderBy' of batches takes one of ${SORTABLE.join(', ')}, such as desc:created.`,
      { violations: [{ path: 'orderBy', message: `must be one of ${SORTABLE.join(', ')}` }] },
    );
  }
  return { path: storedPath([key.property]), descending: key.descending };
}
