import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { TransformRequest } from '@tributary/engine';
import { JobFolder } from '../packages/engine/src/testing/job-folder.ts';
import { runTransform } from '../packages/engine/src/transform-job.ts';
import { type Workload, workloads } from './transform-workloads.ts';

/*
 * What a transform costs beside a plain copy of the same rows, in the same run:
 * `node benchmarks/transform.ts [rows] [rounds]`. Both run in this process, so that CPU time can be told beside the clock,
 * which counts what else the machine does. The plain copy is DuckDB, with as many threads and as much memory, reading
 * all columns of the same CSV file as text and writing them to one zstd Parquet file. It makes no nested columns, parses,
 * checks and counts nothing. The second copy takes only the columns that the transform reads.
 */

const rows = Number(process.argv[2] ?? 500_000);
const ROUNDS = Number(process.argv[3] ?? 5);
const threads = 2;
const memoryLimitMb = 600;

const scratch = mkdtempSync(join(tmpdir(), 'tributary-benchmark-'));
const folder = new JobFolder();
try {
  for (const workload of workloads) await compare(workload);
} finally {
  folder.remove();
  rmSync(scratch, { recursive: true });
}

async function compare({ name, columns, texts, read, table, limit }: Workload): Promise<void> {
  const staged = join(scratch, 'staged.csv');
  const generated = columns.map((column, index) => `${texts[index]} AS "${column.name}"`).join(', ');
  await copy(`SELECT ${generated} FROM range(${rows}) t(i)`, staged, 'FORMAT csv, FORCE_QUOTE *');
  const megabytes = Math.round(statSync(staged).size / 1e6);
  console.log(`${name}: ${rows} rows of ${columns.length} columns, ${megabytes} MB of CSV`);
  const csv = `read_csv('${staged}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {${columns.map((column) => `'${column.name}': 'VARCHAR'`).join(', ')}})`;
  const request = folder.request(table, columns, [{ path: staged, format: { kind: 'csv' } }]);
  const contenders = {
    'plain copy of all columns': () => copyToParquet(`SELECT * FROM ${csv}`),
    'plain copy of the columns read': () =>
      copyToParquet(`SELECT ${read.map((column) => `"${column}"`).join(', ')} FROM ${csv}`),
    transform: () => landAll(request),
  };
  const costs = new Map(Object.keys(contenders).map((contender) => [contender, [] as Cost[]]));
  // In turns, so that what else the machine does falls on all alike. The first round warms up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [contender, work] of Object.entries(contenders)) {
      const cost = await measure(work);
      if (round > 0) costs.get(contender)?.push(cost);
    }
  }
  const figures = [...costs].map(([name, each]) => {
    const clock = median(each.map((cost) => cost.clock));
    return { name, 'clock, s': clock, 'CPU, s': median(each.map((cost) => cost.cpu)) };
  });
  console.table(figures);
  const [plain, , transform] = figures;
  if (plain === undefined || transform === undefined) throw new Error('A contender is missing.');
  const byClock = transform['clock, s'] / plain['clock, s'];
  const byCpu = transform['CPU, s'] / plain['CPU, s'];
  console.log(
    `${byClock.toFixed(2)} times the plain copy by the clock, ${byCpu.toFixed(2)} in CPU time; at most ${limit} is wanted\n`,
  );
}

async function copyToParquet(query: string): Promise<void> {
  await copy(query, join(scratch, 'plain.parquet'), 'FORMAT parquet, COMPRESSION zstd');
}

async function copy(query: string, path: string, options: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryLimitMb}MB`,
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path}' (${options})`);
  connection.closeSync();
  instance.closeSync();
}

/** A transform that lost a row would be no fair contender. */
async function landAll(request: TransformRequest): Promise<void> {
  const resources = { memoryLimitMb, threads, spillDirectory: folder.temp };
  const { outputRows, errors } = await runTransform(request, resources, new AbortController().signal);
  if (outputRows !== rows) {
    throw new Error(`${outputRows} of ${rows} rows landed; ${JSON.stringify(errors[0])}`);
  }
}

/** In seconds. */
interface Cost {
  readonly clock: number;
  /** Of all threads, in the program and in the system. */
  readonly cpu: number;
}

async function measure(work: () => Promise<void>): Promise<Cost> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return {
    clock: Math.round(performance.now() - started) / 1000,
    cpu: Math.round((user + system) / 1000) / 1000,
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
