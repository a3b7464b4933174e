import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import {
  ControlError,
  type OwnFaults,
  parseClock,
  parseFault,
  parseMutation,
  parseObject,
  readBody,
  type Vocabulary,
  wholeNumber,
} from '../../control-requests.ts';
import {
  type ColumnDefinition,
  findColumn,
  findTable,
  readableColumns,
  type TableDefinition,
  type TableSnapshot,
  tableDefinitions,
} from '../definitions.ts';
import { compileRow } from '../odata/render.ts';
import type { ProtectionLimit, Trouble } from '../trouble.ts';
import type { Context } from './context.ts';

const CHUNK_CHARACTERS = 64 * 1024;

const vocabulary: Vocabulary<ColumnDefinition, TableDefinition> = {
  objects: tableDefinitions,
  findObject: findTable,
  findField: findColumn,
  isDatetime: ({ type, behavior }) => type === 'DateTime' && behavior !== 'DateOnly',
  isDerived: ({ make }) => ['id', 'name', 'version'].includes(make.kind),
};

const LIMITS: readonly ProtectionLimit[] = ['requests', 'executionTime', 'concurrency'];

/** The faults that only Dataverse has. */
const ownFaults: OwnFaults<Trouble> = {
  serviceProtection: {
    options: ['limit', 'retryAfter'],
    parse(body) {
      const limit = LIMITS.find((name) => name === (body.limit ?? 'requests'));
      if (limit === undefined) throw new ControlError(`'limit' must be one of ${LIMITS.join(', ')}.`);
      return { kind: 'serviceProtection', limit, retryAfter: wholeNumber(body, 'retryAfter', 1) };
    },
  },
  expireToken: { options: [], parse: () => ({ kind: 'expireToken' }) },
  expirePagingCookie: { options: [], parse: () => ({ kind: 'expirePagingCookie' }) },
  expireDeltaToken: { options: [], parse: () => ({ kind: 'expireDeltaToken' }) },
  dropColumn: {
    options: ['object', 'column'],
    parse(body) {
      const table = parseObject(body.object, vocabulary);
      return { kind: 'dropColumn', object: table.name, column: parseColumn(body.column, table) };
    },
  },
};

/** The emulator's own API, for demos and tests: no token is asked for. */
export function registerControl(server: FastifyInstance, context: Context): void {
  const { environment, faults } = context;
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof ControlError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });

  server.post('/mutate', async ({ body }) => {
    const request = parseMutation(body, environment, vocabulary);
    const late = faults.take(['lateCommit'], '/__emulator/mutate')?.seconds ?? 0;
    const { at, stamp, ...ids } = environment.mutate(request, late);
    return { ...ids, at: new Date(at).toISOString(), stamp: new Date(stamp).toISOString() };
  });
  server.get<{ Querystring: Record<string, unknown> }>('/rows', async ({ query }, reply) => {
    const snapshot = environment.table(parseObject(query.object, vocabulary).name).snapshot();
    return reply.type('application/x-ndjson').send(Readable.from(jsonLines(snapshot), { objectMode: false }));
  });
  server.post('/columns', async ({ body }) => {
    const { object, dropped } = readBody(body, ['object', 'dropped']);
    const table = parseObject(object, vocabulary);
    if (!Array.isArray(dropped)) throw new ControlError("'dropped' must be a list of columns.");
    environment.dropColumns(
      table.name,
      dropped.map((column: unknown) => parseColumn(column, table)),
    );
    return { object: table.name, columns: environment.columns(table).map(({ name }) => name) };
  });
  server.get('/clock', async () => ({ now: new Date(environment.clock.now()).toISOString() }));
  server.post('/clock', async ({ body }) => {
    environment.setClock(parseClock(body));
    return { now: new Date(environment.clock.now()).toISOString() };
  });
  server.post('/fault', async ({ body }) => {
    const { trouble, ...options } = parseFault(body, ownFaults);
    faults.add(trouble, options);
    return { faults: faults.list() };
  });
  server.delete('/fault', async () => ({ cleared: faults.clear() }));
  server.get('/state', async () => state(context));
}

function parseColumn(column: unknown, table: TableDefinition): string {
  const found = typeof column === 'string' ? findColumn(table, column) : undefined;
  if (found !== undefined && found.make.kind !== 'id') return found.name;
  throw new ControlError(`'column' must be one of ${table.name}, and not its key.`);
}

function state({ environment, faults, usage }: Context): unknown {
  return {
    now: new Date(environment.clock.now()).toISOString(),
    seed: environment.seed,
    // maxRSS is in kilobytes.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    rows: Object.fromEntries([...environment.tables].map(([name, table]) => [name, table.liveRows])),
    requests: usage.byRoute(),
    faults: faults.list(),
  };
}

/** Every row that is not deleted, as the Web API writes it without annotations. */
function* jsonLines(snapshot: TableSnapshot): Generator<string> {
  const style = { includes: () => false, areNumbersText: false, nameOf: () => null };
  const write = compileRow(snapshot, readableColumns(snapshot.object), style);
  let text = '';
  for (let index = 0; index < snapshot.count; index++) {
    if (snapshot.isDeleted(index)) continue;
    text += `${write(index)}\n`;
    if (text.length >= CHUNK_CHARACTERS) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}
