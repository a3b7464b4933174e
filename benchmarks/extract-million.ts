import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServerUnderTest } from '../tests/server-under-test.ts';
import { createLandingFlow, post } from './landing-flow.ts';
import { type MemoryFigures, watchMemory } from './process-memory.ts';

/*
 * A whole run on a server as anyone starts it: contacts by Bulk API 2.0 from an emulated org, extracted, transformed and
 * committed: `node benchmarks/extract-million.ts [rows] [rounds] [engine memory, MiB]`. Tells how long the extraction takes beside a bare
 * download of the same pages of the same job, as many at a time and thrown away, and what memory the worker's process and the engine's
 * processes have at their peak. With DATABASE_URL the server keeps its state there. Needs Linux, for /proc.
 */

const rows = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const engineMemoryMb = process.argv[4] ?? '256';
/** As many pages as an extraction reads at the same time. */
const CONCURRENT_PAGES = 4;
const MOST_MEMORY_MIB = 600;
const MOST_TIMES_BARE = 1.2;
const RUN_DEADLINE_MS = 900_000;
const POLL_MS = 1000;
const FLOW = '/data/foundation/flowservice';
/** Titles of schemas must differ. */
let flows = 0;
const mappings = [
  ['Id', '_id'],
  ['FirstName', 'person.name.firstName'],
  ['LastName', 'person.name.lastName'],
  ['Name', 'person.name.fullName'],
  ['Email', 'personalEmail.address'],
  ['MobilePhone', 'mobilePhone.number'],
  ['Phone', 'homePhone.number'],
  ['MailingStreet', 'homeAddress.street1'],
  ['MailingCity', 'homeAddress.city'],
  ['MailingState', 'homeAddress.state'],
  ['MailingPostalCode', 'homeAddress.postalCode'],
  ['MailingCountry', 'homeAddress.country'],
] as const;

interface Emulator {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const main = fileURLToPath(import.meta.resolve('@tributary/emulators/main'));
/** What the benchmark reads of a run. */
interface Run {
  readonly metrics: Metrics;
  readonly activities: readonly (Metrics & { readonly activityType: string })[];
}

interface Metrics {
  readonly durationSummary: { readonly startedAtUTC: number; readonly completedAtUTC: number };
  readonly sizeSummary: { readonly outputBytes: number };
  readonly recordSummary: { readonly outputRecordCount: number };
  readonly statusSummary: { readonly status: string };
}

interface Download {
  readonly bytes: number;
  readonly seconds: number;
}

const child = fork(main, ['--rows', `Contact=${rows}`, '--bulk-job-ms', '0', '--bulk-page-rows', '50000'], {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const [emulator]: [Emulator] = (await once(child, 'message')) as [Emulator];
const server = await new ServerUnderTest({
  TRIBUTARY_ENGINE_MEMORY_MB: engineMemoryMb,
}).start();
try {
  // Once unmeasured, so that the emulator is warm whoever comes first.
  await download(await jobOf(`SELECT ${mappings.map(([name]) => name).join(', ')} FROM Contact`));
  const memory = await watchMemory(processOf(server));
  const rounds: Round[] = [];
  // In turns, so that what else the machine does falls on both alike.
  for (let round = 0; round < ROUNDS; round++) rounds.push(await runOnce());
  report(rounds, memory.stop());
} finally {
  await server.dispose();
  child.kill();
}

/** Figures of one run and of the bare download after it: seconds and bytes. */
interface Round {
  readonly bare: Download;
  readonly extraction: Download;
  readonly wholeRun: Download;
}

async function runOnce(): Promise<Round> {
  const run = await endedRun(await makeFlow());
  const copy = run.activities.find(({ activityType }) => activityType === 'copyActivity');
  const { recordSummary, statusSummary } = run.metrics;
  if (copy === undefined || statusSummary.status !== 'success' || recordSummary.outputRecordCount !== rows)
    throw new Error(JSON.stringify(run.metrics));
  const { jobs } = await jsonOf<State>(await fetch(`${emulator.url}/__emulator/state`));
  const bare = await download(jobs.at(-1)?.id ?? '');
  return { bare, extraction: figuresOf(copy), wholeRun: figuresOf(run.metrics) };
}

/** Asks seldom: the server that answers is the one that is measured. */
async function endedRun(flowId: string): Promise<Run> {
  for (const start = performance.now(); performance.now() - start < RUN_DEADLINE_MS; await pause(POLL_MS)) {
    const { body } = await server.call('GET', `${FLOW}/runs?property=flowId==${flowId}`);
    const run: Run | undefined = body.items[0];
    if (run?.metrics.durationSummary.completedAtUTC !== undefined) return run;
  }
  throw new Error(`The run has not ended:\n${server.output}`);
}

function figuresOf({ durationSummary, sizeSummary }: Metrics): Download {
  const { startedAtUTC, completedAtUTC } = durationSummary;
  return { bytes: sizeSummary.outputBytes, seconds: (completedAtUTC - startedAtUTC) / 1000 };
}

function report(rounds: readonly Round[], peak: MemoryFigures): void {
  const [bare, extraction, wholeRun] = (['bare', 'extraction', 'wholeRun'] as const).map((name) => {
    const seconds = rounds.map((round) => round[name].seconds).sort((a, b) => a - b);
    const median = seconds[Math.floor(seconds.length / 2)] ?? Number.NaN;
    return { seconds: tenths(median), fastest: tenths(seconds[0]), MiB: mib(rounds[0]?.[name].bytes ?? 0) };
  });
  console.table({ 'bare download': bare, extraction, 'whole run': wholeRun });
  const times = (extraction?.seconds ?? Number.NaN) / (bare?.seconds ?? Number.NaN);
  console.log(`${times.toFixed(2)} times the bare download (at most ${MOST_TIMES_BARE}), ${rows} rows`);
  console.log(
    `peak resident memory: worker ${peak.worker} MiB (${peak.atRest} at rest), engine ${peak.engine} MiB (each at most ${MOST_MEMORY_MIB})`,
  );
}

function tenths(seconds = Number.NaN): number {
  return Math.round(seconds * 10) / 10;
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

function processOf({ dataFolder }: ServerUnderTest): number {
  return JSON.parse(readFileSync(join(dataFolder, 'server.json'), 'utf8')).pid;
}

async function token(): Promise<string> {
  const { url, clientId, clientSecret } = emulator;
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const body = new URLSearchParams(grant);
  const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body });
  return (await jsonOf<{ access_token: string }>(answer)).access_token;
}

/** A bulk job of its own. */
async function jobOf(query: string): Promise<string> {
  const answer = await fetch(`${emulator.url}/services/data/v60.0/jobs/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'query', query }),
  });
  return (await jsonOf<Job>(answer)).id;
}

/** All pages of a job by `fetch`, several at a time, thrown away. */
async function download(jobId: string): Promise<Download> {
  const headers = { authorization: `Bearer ${await token()}` };
  const job = await endedJob(jobId, headers);
  const start = performance.now();
  const pages: string[] = [];
  let next: string | null = `${job}/resultPages`;
  while (next !== null) {
    const answer: ResultPages = await jsonOf(await fetch(emulator.url + next, { headers }));
    pages.push(...answer.resultPages.map(({ resultUrl }) => resultUrl));
    next = answer.nextRecordsUrl;
  }
  let bytes = 0;
  const reader = async () => {
    for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
      const answer = await fetch(emulator.url + page, { headers });
      for await (const piece of answer.body ?? []) bytes += piece.length;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_PAGES }, reader));
  return { bytes, seconds: (performance.now() - start) / 1000 };
}

interface State {
  readonly jobs: readonly Job[];
}

interface Job {
  readonly id: string;
  readonly state: string;
  readonly apiVersion: number;
}

interface ResultPages {
  readonly resultPages: readonly { readonly resultUrl: string }[];
  readonly nextRecordsUrl: string | null;
}

/** The path of a job that has ended, under the version that made it. */
async function endedJob(id: string, headers: Record<string, string>): Promise<string> {
  for (;;) {
    const answer = await fetch(`${emulator.url}/services/data/v60.0/jobs/query/${id}`, { headers });
    const { state, apiVersion } = await jsonOf<Job>(answer);
    if (state === 'Failed' || state === 'Aborted') throw new Error(`The job is ${state}.`);
    if (state === 'JobComplete') return `/services/data/v${apiVersion}.0/jobs/query/${id}`;
  }
}

/** The emulator answers as its reader's type says. */
async function jsonOf<T>(answer: Response): Promise<T> {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** A flow that is due at once: connection, schema, dataset and mappings as in the tutorial. */
async function makeFlow(): Promise<string> {
  const { url: environmentUrl, clientId, clientSecret } = emulator;
  const connection = await post(server, `${FLOW}/connections`, {
    name: 'Org',
    auth: {
      specName: 'OAuth2 Client Credential',
      params: { environmentUrl, clientId, clientSecret, apiVersion: '60.0' },
    },
    connectionSpec: { id: 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5', version: '1.0' },
  });
  const source = await post(server, `${FLOW}/sourceConnections`, {
    name: 'Contacts',
    baseConnectionId: connection.id,
    data: { format: 'tabular' },
    params: { tableName: 'Contact' },
  });
  return createLandingFlow(server, source.id, {
    name: 'Contacts',
    schemaTitle: `Contacts ${++flows}`,
    groups: ['profile', 'profile-person-details', 'profile-personal-details'],
    mappings,
    deltaColumn: 'SystemModstamp',
    scheduleParams: { startTime: '1567411548', frequency: 'once' },
  });
}
