import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ControlError, parseClock, parseFault, parseMutation, parseObject } from '../../control-requests.ts';
import { type OrgSnapshot, plainFields } from '../definitions.ts';
import { compileJsonRow } from '../render.ts';
import { bulkDatetime } from '../timestamps.ts';
import type { Context } from './context.ts';
import { ownFaults, vocabulary } from './control-requests.ts';

const CHUNK_CHARACTERS = 64 * 1024;

/** The emulator's own API, for demos and tests: no session is asked for. */
export function registerControl(server: FastifyInstance, context: Context): void {
  const { org, faults } = context;
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof ControlError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });

  server.post('/mutate', async ({ body }) => {
    const request = parseMutation(body, org, vocabulary);
    const late = faults.take(['lateCommit'], '/__emulator/mutate')?.seconds ?? 0;
    const { updated, inserted, deleted, at, stamp } = org.mutate(request, late);
    return {
      updated,
      inserted,
      deleted,
      at: new Date(at).toISOString(),
      stamp: new Date(stamp).toISOString(),
    };
  });
  server.get<{ Querystring: Record<string, unknown> }>('/rows', async ({ query }, reply) => {
    const snapshot = org.table(parseObject(query.object, vocabulary).name).snapshot();
    return reply.type('application/x-ndjson').send(Readable.from(jsonLines(snapshot), { objectMode: false }));
  });
  server.get('/clock', async () => ({ now: new Date(org.clock.now()).toISOString() }));
  server.post('/clock', async ({ body }) => {
    org.setClock(parseClock(body));
    return { now: new Date(org.clock.now()).toISOString() };
  });
  server.post('/fault', async ({ body }) => {
    const { trouble, ...options } = parseFault(body, ownFaults);
    faults.add(trouble, options);
    return { faults: faults.list() };
  });
  server.delete('/fault', async () => ({ cleared: faults.clear() }));
  server.get('/state', async () => state(context));
}

function state({ org, faults, usage, jobs }: Context): unknown {
  return {
    now: new Date(org.clock.now()).toISOString(),
    seed: org.seed,
    // maxRSS is in kilobytes.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    rows: Object.fromEntries([...org.tables].map(([name, table]) => [name, table.liveRows])),
    requests: usage.byRoute(),
    apiUsage: { used: usage.apiCalls, limit: usage.dailyLimit },
    faults: faults.list(),
    jobs: jobs.list().map((job) => ({
      id: job.id,
      state: jobs.state(job),
      operation: job.request.operation,
      query: job.request.query,
      rows: job.rows.length,
    })),
  };
}

/** Every row that is not deleted, all fields but the compound addresses, datetimes as the bulk API writes them. */
function* jsonLines(snapshot: OrgSnapshot): Generator<string> {
  const style = { attributesUrl: undefined, datetime: bulkDatetime };
  const writeRow = compileJsonRow(snapshot, plainFields(snapshot.object), style);
  let text = '';
  for (let index = 0; index < snapshot.count; index++) {
    if (snapshot.isDeleted(index)) continue;
    text += `${writeRow(index)}\n`;
    if (text.length >= CHUNK_CHARACTERS) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}
