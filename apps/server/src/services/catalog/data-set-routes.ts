import { Type } from 'typebox';
import { entityTag } from '../../http/entity-tag.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { allResources } from '../all-resources.ts';
import type { Dependencies } from '../dependencies.ts';
import {
  compareBy,
  DEFAULT_LIMIT,
  filterOf,
  ListQuery,
  type ShownObject,
  sortKeysOf,
  withProperties,
} from './catalog-query.ts';
import { changeDataSet, PatchBody } from './change-data-set.ts';
import { createDataSet } from './create-data-set.ts';
import { DataSetBody } from './data-set-document.ts';
import { deleteDataSet, removeTableFiles } from './delete-data-set.ts';
import { detailedDataSet, requireDataSet, shownDataSet, tableExtension } from './shown-data-set.ts';

const ById = Type.Object({}, { additionalProperties: true, description: 'Datasets by id.' });
const References = Type.Array(Type.String(), { description: '`@/dataSets/{id}`' });
const IdParameter = Type.Object({ id: Type.String() });
const IfMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ description: 'An ETag.' })) });

/** The documented spelling, and the one that older clients use. */
const PATHS = ['/dataSets', '/datasets'] as const;

/** Datasets: listing, creating, changing and deleting them. */
export function registerDataSets(routes: Routes, dependencies: Dependencies): void {
  for (const path of PATHS) {
    const hide = path !== PATHS[0];
    registerReads(routes, path, hide);
    registerWrites(routes, path, hide, dependencies);
  }
}

function registerReads(routes: Routes, path: string, hide: boolean): void {
  routes.get(
    path,
    { schema: { hide, summary: 'List datasets', querystring: ListQuery, response: { 200: ById } } },
    async (request) => {
      const caller = sandboxOf(request);
      const { start = 0, limit = DEFAULT_LIMIT, orderBy, properties } = request.query;
      const meets = filterOf(request.query);
      const keys = sortKeysOf(orderBy);
      const page = (await allResources(caller.store.resources('dataSet')))
        .map((resource): [string, ShownObject] => [resource.id, shownDataSet(caller, resource)])
        .filter(([, shown]) => meets(shown))
        .toSorted(([, a], [, b]) => compareBy(keys, a, b))
        .slice(start, start + limit);
      const entries: [string, ShownObject][] = [];
      for (const [id, shown] of page) {
        const complete = { ...shown, ...(await tableExtension(caller.store, id)) };
        entries.push([id, withProperties(complete, properties)]);
      }
      return Object.fromEntries(entries);
    },
  );

  routes.get(
    `${path}/:id`,
    {
      schema: {
        hide,
        summary: 'Look up a dataset',
        params: IdParameter,
        querystring: Type.Object({ properties: ListQuery.properties.properties }),
        response: { 200: ById },
      },
    },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const resource = await requireDataSet(caller.store, request.params.id);
      reply.header('etag', entityTag(resource));
      const shown = await detailedDataSet(caller, resource);
      return { [resource.id]: withProperties(shown, request.query.properties) };
    },
  );
}

function registerWrites(routes: Routes, path: string, hide: boolean, dependencies: Dependencies): void {
  routes.post(
    path,
    {
      schema: {
        hide,
        summary: 'Create a dataset and its Iceberg table',
        querystring: Type.Object({
          requestDataSource: Type.Optional(Type.String({ description: 'Taken and without effect.' })),
        }),
        body: DataSetBody,
        response: { 201: References },
      },
    },
    async (request, reply) => {
      const id = await createDataSet(dependencies, sandboxOf(request), request.body);
      reply.code(201);
      return [referenceTo(id)];
    },
  );

  routes.patch(
    `${path}/:id`,
    {
      schema: {
        hide,
        summary: 'Change a dataset, by properties or by JSON Patch',
        params: IdParameter,
        headers: IfMatch,
        body: PatchBody,
        response: { 200: References },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const changed = await changeDataSet(sandboxOf(request), id, request.body, request.headers['if-match']);
      reply.header('etag', entityTag(changed));
      return [referenceTo(id)];
    },
  );

  routes.delete(
    `${path}/:id`,
    {
      schema: {
        hide,
        summary: 'Delete a dataset that nothing writes to, and its table',
        params: IdParameter,
        headers: IfMatch,
        response: { 200: References },
      },
    },
    async (request) => {
      const { id } = request.params;
      const location = await deleteDataSet(sandboxOf(request).store, id, request.headers['if-match']);
      if (location !== undefined) {
        await removeTableFiles(dependencies.lake.io, location).catch((error: unknown) => {
          // The dataset is gone all the same; files that stay cost space and harm nothing.
          request.log.warn({ err: error, location }, 'files of a deleted dataset could not be removed');
        });
      }
      return [referenceTo(id)];
    },
  );
}

function referenceTo(id: string): string {
  return `@/dataSets/${id}`;
}
