import type { FastifyInstance } from 'fastify';
import { findField, type ObjectDefinition } from '../definitions.ts';
import { describeBasics, describeGlobal, describeObject } from '../describe.ts';
import { compileJsonRow } from '../render.ts';
import { restDatetime } from '../timestamps.ts';
import { type Context, NEWEST_VERSION, OLDEST_VERSION } from './context.ts';
import { ApiError, notFound } from './errors.ts';
import { batchSizeOf, Queries } from './query.ts';
import { deletedRecords, parseTimespan, updatedIds } from './replication.ts';

interface Versioned {
  readonly version: string;
}
interface OfObject extends Versioned {
  readonly object: string;
}
type Parameters = Readonly<Record<string, unknown>>;

/** `GET /services/data`, which needs no session. */
export function registerVersions(server: FastifyInstance): void {
  server.get('/services/data', async () =>
    Array.from({ length: NEWEST_VERSION - OLDEST_VERSION + 1 }, (_, at) => {
      const version = `${OLDEST_VERSION + at}.0`;
      return { label: releaseName(OLDEST_VERSION + at), url: `/services/data/v${version}`, version };
    }),
  );
}

/** Three releases a year: version 31 was Summer '14. */
function releaseName(version: number): string {
  const season = ['Spring', 'Summer', 'Winter'][(version - 30) % 3] ?? '';
  const year = 14 + Math.floor((version - 30) / 3) + (season === 'Winter' ? 1 : 0);
  return `${season} '${year}`;
}

/** The REST API below `/services/data/{version}`; sessions and versions are checked before. */
export function registerRest(server: FastifyInstance, context: Context): void {
  const queries = new Queries(context);
  const root = '/services/data/:version';

  server.get<{ Params: Versioned }>(root, async ({ params }) =>
    Object.fromEntries(
      ['sobjects', 'query', 'queryAll', 'limits', 'jobs'].map((name) => [
        name,
        `/services/data/${params.version}/${name}`,
      ]),
    ),
  );
  server.get<{ Params: Versioned }>(`${root}/limits`, async () => limits(context));
  for (const [name, includeDeleted] of [
    ['query', false],
    ['queryAll', true],
  ] as const) {
    server.get<{ Params: Versioned; Querystring: Parameters }>(`${root}/${name}`, async (request, reply) => {
      const { q } = request.query;
      if (typeof q !== 'string' || q.trim() === '')
        throw new ApiError(400, 'MALFORMED_QUERY', 'SOQL statements cannot be empty or null');
      const batchSize = batchSizeOf(request.headers['sforce-query-options']);
      reply.type('application/json;charset=UTF-8');
      return queries.run(q, request.params.version, { includeDeleted, batchSize, url: request.url });
    });
    server.get<{ Params: Versioned & { locator: string } }>(
      `${root}/${name}/:locator`,
      async ({ params, url }, reply) => {
        reply.type('application/json;charset=UTF-8');
        return queries.more(params.locator, params.version, url);
      },
    );
  }
  registerObjects(server, context, `${root}/sobjects`);
}

function registerObjects(server: FastifyInstance, context: Context, root: string): void {
  server.get<{ Params: Versioned }>(root, async ({ params }) =>
    describeGlobal(context.org.objects, params.version),
  );
  server.get<{ Params: OfObject }>(`${root}/:object`, async ({ params }) =>
    describeBasics(existing(context, params.object), params.version),
  );
  server.get<{ Params: OfObject }>(`${root}/:object/describe`, async ({ params }) =>
    describeObject(existing(context, params.object), context.org.objects, params.version),
  );
  server.get<{ Params: OfObject; Querystring: Parameters }>(
    `${root}/:object/updated`,
    async ({ params, query }) =>
      updatedIds(
        context.org.table(existing(context, params.object).name).snapshot(),
        parseTimespan(query, context.org.clock.now()),
      ),
  );
  server.get<{ Params: OfObject; Querystring: Parameters }>(
    `${root}/:object/deleted`,
    async ({ params, query }) =>
      deletedRecords(
        context.org.table(existing(context, params.object).name).snapshot(),
        parseTimespan(query, context.org.clock.now()),
        context.org.clock.now(),
      ),
  );
  server.get<{ Params: OfObject & { id: string }; Querystring: Parameters }>(
    `${root}/:object/:id`,
    async ({ params, query }, reply) => {
      reply.type('application/json;charset=UTF-8');
      return readRecord(context, existing(context, params.object), params.id, params.version, query.fields);
    },
  );
  server.get<{ Params: OfObject & { id: string; field: string } }>(
    `${root}/:object/:id/:field`,
    async ({ params }, reply) =>
      reply
        .type('application/octetstream')
        .send(readBlob(context, existing(context, params.object), params.id, params.field)),
  );
}

/** The bytes of a base64 field (REST API Developer Guide, sObject Blob Retrieve). */
function readBlob(context: Context, object: ObjectDefinition, id: string, name: string): Buffer {
  const field = findField(object, name);
  const table = context.org.table(object.name);
  const index = table.indexOf(id);
  const snapshot = table.snapshot();
  if (field?.type !== 'base64' || index === undefined || snapshot.isDeleted(index)) throw notFound();
  return Buffer.from(String(snapshot.column(field)(index) ?? ''), 'base64');
}

function existing({ org }: Context, name: string): ObjectDefinition {
  const object = org.findObject(name);
  if (object === undefined) throw notFound();
  return object;
}

function readRecord(
  context: Context,
  object: ObjectDefinition,
  id: string,
  version: string,
  names: unknown,
): string {
  const table = context.org.table(object.name);
  const index = table.indexOf(id);
  if (index === undefined) {
    throw new ApiError(
      404,
      'NOT_FOUND',
      `Provided external ID field does not exist or is not accessible: ${id}`,
    );
  }
  const snapshot = table.snapshot();
  if (snapshot.isPurged(index)) throw notFound();
  if (snapshot.isDeleted(index)) throw new ApiError(404, 'ENTITY_IS_DELETED', 'entity is deleted');
  const fields =
    typeof names !== 'string'
      ? object.fields
      : names.split(',').map((name) => {
          const field = findField(object, name.trim());
          if (field !== undefined) return field;
          throw new ApiError(
            400,
            'INVALID_FIELD',
            `No such column '${name.trim()}' on sobject of type ${object.name}`,
          );
        });
  const attributesUrl = `/services/data/${version}/sobjects/${object.name}/`;
  return compileJsonRow(snapshot, fields, { attributesUrl, datetime: restDatetime })(index);
}

function limits({ usage, jobs }: Context): unknown {
  return {
    DailyApiRequests: { Max: usage.dailyLimit, Remaining: usage.dailyLimit - usage.apiCalls },
    DailyBulkApiBatches: { Max: 15_000, Remaining: 15_000 },
    DailyBulkV2QueryFileStorageMB: { Max: 976_562, Remaining: 976_562 },
    DailyBulkV2QueryJobs: {
      Max: jobs.dailyLimit,
      Remaining: Math.max(jobs.dailyLimit - jobs.madeToday, 0),
    },
  };
}
