import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServerUnderTest } from '../tests/server-under-test.ts';
import { createLandingFlow, post } from './landing-flow.ts';
import { type MemoryFigures, watchMemory } from './process-memory.ts';

/*
 * A folder of many small files on a server as anyone starts it, of which some are new in a run:
 * `node benchmarks/small-files.ts [files] [new ones] [format]`. Tells how long it takes to plan, read and land
 * them, beside the flow's first run, which passes all over that are there, and one that finds nothing new; the
 * reading beside a bare copy of the new files, as many at a time and as durable; and what memory the worker's process and the engine's have at their peak. With DATABASE_URL the server keeps its
 * state there. Needs Linux, for /proc.
 */

const files = Number(process.argv[2] ?? 20_000);
const fresh = Number(process.argv[3] ?? 2_000);
const format = process.argv[4] === 'json' ? 'json' : 'delimited';
const ROWS_PER_FILE = 20;
/** As many files as a run reads at the same time. */
const CONCURRENT_READS = 4;
const RUN_DEADLINE_MS = 3_600_000;
const POLL_MS = 250;
const FLOW = '/data/foundation/flowservice';

/** What the benchmark reads of a run. */
interface Run {
  readonly metrics: Metrics;
  readonly activities: readonly (Metrics & { readonly activityType: string })[];
}

interface Metrics {
  readonly durationSummary: { readonly startedAtUTC: number; readonly completedAtUTC: number };
  readonly recordSummary: { readonly outputRecordCount: number };
  readonly statusSummary: { readonly status: string };
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-small-files-')));
const server = await new ServerUnderTest({ TRIBUTARY_LOG: 'off', TRIBUTARY_FILE_ROOTS: folder }).start();
try {
  write(0, files - fresh);
  const figures: Record<string, StepFigures> = {};
  const flowId = await makeFlow();
  figures[`${files - fresh} passed over`] = await measured(flowId, 0, 1);
  const written = write(files - fresh, fresh);
  await post(server, `${FLOW}/runs`, { flowId });
  const some = await measured(flowId, fresh, 2);
  figures[`${fresh} new of ${files}`] = some;
  await post(server, `${FLOW}/runs`, { flowId });
  figures[`nothing new of ${files}`] = await measured(flowId, 0, 3);
  console.table(figures);
  const bare = await bareCopy(written);
  const times = (some.reading / bare).toFixed(1);
  console.log(`a bare copy takes ${bare.toFixed(2)} s: reading takes ${times} times as long`);
} finally {
  await server.dispose();
  rmSync(folder, { recursive: true });
}

/** Files of a hundred folders, each a second younger than the one before. Answers where they are. */
function write(from: number, count: number): readonly string[] {
  const places: string[] = [];
  for (let index = from; index < from + count; index++) {
    const place = join(folder, `day ${index % 100}`, `${index}.${format === 'json' ? 'json' : 'csv'}`);
    if (index < 100) mkdirSync(join(folder, `day ${index}`));
    const ids = Array.from({ length: ROWS_PER_FILE }, (_, row) => `${index}-${row}`);
    const text =
      format === 'json'
        ? ids.map((id) => `{"Id":"${id}","Name":"Doe"}`)
        : ['Id,Name', ...ids.map((id) => `${id},Doe`)];
    writeFileSync(place, `${text.join('\n')}\n`);
    utimesSync(place, 1_600_000_000 + index, 1_600_000_000 + index);
    places.push(place);
  }
  return places;
}

/** Seconds that it takes to copy files, each to the disk before it counts as copied. */
async function bareCopy(places: readonly string[]): Promise<number> {
  const left = [...places.entries()];
  const start = performance.now();
  const copies = Array.from({ length: CONCURRENT_READS }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, place] = next;
      const copy = join(folder, `copy ${index}`);
      await copyFile(place, copy);
      const handle = await open(copy);
      await handle.sync().finally(() => handle.close());
    }
  });
  await Promise.all(copies);
  return (performance.now() - start) / 1000;
}

/** Seconds of a run's steps, and MiB. */
interface StepFigures {
  readonly planning: number;
  readonly reading: number;
  readonly landing: number;
  readonly whole: number;
  readonly 'worker MiB': number;
  readonly 'at rest': number;
  readonly 'engine MiB': number;
}

/** Figures of a flow's newest run, one of so many. */
async function measured(flowId: string, expected: number, runs: number): Promise<StepFigures> {
  const memory = await watchMemory(
    JSON.parse(readFileSync(join(server.dataFolder, 'server.json'), 'utf8')).pid,
  );
  const run = await endedRun(flowId, runs);
  const peak: MemoryFigures = memory.stop();
  const { durationSummary: whole, recordSummary, statusSummary } = run.metrics;
  const of = (type: string) =>
    run.activities.find(({ activityType }) => activityType === type)?.durationSummary;
  const copy = of('copyActivity');
  const promotion = of('promotionActivity');
  if (statusSummary.status !== 'success' || recordSummary.outputRecordCount !== expected * ROWS_PER_FILE)
    throw new Error(JSON.stringify(run.metrics));
  const seconds = (from = Number.NaN, to = Number.NaN) => Math.round((to - from) / 10) / 100;
  return {
    planning: seconds(whole.startedAtUTC, copy?.startedAtUTC),
    reading: seconds(copy?.startedAtUTC, copy?.completedAtUTC),
    landing: seconds(promotion?.startedAtUTC, promotion?.completedAtUTC),
    whole: seconds(whole.startedAtUTC, whole.completedAtUTC),
    'worker MiB': peak.worker,
    'at rest': peak.atRest,
    'engine MiB': peak.engine,
  };
}

async function endedRun(flowId: string, runs: number): Promise<Run> {
  for (const start = performance.now(); performance.now() - start < RUN_DEADLINE_MS; await pause(POLL_MS)) {
    const { body } = await server.call('GET', `${FLOW}/runs?property=flowId==${flowId}`);
    const found: readonly Run[] = body.items;
    if (found.length === runs && found[0]?.metrics.durationSummary.completedAtUTC !== undefined)
      return found[0];
  }
  throw new Error(`The run has not ended:\n${server.output}`);
}

/** A flow of what comes into the folder after its first run. */
async function makeFlow(): Promise<string> {
  const connection = await post(server, `${FLOW}/connections`, {
    name: 'Incoming',
    auth: { specName: 'Local Folder', params: { folder } },
    connectionSpec: { id: 'bb0237ab-7a46-47ab-b355-a6e979b2216a', version: '1.0' },
  });
  const source = await post(server, `${FLOW}/sourceConnections`, {
    name: 'Files',
    baseConnectionId: connection.id,
    data: { format },
    params: { path: '/', type: 'folder', recursive: true },
  });
  return createLandingFlow(server, source.id, {
    name: 'Files',
    schemaTitle: 'Files',
    groups: ['profile', 'profile-person-details'],
    mappings: [
      ['Id', '_id'],
      ['Name', 'person.name.lastName'],
    ],
    scheduleParams: { startTime: '1567411548', frequency: 'once', backfill: false },
  });
}
