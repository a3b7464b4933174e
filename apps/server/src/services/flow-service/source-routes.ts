import { connectionSpecById, readsFiles } from '@tributary/connectors';
import { documentOf } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { askSource } from '../ask-source.ts';
import type { Dependencies } from '../dependencies.ts';
import { AnyObject, answers, Id } from './answer-schemas.ts';
import { ExploreQuery, explorationOf } from './explore-source.ts';
import { ResourceNotFound } from './refusal.ts';

/** What asks the source behind a base connection. */
export function registerSourceRoutes(routes: Routes, dependencies: Dependencies): void {
  routes.get(
    '/connections/:id/test',
    {
      schema: {
        summary: 'Prove that a base connection can sign in',
        params: Id,
        response: answers({ 200: Type.Object({ result: Type.Boolean() }) }),
      },
    },
    async (request) => {
      const connection = await connectionOf(request, request.params.id);
      return askSource(dependencies, sandboxOf(request).store, connection, async (source, signal) => {
        await source.check(signal);
        return { result: true };
      });
    },
  );

  routes.get(
    '/connections/:id/explore',
    {
      schema: {
        summary: 'Explore the tables or files of a source',
        params: Id,
        querystring: ExploreQuery,
        response: answers({ 200: Type.Union([Type.Array(AnyObject), AnyObject]) }),
      },
    },
    async (request) => {
      const connection = await connectionOf(request, request.params.id);
      const spec = connectionSpecById(documentOf('connection', connection).connectionSpec.id);
      const { ask, selection } = explorationOf(request.query, spec !== undefined && readsFiles(spec));
      return askSource(dependencies, sandboxOf(request).store, connection, ask, selection);
    },
  );
}

async function connectionOf(request: FastifyRequest, id: string): Promise<Resource> {
  const connection = await sandboxOf(request).store.resources('connection').get(id);
  if (connection === undefined) throw new ResourceNotFound('connections', id);
  return connection;
}
