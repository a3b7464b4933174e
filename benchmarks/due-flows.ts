import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openPostgresStore } from '@tributary/store';
import { RunBench } from '../packages/runner/src/run-bench.test-kit.ts';
import { startRunner } from '../packages/runner/src/runner.ts';
import { nextSlot } from '../packages/runner/src/schedule.ts';
import { postgresPrograms, startPostgres } from '../packages/store/src/stores.test-kit.ts';

/*
 * What scheduling and starting runs costs: so many flows fall due at the same moment, each of a table in which nothing has
 * changed, so that all there is to a run is what the product does for it: `node benchmarks/due-flows.ts [flows] [seconds] [store]`. Tells how
 * long it takes until all are queued, and how many are taken up and have ended when a minute (or `seconds`) is over, by one
 * process on the embedded store and on a PostgreSQL server.
 */

const flows = Number(process.argv[2] ?? 10_000);
const seconds = Number(process.argv[3] ?? 60);
/** `embedded` or `postgresql`; both where it is left out. */
const only = process.argv[4];
const INSERTED_AT_ONCE = 500;
const WARM_RUNS = 20;
const actor = { user: 'benchmark', client: 'benchmark' };

interface Figures {
  readonly queuedMs: number;
  readonly startedCount: number;
  readonly endedCount: number;
  readonly perMinute: number;
  /** This process's own time for each run that has ended, in milliseconds, whatever else the machine does. */
  readonly cpuMs: number;
}

async function measure(bench: RunBench): Promise<Figures> {
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
  const dueAt = performance.now();
  const queued = await services.store.enqueueDueRuns(new Date(), nextSlot);
  const queuedMs = performance.now() - dueAt;
  if (queued !== flows) throw new Error(`${queued} flows were due`);
  const cpuBefore = process.cpuUsage();
  const runner = startRunner(services);
  await pause(Math.max(0, seconds * 1000 - queuedMs));
  const stoppedAt = new Date();
  const cpu = process.cpuUsage(cpuBefore);
  await runner.stop();
  let startedCount = 0;
  let endedCount = 0;
  for (let offset = 0; offset < flows; offset += INSERTED_AT_ONCE) {
    for (const run of await bench.store.runs.list({ limit: INSERTED_AT_ONCE, offset })) {
      if (run.flowId === first.id) continue;
      if (run.startedAt !== undefined && run.startedAt <= stoppedAt) startedCount++;
      if (run.completedAt !== undefined && run.completedAt <= stoppedAt) endedCount++;
    }
  }
  return {
    queuedMs,
    startedCount,
    endedCount,
    perMinute: (endedCount / (seconds - queuedMs / 1000)) * 60,
    cpuMs: (cpu.user + cpu.system) / 1000 / endedCount,
  };
}

function tell(name: string, { queuedMs, startedCount, endedCount, perMinute, cpuMs }: Figures): void {
  console.log(
    `${name}: ${flows} flows due, queued in ${Math.round(queuedMs)} ms; after ${seconds} s ${startedCount} started, ` +
      `${endedCount} ended; ${Math.round(perMinute)} runs a minute, ${Math.round(cpuMs)} ms of the process each`,
  );
}

if (only !== 'postgresql') {
  const bench = await RunBench.open();
  tell('embedded', await measure(bench));
  await bench.close();
}
const programs = postgresPrograms();
if (programs !== undefined && only !== 'embedded') {
  const server = await startPostgres(programs);
  const bench = await RunBench.open(() => openPostgresStore(server.url));
  tell('PostgreSQL', await measure(bench));
  await bench.close();
  await server.stop();
}
