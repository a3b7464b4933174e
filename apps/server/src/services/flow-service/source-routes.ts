import type { Source } from '@tributary/connectors';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { askSource } from '../ask-source.ts';
import type { Dependencies } from '../dependencies.ts';
import { AnyObject, answers, Id } from './answer-schemas.ts';
import { ResourceNotFound } from './refusal.ts';
import { shownColumn } from './shown-column.ts';

const DEFAULT_PREVIEW_ROWS = 10;
const MAX_PREVIEW_ROWS = 100;

const ExploreQuery = Type.Object({
  objectType: Type.String({
    description: 'root lists the tables, table describes one; in upper or lower case',
  }),
  object: Type.Optional(Type.String({ description: 'Path of the table, as the root lists it' })),
  preview: Type.Optional(
    Type.String({ pattern: '^([Tt]rue|[Ff]alse)$', description: 'true adds sample rows' }),
  ),
  previewCount: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_PREVIEW_ROWS, description: `Default ${DEFAULT_PREVIEW_ROWS}` }),
  ),
});

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
    (request) =>
      askConnection(dependencies, request, request.params.id, async (source, signal) => {
        await source.check(signal);
        return { result: true };
      }),
  );

  routes.get(
    '/connections/:id/explore',
    {
      schema: {
        summary: 'Explore the tables of a source',
        params: Id,
        querystring: ExploreQuery,
        response: answers({ 200: Type.Union([Type.Array(AnyObject), AnyObject]) }),
      },
    },
    (request) => {
      const target = exploreTarget(request.query);
      return askConnection(dependencies, request, request.params.id, (source, signal) =>
        explore(source, target, signal),
      );
    },
  );
}

interface TableTarget {
  readonly table: string;
  readonly previewRows: number;
}

function exploreTarget({
  objectType,
  object,
  preview,
  previewCount = DEFAULT_PREVIEW_ROWS,
}: Static<typeof ExploreQuery>): 'root' | TableTarget {
  switch (objectType.toLowerCase()) {
    case 'root':
      return 'root';
    case 'table':
      if (object) return { table: object, previewRows: preview?.toLowerCase() === 'true' ? previewCount : 0 };
      throw invalidParameter('object', 'is missing; give the path of a table as the root lists it');
    default:
      throw invalidParameter('objectType', 'must be root or table for a table-based source');
  }
}

function explore(source: Source, target: 'root' | TableTarget, signal: AbortSignal): Promise<object> {
  return target === 'root' ? exploreRoot(source, signal) : exploreTable(source, target, signal);
}

async function exploreRoot(source: Source, signal: AbortSignal) {
  const tables = await source.explore(undefined, signal);
  return tables.map(({ name, path, canPreview, canFetchSchema }) => ({
    type: 'table',
    name,
    path,
    canPreview,
    canFetchSchema,
  }));
}

async function exploreTable(source: Source, { table, previewRows }: TableTarget, signal: AbortSignal) {
  const { columns } = await source.describe(table, signal);
  const schema = { columns: columns.map(shownColumn) };
  if (previewRows === 0) return { format: 'flat', schema };
  return { format: 'flat', schema, data: await source.preview(table, previewRows, signal) };
}

/** Opens the source of a base connection for one question. */
async function askConnection<T>(
  dependencies: Dependencies,
  request: FastifyRequest,
  id: string,
  ask: (source: Source, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { store } = sandboxOf(request);
  const connection = await store.resources('connection').get(id);
  if (connection === undefined) throw new ResourceNotFound('connections', id);
  return askSource(dependencies, store, connection, ask);
}

function invalidParameter(path: string, message: string): Problem {
  return new Problem('invalidParameter', `The parameter ${path} ${message}.`, {
    violations: [{ path, message }],
  });
}
