/**
 * Measures a transform of generated contacts beside plain copies of the same CSV to Parquet, in turns.
 * Run: node packages/engine/benchmarks/transform.ts [rows]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ColumnType, Constraints, XdmScalarType } from '@tributary/xdm';
import { openEngine } from '../src/index.ts';
import { JobFolder } from '../src/testing/job-folder.ts';
import { column, tableOf } from '../src/testing/table.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const rounds = 3;
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
  report(`${rows} rows × ${columns.length} columns, ${Math.round(statSync(staged).size / 1e6)} MB of CSV`);
  const read = `read_csv('${staged}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {${columns.map(([name]) => `'${name}': 'VARCHAR'`).join(', ')}})`;
  const mapped = mappings.map(([, , source]) => `"${source}"`).join(', ');
  const sourceColumns = columns.map(([name, type]) => ({ name, type }));
  const request = folder.request(table, sourceColumns, [{ path: staged, format: { kind: 'csv' } }]);
  const figures = { all: [] as number[], mapped: [] as number[], transform: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    figures.all.push(await time(() => copyToParquet(`SELECT * FROM ${read}`)));
    figures.mapped.push(await time(() => copyToParquet(`SELECT ${mapped} FROM ${read}`)));
    figures.transform.push(await time(() => engine.transform(request)));
  }
  const [all, some, transform] = [figures.all, figures.mapped, figures.transform].map((each) =>
    Math.min(...each),
  );
  report(`plain copy of all columns: ${all} ms`);
  report(`plain copy of the ${mappings.length} mapped columns: ${some} ms`);
  report(`transform: ${transform} ms (best of ${rounds} each)`);
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

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round(performance.now() - started);
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
