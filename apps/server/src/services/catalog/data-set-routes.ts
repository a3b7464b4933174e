import { Type } from 'typebox';
import { entityTag } from '../../http/entity-tag.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { DataSets, References, refusals, refusalsOfChanges } from './answer-schemas.ts';
import { changeDataSet, type DataSetEdit, PatchBody, patchEdit, putEdit } from './change-data-set.ts';
import { checkDataSet, createDataSet } from './create-data-set.ts';
import { locationOf } from './created-location.ts';
import { withDetails } from './data-set-details.ts';
import { DataSetBody, DataSetChange } from './data-set-document.ts';
import { DataSetQuery, dataSetConditions } from './data-set-query.ts';
import { deleteDataSet } from './delete-data-set.ts';
import type { CatalogDependencies } from './dependencies.ts';
import { ExtendBody, extendEdit } from './extend-data-set.ts';
import { ConditionHeaders, type Conditions } from './if-match.ts';
import { type Listed, listObjects } from './list-objects.ts';
import { lookUp } from './look-up.ts';
import {
  LookUpQuery,
  PageHeaders,
  pageOf,
  type ShownObject,
  wantedProperties,
  withProperties,
} from './page-query.ts';
import { dataSetNotFound, dataSets } from './shown-data-set.ts';
import { sortKeysOf } from './sort-keys.ts';

const IdParameter = Type.Object({ id: Type.String() });
const ValidateOnly = Type.Object({
  pragma: Type.Optional(
    Type.String({ description: '`validate-only` checks the request and changes nothing.' }),
  ),
});

/** The documented spelling, and the one that older clients use. */
const PATHS = ['/dataSets', '/datasets'] as const;

/** Datasets: listing, creating, changing and deleting them. */
export function registerDataSets(routes: Routes, dependencies: CatalogDependencies): void {
  for (const path of PATHS) {
    const hide = path !== PATHS[0];
    registerReads(routes, path, hide, dependencies);
    registerCreation(routes, path, hide, dependencies);
    registerChanges(routes, path, hide);
    registerDeletion(routes, path, hide, dependencies);
  }
}

/** Datasets of which the observable schema is worked out in one answer, at most. */
const MAX_OBSERVED = 20;

function registerReads(routes: Routes, path: string, hide: boolean, { tables }: CatalogDependencies): void {
  routes.get(
    path,
    {
      schema: {
        hide,
        summary: 'List datasets',
        description: `The observable schema comes only where \`properties\` asks for it, with at most ${MAX_OBSERVED} datasets.`,
        querystring: DataSetQuery,
        headers: PageHeaders,
        response: { 200: DataSets, 400: refusals[400] },
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      const { orderBy, properties } = request.query;
      const wanted = wantedProperties(properties);
      const { start, limit } = pageOf(request.query, request.headers);
      const listed = await listObjects(caller, dataSets, {
        conditions: dataSetConditions(request.query),
        keys: sortKeysOf(orderBy, dataSets.sortable),
        page: { start, limit: wanted?.has('observableSchema') ? Math.min(limit, MAX_OBSERVED) : limit },
      });
      return byId(listed, await withDetails(caller, tables, listed, wanted), properties);
    },
  );

  routes.get(
    `${path}/:id`,
    {
      schema: {
        hide,
        summary: 'Look up a dataset, or several by their ids with commas between',
        params: IdParameter,
        querystring: LookUpQuery,
        response: { 200: DataSets, ...refusals },
      },
    },
    async (request, reply) => {
      const caller = sandboxOf(request);
      const { properties } = request.query;
      const wanted = wantedProperties(properties);
      const found = await lookUp(caller, dataSets, request.params.id, dataSetNotFound);
      const [only] = found.length === 1 ? found : [];
      if (only) reply.header('etag', entityTag(only.resource));
      return byId(found, await withDetails(caller, tables, found, wanted), properties);
    },
  );
}

function byId(listed: readonly Listed[], shown: readonly ShownObject[], properties: string | undefined) {
  return Object.fromEntries(
    shown.map((object, index) => [listed[index]?.resource.id, withProperties(object, properties)]),
  );
}

function registerCreation(
  routes: Routes,
  path: string,
  hide: boolean,
  dependencies: CatalogDependencies,
): void {
  routes.post(
    path,
    {
      schema: {
        hide,
        summary: 'Create a dataset and its Iceberg table',
        querystring: Type.Object({
          requestDataSource: Type.Optional(
            Type.String({ description: 'Without effect: a dataset needs no data source of its own here.' }),
          ),
        }),
        headers: ValidateOnly,
        body: DataSetBody,
        response: {
          200: { ...References, description: 'With `Pragma: validate-only`: empty.' },
          201: References,
          400: refusals[400],
          409: refusalsOfChanges[409],
        },
      },
    },
    async (request, reply) => {
      const caller = sandboxOf(request);
      if (isValidateOnly(request.headers)) {
        await checkDataSet(caller.store, request.body);
        return [];
      }
      const id = await createDataSet(dependencies, caller, request.body);
      reply.code(201).header('location', locationOf('dataSets', id));
      return [referenceTo(id)];
    },
  );
}

function registerChanges(routes: Routes, path: string, hide: boolean): void {
  const schema = {
    hide,
    params: IdParameter,
    headers: Type.Intersect([ConditionHeaders, ValidateOnly]),
    response: { 200: References, ...refusalsOfChanges },
  };
  const change = async (
    request: Parameters<typeof sandboxOf>[0],
    { id, headers }: { id: string; headers: Conditions & { pragma?: string } },
    edit: DataSetEdit,
  ) => {
    const conditions = { id, conditions: headers, validateOnly: isValidateOnly(headers) };
    return changeDataSet(sandboxOf(request), conditions, edit);
  };

  routes.put(
    `${path}/:id`,
    { schema: { ...schema, summary: 'Replace what may be changed of a dataset', body: DataSetChange } },
    async (request, reply) => {
      const { id } = request.params;
      const changed = await change(request, { id, headers: request.headers }, putEdit(request.body));
      reply.header('etag', entityTag(changed));
      return [referenceTo(id)];
    },
  );

  routes.patch(
    `${path}/:id`,
    { schema: { ...schema, summary: 'Change a dataset, by properties or by JSON Patch', body: PatchBody } },
    async (request, reply) => {
      const { id } = request.params;
      const changed = await change(request, { id, headers: request.headers }, patchEdit(request.body));
      reply.header('etag', entityTag(changed));
      return [referenceTo(id)];
    },
  );

  routes.patch(
    `/v2${path}/:id`,
    {
      schema: {
        ...schema,
        summary: 'Change a dataset, also deep inside: what is not named stays, null removes',
        body: ExtendBody,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const changed = await change(request, { id, headers: request.headers }, extendEdit(request.body));
      reply.header('etag', entityTag(changed));
      return [referenceTo(id)];
    },
  );
}

function registerDeletion(
  routes: Routes,
  path: string,
  hide: boolean,
  dependencies: CatalogDependencies,
): void {
  routes.delete(
    `${path}/:id`,
    {
      schema: {
        hide,
        summary: 'Delete a dataset that nothing writes to, with its data',
        params: IdParameter,
        querystring: Type.Object({
          deleteData: Type.Optional(
            Type.Boolean({
              description: 'false leaves the files of the table where they lie. true where absent.',
            }),
          ),
        }),
        headers: ConditionHeaders,
        response: { 200: References, ...refusalsOfChanges },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { deleteData = true } = request.query;
      const deletion = { id, conditions: request.headers, deleteData };
      await deleteDataSet(dependencies, sandboxOf(request).store, deletion, request.log);
      return [referenceTo(id)];
    },
  );
}

function isValidateOnly({ pragma }: { readonly pragma?: string }): boolean {
  return pragma?.trim().toLowerCase() === 'validate-only';
}

function referenceTo(id: string): string {
  return `@/dataSets/${id}`;
}
