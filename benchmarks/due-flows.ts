import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { openPostgresStore } from '@tributary/store';
import { RunBench } from '../packages/runner/src/run-bench.test-kit.ts';
import { startRunner } from '../packages/runner/src/runner.ts';
import { nextSlot } from '../packages/runner/src/schedule.ts';
import { postgresPrograms, startPostgres } from '../packages/store/src/stores.test-kit.ts';

/*
 * What scheduling and starting runs costs: so many flows fall due at the same moment, each of a table in
 * which nothing has changed, so that all there is to a run is what the product does for it:
 * `node benchmarks/due-flows.ts [flows] [seconds] [embedded|postgresql] [processes]`.
 * Tells how long it takes until all are queued, and how many are taken up and have ended when a minute (or
 * `seconds`) is over, by one process on the embedded store and by one or more on a PostgreSQL server, which
 * runs on this machine too.
 */

const flows = Number(process.argv[2] ?? 10_000);
const seconds = Number(process.argv[3] ?? 60);
/** Both where it is left out. */
const only = process.argv[4];
const processes = Number(process.argv[5] ?? 1);
const INSERTED_AT_ONCE = 500;
const WARM_RUNS = 20;
const actor = { user: 'benchmark', client: 'benchmark' };

interface Figures {
  readonly queuedMs: number;
  readonly startedCount: number;
  readonly endedCount: number;
  /** When the last run ended, in seconds after all fell due, if all have. */
  readonly lastEnded: number | undefined;
  /**
   * The time of this process and those beside it for each run that has ended, in milliseconds, whatever else
   * the machine does.
   */
  readonly cpuMs: number;
}

/**
 * `others` execute runs too while the time goes by; they answer the processor time that they took, in
 * milliseconds.
 */
async function measure(bench: RunBench, others: readonly Other[]): Promise<Figures> {
  bench.source.rows = [];
  const first = await bench.flow({ copy: { deltaColumn: { name: 'Changed' } } });
  await bench.run(first);
  const template = await bench.store.resources('flow').get(first.id);
  if (template === undefined) throw new Error('the flow is gone');
  for (let from = 0; from < flows; from += INSERTED_AT_ONCE) {
    await bench.store.transaction(async (store) => {
      for (let number = from; number < Math.min(flows, from + INSERTED_AT_ONCE); number++) {
        const id = randomUUID();
        await store.resources('flow').insert(id, template.body, actor);
        await store.schedules.put({ flowId: id, nextAt: new Date(0), recurrence: undefined });
      }
    });
  }
  for (let run = 0; run < WARM_RUNS; run++) await bench.run(first);

  const { services } = bench;
  const dueAt = Date.now();
  const queued = await services.store.enqueueDueRuns(new Date(), nextSlot);
  const queuedMs = Date.now() - dueAt;
  if (queued !== flows) throw new Error(`${queued} flows were due`);
  const cpuBefore = process.cpuUsage();
  for (const other of others) await other.start();
  const runner = startRunner(services);
  await pause(Math.max(0, seconds * 1000 - queuedMs));
  const stoppedAt = new Date();
  const cpu = process.cpuUsage(cpuBefore);
  let cpuMs = (cpu.user + cpu.system) / 1000;
  for (const other of others) cpuMs += await other.stop();
  await runner.stop();
  let startedCount = 0;
  let endedCount = 0;
  let lastEnded = 0;
  for (let offset = 0; offset < flows; offset += INSERTED_AT_ONCE) {
    for (const run of await bench.store.runs.list({ limit: INSERTED_AT_ONCE, offset })) {
      if (run.flowId === first.id) continue;
      if (run.startedAt !== undefined && run.startedAt <= stoppedAt) startedCount++;
      if (run.completedAt === undefined || run.completedAt > stoppedAt) continue;
      endedCount++;
      lastEnded = Math.max(lastEnded, (run.completedAt.getTime() - dueAt) / 1000);
    }
  }
  return {
    queuedMs,
    startedCount,
    endedCount,
    lastEnded: endedCount === flows ? lastEnded : undefined,
    cpuMs: cpuMs / endedCount,
  };
}

function tell(name: string, { queuedMs, startedCount, endedCount, lastEnded, cpuMs }: Figures): void {
  const end = lastEnded === undefined ? '' : `, the last after ${lastEnded.toFixed(1)} s`;
  console.log(
    `${name}: ${flows} flows due, queued in ${queuedMs} ms; within ${seconds} s ${startedCount} started, ` +
      `${endedCount} ended${end}; ${cpuMs.toFixed(1)} ms of processor time of ours a run`,
  );
}

/** Another process that executes runs. */
interface Other {
  start(): Promise<void>;
  stop(): Promise<number>;
}

async function openOther(url: string, folder: string): Promise<Other> {
  const child = fork(import.meta.filename, [], {
    env: { ...process.env, OTHER_URL: url, OTHER_FOLDER: folder },
  });
  await answerOf(child);
  return {
    async start() {
      child.send('start');
      await answerOf(child);
    },
    async stop() {
      child.send('stop');
      return answerOf(child);
    },
  };
}

async function answerOf(child: ChildProcess): Promise<number> {
  const [answer] = await once(child, 'message');
  return Number(answer);
}

async function beOther(url: string, folder: string): Promise<void> {
  const store = await openPostgresStore(url);
  const bench = await RunBench.beside(folder, store);
  const told = (word: string) =>
    new Promise<void>((resolve) => process.on('message', (message) => message === word && resolve()));
  const started = told('start');
  const stopped = told('stop');
  process.send?.(0);
  await started;
  const cpuBefore = process.cpuUsage();
  const runner = startRunner(bench.services);
  process.send?.(0);
  await stopped;
  const cpu = process.cpuUsage(cpuBefore);
  process.send?.((cpu.user + cpu.system) / 1000);
  await runner.stop();
  await store.close();
  process.exit();
}

const { OTHER_URL, OTHER_FOLDER } = process.env;
if (OTHER_URL !== undefined && OTHER_FOLDER !== undefined) await beOther(OTHER_URL, OTHER_FOLDER);

if (only !== 'postgresql') {
  const bench = await RunBench.open();
  tell('embedded', await measure(bench, []));
  await bench.close();
}
const programs = postgresPrograms();
if (programs !== undefined && only !== 'embedded') {
  const server = await startPostgres(programs);
  const bench = await RunBench.open(() => openPostgresStore(server.url));
  const others: Other[] = [];
  while (others.length < processes - 1) others.push(await openOther(server.url, bench.folder));
  tell(`PostgreSQL, processes: ${processes}`, await measure(bench, others));
  await bench.close();
  await server.stop();
}
