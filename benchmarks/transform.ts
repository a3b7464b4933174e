import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { openEngine, type TransformRequest } from '@tributary/engine';
import type { ColumnType, Constraints, XdmScalarType } from '@tributary/xdm';
import { JobFolder } from '../packages/engine/src/testing/job-folder.ts';
import { column, tableOf } from '../packages/engine/src/testing/table.ts';

/*
 * How long a transform of contacts takes, beside a bare copy of the same CSV to Parquet by the same database in the same
 * run: `node benchmarks/transform.ts [rows]`. The copies make no nested columns, check nothing and count nothing; one
 * takes all columns, one only those that the transform maps.
 */

const rows = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 5;
const threads = 2;
const memoryLimitMb = 600;

/** Source columns: name, type and DuckDB SQL for row `i`. */
const columns: readonly (readonly [name: string, type: ColumnType, sql: string])[] = [
  ['Id', 'string', `printf('003%015d', i)`],
  ['FirstName', 'string', `'First ' || i % 977`],
  ['LastName', 'string', `'Last, "' || hash(i) % 9999 || '"'`],
  ['Email', 'string', `'User' || i || '@Example.com'`],
  [
    'SystemModstamp',
    'date-time',
    `strftime(TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND, '%Y-%m-%dT%H:%M:%S.000Z')`,
  ],
  ['AnnualRevenue', 'number', '(hash(i + 5) % 100000) / 100'],
  ['NumberOfEmployees', 'integer', 'i % 500'],
  ['HasOptedOutOfEmail', 'boolean', 'i % 2 = 0'],
  ['Birthdate', 'date', `strftime(DATE '1950-01-01' + CAST(i % 20000 AS INTEGER), '%Y-%m-%d')`],
  ['Description', 'string', `'line one' || chr(10) || 'line two ' || i`],
  ...Array.from(
    { length: 10 },
    (_, index) => [`Custom${index}__c`, 'string', `'value ' || hash(i * ${index + 2}) % 100000`] as const,
  ),
];

const mappings: readonly (readonly [path: string, XdmScalarType, source: string, Constraints?])[] = [
  ['_id', 'string', 'Id', { pattern: '^003' }],
  ['person.name.firstName', 'string', 'FirstName'],
  ['person.name.lastName', 'string', 'LastName', { maxLength: 80 }],
  ['person.birthDate', 'date', 'Birthdate'],
  ['personalEmail.address', 'string', 'Email'],
  ['consents.optOut', 'boolean', 'HasOptedOutOfEmail'],
  ['company.revenue', 'number', 'AnnualRevenue', { minimum: 0 }],
  ['company.employees', 'int', 'NumberOfEmployees', { minimum: 0, maximum: 100_000 }],
  ['modified', 'date-time', 'SystemModstamp'],
  ['note', 'string', 'Description'],
  ['custom.a', 'string', 'Custom0__c'],
  ['custom.b', 'string', 'Custom1__c'],
];

const table = tableOf(
  mappings.map(([path, xdmType, source, constraints = {}]) => {
    const type = columns.find(([name]) => name === source)?.[1];
    return { path, xdmType, constraints, from: column(source, type) };
  }),
  ['_id'],
);

const scratch = mkdtempSync(join(tmpdir(), 'tributary-benchmark-'));
const folder = new JobFolder();
const engine = openEngine({ memoryLimitMb, threads, tempDirectory: folder.temp });
try {
  const staged = join(scratch, 'staged.csv');
  const generated = columns.map(([name, , sql]) => `${sql} AS "${name}"`).join(', ');
  await copy(`SELECT ${generated} FROM range(${rows}) t(i)`, staged, 'FORMAT csv, FORCE_QUOTE *');
  console.log(
    `${rows} rows × ${columns.length} columns, ${Math.round(statSync(staged).size / 1e6)} MB of CSV`,
  );
  const read = `read_csv('${staged}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {${columns.map(([name]) => `'${name}': 'VARCHAR'`).join(', ')}})`;
  const mapped = mappings.map(([, , source]) => `"${source}"`).join(', ');
  const sourceColumns = columns.map(([name, type]) => ({ name, type }));
  const request = folder.request(table, sourceColumns, [{ path: staged, format: { kind: 'csv' } }]);
  const contenders = {
    'bare copy, all columns': () => copyToParquet(`SELECT * FROM ${read}`),
    'bare copy, mapped columns': () => copyToParquet(`SELECT ${mapped} FROM ${read}`),
    transform: () => landAll(request),
  };
  const seconds = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
  // In turns, so that what else the machine does falls on all alike. The first round warms up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(contenders)) {
      const taken = await time(work);
      if (round > 0) seconds.get(name)?.push(taken);
    }
  }
  const figures = [...seconds].map(([name, each]) => {
    return { name, 'median, s': median(each), 'best, s': Math.min(...each) };
  });
  console.table(figures);
  const transform = figures.at(-1)?.['median, s'] ?? Number.NaN;
  for (const { name, 'median, s': bare } of figures.slice(0, -1)) {
    console.log(`${(transform / bare).toFixed(2)} times the ${name}`);
  }
} finally {
  await engine.close();
  folder.remove();
  rmSync(scratch, { recursive: true });
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
  const { outputRows } = await engine.transform(request);
  if (outputRows !== rows) throw new Error(`${outputRows} of ${rows} rows landed.`);
}

async function time(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round(performance.now() - started) / 1000;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
