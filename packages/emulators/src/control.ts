import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import {
  ControlError,
  type OwnFaults,
  parseClock,
  parseFault,
  parseMutation,
  parseObject,
  type Vocabulary,
} from './control-requests.ts';
import type { CommonTrouble, Faults } from './faults.ts';
import type { Organization } from './organization.ts';
import type { GeneratedField, GeneratedObject } from './rows/field.ts';
import type { Snapshot } from './rows/table.ts';
import type { Usage } from './usage.ts';

const CHUNK_CHARACTERS = 64 * 1024;

/** What the control API of one emulator is made of. */
export interface Controlled<
  T extends { readonly kind: string },
  F extends GeneratedField,
  O extends GeneratedObject<F>,
> {
  readonly organization: Pick<
    Organization<unknown, O>,
    'seed' | 'clock' | 'tables' | 'table' | 'mutate' | 'setClock'
  >;
  readonly faults: Faults<T | CommonTrouble>;
  readonly usage: Usage;
  readonly vocabulary: Vocabulary<F, O>;
  readonly ownFaults: OwnFaults<T>;
  /** Seconds by which the next mutation's stamps lie in the past: takes a `lateCommit` that is armed. */
  takeLateSeconds(): number;
  /** Compiles how `/rows` writes one row as JSON. */
  compileRow(snapshot: Snapshot<O>): (index: number) => string;
  /** What `/state` tells beside what every emulator tells. */
  ownState(): Readonly<Record<string, unknown>>;
}

/** The part of the control API that all emulators have, for demos and tests: nobody has to log in. */
export function registerControl<
  T extends { readonly kind: string },
  F extends GeneratedField,
  O extends GeneratedObject<F>,
>(server: FastifyInstance, controlled: Controlled<T, F, O>): void {
  const { organization, faults, vocabulary, ownFaults } = controlled;
  const now = () => new Date(organization.clock.now()).toISOString();
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof ControlError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });

  server.post('/mutate', async ({ body }) => {
    const request = parseMutation(body, organization, vocabulary);
    const { at, stamp, ...ids } = organization.mutate(request, controlled.takeLateSeconds());
    return { ...ids, at: new Date(at).toISOString(), stamp: new Date(stamp).toISOString() };
  });
  server.get<{ Querystring: Record<string, unknown> }>('/rows', async ({ query }, reply) => {
    const snapshot = organization.table(parseObject(query.object, vocabulary).name).snapshot();
    const lines = jsonLines(snapshot, controlled.compileRow(snapshot));
    return reply.type('application/x-ndjson').send(Readable.from(lines, { objectMode: false }));
  });
  server.get('/clock', async () => ({ now: now() }));
  server.post('/clock', async ({ body }) => {
    organization.setClock(parseClock(body));
    return { now: now() };
  });
  server.post('/fault', async ({ body }) => {
    const { trouble, ...options } = parseFault(body, ownFaults);
    faults.add(trouble, options);
    return { faults: faults.list() };
  });
  server.delete('/fault', async () => ({ cleared: faults.clear() }));
  server.get('/state', async () => ({
    now: now(),
    seed: organization.seed,
    // maxRSS is in kilobytes.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    rows: Object.fromEntries([...organization.tables].map(([name, table]) => [name, table.liveRows])),
    requests: controlled.usage.byRoute(),
    faults: faults.list(),
    ...controlled.ownState(),
  }));
}

/** Every row that is not deleted. */
function* jsonLines(snapshot: Snapshot, writeRow: (index: number) => string): Generator<string> {
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
