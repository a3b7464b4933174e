import { documentOf } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { entityTag } from '../../http/entity-tag.ts';
import { requestUrl } from '../../http/request-url.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { Batches, References, refusals, refusalsOfChanges } from './answer-schemas.ts';
import { BatchBody } from './batch-body.ts';
import { BatchQuery, batchConditions } from './batch-query.ts';
import {
  BatchPatchBody,
  changeBatch,
  createBatch,
  deleteBatch,
  patchBatchEdit,
  putBatchEdit,
} from './change-batch.ts';
import { locationOf } from './created-location.ts';
import { ConditionHeaders } from './if-match.ts';
import { type Listed, listObjects } from './list-objects.ts';
import { lookUp } from './look-up.ts';
import { LookUpQuery, PageHeaders, pageOf, withProperties } from './page-query.ts';
import { batches, batchNotFound } from './shown-batch.ts';
import { sortKeysOf } from './sort-keys.ts';

const IdParameter = Type.Object({ id: Type.String({ maxLength: 2_000 }) });

/** Batches: of flow runs, which tell what happened, and of clients, which keep their own up to date. */
export function registerBatches(routes: Routes): void {
  registerReads(routes);
  registerCreation(routes);
  registerChanges(routes);
}

function registerReads(routes: Routes): void {
  routes.get(
    '/batches',
    {
      schema: {
        summary: 'List batches',
        querystring: BatchQuery,
        headers: PageHeaders,
        response: { 200: Batches, 400: refusals[400] },
      },
    },
    async (request) => {
      const { orderBy, properties } = request.query;
      const listed = await listObjects(sandboxOf(request), batches, {
        conditions: batchConditions(request.query),
        keys: sortKeysOf(orderBy, batches.sortable),
        page: pageOf(request.query, request.headers),
      });
      return byId(request, listed, properties);
    },
  );

  routes.get(
    '/batches/:id',
    {
      schema: {
        summary: 'Look up a batch, or several by their ids with commas between',
        params: IdParameter,
        querystring: LookUpQuery,
        response: { 200: Batches, ...refusals },
      },
    },
    async (request, reply) => {
      const found = await lookUp(sandboxOf(request), batches, request.params.id, batchNotFound);
      const [only] = found.length === 1 ? found : [];
      if (only) reply.header('etag', entityTag(only.resource));
      return byId(request, found, request.query.properties);
    },
  );
}

function byId(request: FastifyRequest, listed: readonly Listed[], properties: string | undefined) {
  return Object.fromEntries(
    listed.map(({ resource, shown }) => {
      const complete = { ...shown, ...failedLocation(request, resource) };
      return [resource.id, withProperties(complete, properties)];
    }),
  );
}

/** Where Data Access serves the rows of a failed batch. */
function failedLocation(request: FastifyRequest, batch: Resource) {
  const { shown, diagnosticsFiles } = documentOf('batch', batch);
  if (shown.status !== 'failed' || diagnosticsFiles.length === 0) return {};
  const path = `/data/foundation/export/batches/${encodeURIComponent(batch.id)}/failed`;
  return { failedBatchLocation: new URL(path, requestUrl(request)).href };
}

function registerCreation(routes: Routes): void {
  const response = { 201: References, 400: refusals[400], 409: refusalsOfChanges[409] };
  routes.post(
    '/batches',
    {
      schema: {
        summary: 'Create a batch that its maker keeps up to date',
        description: 'That rows have landed (`success`, `active`) only the server says.',
        body: BatchBody,
        response,
      },
    },
    async (request, reply) => {
      const id = await createBatch(sandboxOf(request), request.body);
      reply.code(201).header('location', locationOf('batches', id));
      return [referenceTo(id)];
    },
  );

  routes.post(
    '/batches/:id',
    {
      schema: {
        summary: 'Create a batch with an id of one’s own',
        params: Type.Object({
          id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$', description: 'Letters, digits, _ and -.' }),
        }),
        body: BatchBody,
        response,
      },
    },
    async (request, reply) => {
      const id = await createBatch(sandboxOf(request), request.body, request.params.id);
      reply.code(201).header('location', locationOf('batches', id));
      return [referenceTo(id)];
    },
  );
}

function registerChanges(routes: Routes): void {
  const schema = {
    params: IdParameter,
    headers: ConditionHeaders,
    response: { 200: References, ...refusalsOfChanges },
  };
  const description = 'Of a flow run’s batch only the tags can be changed.';

  routes.put(
    '/batches/:id',
    { schema: { ...schema, summary: 'Replace a batch', description, body: BatchBody } },
    async (request, reply) => {
      const { id } = request.params;
      const target = { id, conditions: request.headers };
      const changed = await changeBatch(sandboxOf(request), target, putBatchEdit(request.body));
      reply.header('etag', entityTag(changed));
      return [referenceTo(id)];
    },
  );

  routes.patch(
    '/batches/:id',
    {
      schema: {
        ...schema,
        summary: 'Change a batch, by properties or by JSON Patch',
        description,
        body: BatchPatchBody,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const target = { id, conditions: request.headers };
      const changed = await changeBatch(sandboxOf(request), target, patchBatchEdit(request.body));
      reply.header('etag', entityTag(changed));
      return [referenceTo(id)];
    },
  );

  routes.delete(
    '/batches/:id',
    { schema: { ...schema, summary: 'Forget a batch that a client made' } },
    async (request) => {
      await deleteBatch(sandboxOf(request), request.params.id, request.headers);
      return [referenceTo(request.params.id)];
    },
  );
}

function referenceTo(id: string): string {
  return `@/batches/${id}`;
}
