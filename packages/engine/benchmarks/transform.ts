/**
 * Measures a transform of generated contacts beside a plain copy of the same CSV to Parquet.
 * Run: node packages/engine/benchmarks/transform.ts [rows]
 */
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { PlannedTarget } from '@tributary/data-prep';
import type { ColumnType, Constraints, XdmNode, XdmScalarType } from '@tributary/xdm';
import { openEngine, type TargetField, type TransformRequest } from '../src/index.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
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
  ['AnnualRevenue', 'number', `(hash(i + 5) % 100000) / 100`],
  ['NumberOfEmployees', 'integer', `i % 500`],
  ['HasOptedOutOfEmail', 'boolean', `i % 2 = 0`],
  ['Birthdate', 'date', `strftime(DATE '1950-01-01' + CAST(i % 20000 AS INTEGER), '%Y-%m-%d')`],
  ['Description', 'string', `'line one' || chr(10) || 'line two ' || i`],
  ...Array.from(
    { length: 10 },
    (_, index) => [`Custom${index}__c`, 'string', `'value ' || hash(i * ${index + 2}) % 100000`] as const,
  ),
];

/** Mappings: target path, XDM type, Iceberg type, source column, constraints. */
const mappings: readonly (readonly [string, XdmScalarType, string, string, Constraints])[] = [
  ['_id', 'string', 'string', 'Id', { pattern: '^003' }],
  ['person.name.firstName', 'string', 'string', 'FirstName', {}],
  ['person.name.lastName', 'string', 'string', 'LastName', { maxLength: 80 }],
  ['person.birthDate', 'date', 'date', 'Birthdate', {}],
  ['personalEmail.address', 'string', 'string', 'Email', {}],
  ['consents.optOut', 'boolean', 'boolean', 'HasOptedOutOfEmail', {}],
  ['company.revenue', 'number', 'double', 'AnnualRevenue', { minimum: 0 }],
  ['company.employees', 'int', 'int', 'NumberOfEmployees', { minimum: 0, maximum: 100_000 }],
  ['modified', 'date-time', 'timestamptz', 'SystemModstamp', {}],
  ['note', 'string', 'string', 'Description', {}],
  ['custom.a', 'string', 'string', 'Custom0__c', {}],
  ['custom.b', 'string', 'string', 'Custom1__c', {}],
];

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-benchmark-'));
  try {
    const staged = join(folder, 'staged.csv');
    await copy(
      `SELECT ${columns.map(([name, , sql]) => `${sql} AS "${name}"`).join(', ')} FROM range(${rows}) t(i)`,
      staged,
      'FORMAT csv, FORCE_QUOTE *',
    );
    report(
      'staged CSV',
      `${Math.round((await stat(staged)).size / 1e6)} MB, ${rows} rows, ${columns.length} columns`,
    );
    const plain = await time(() =>
      copy(
        `SELECT * FROM ${readCsv(staged)}`,
        join(folder, 'plain.parquet'),
        'FORMAT parquet, COMPRESSION zstd',
      ),
    );
    report('plain copy, all columns', `${plain} ms`);
    const names = mappings.map(([, , , source]) => `"${source}"`).join(', ');
    const projected = await time(() =>
      copy(
        `SELECT ${names} FROM ${readCsv(staged)}`,
        join(folder, 'projected.parquet'),
        'FORMAT parquet, COMPRESSION zstd',
      ),
    );
    report('plain copy, mapped columns', `${projected} ms`);
    const engine = openEngine({ memoryLimitMb, threads, tempDirectory: folder });
    const request = await transformRequest(folder, staged);
    for (const run of ['first transform', 'second transform']) {
      const started = performance.now();
      const result = await engine.transform(request);
      const elapsed = Math.round(performance.now() - started);
      report(
        run,
        `${elapsed} ms, ${result.outputRows} rows, ${(elapsed / plain).toFixed(2)} × plain, ${(elapsed / projected).toFixed(2)} × plain of the mapped columns`,
      );
    }
    await engine.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function transformRequest(folder: string, staged: string): Promise<TransformRequest> {
  const dataDirectory = join(folder, 'data');
  const diagnosticsDirectory = join(folder, 'diagnostics');
  await mkdir(dataDirectory);
  await mkdir(diagnosticsDirectory);
  let nextId = 1;
  const fields: Grown[] = [];
  const root: GrownObject = { kind: 'object', properties: new Map(), required: new Set(['_id']) };
  const targets = mappings.map(([path, xdmType, icebergType, source, constraints]): PlannedTarget => {
    const names = path.split('.');
    const target: XdmNode = { kind: 'scalar', xdmType, constraints };
    let object = root;
    let level = fields;
    for (const [depth, name] of names.entries()) {
      if (depth === names.length - 1) {
        object.properties.set(name, target);
        level.push({ name, id: nextId++, type: { kind: 'scalar', icebergType } });
        break;
      }
      let child = object.properties.get(name) as GrownObject | undefined;
      let field = level.find((candidate) => candidate.name === name);
      if (child === undefined || field === undefined) {
        child = { kind: 'object', properties: new Map(), required: new Set() };
        field = { name, id: nextId++, type: { kind: 'struct', fields: [] } };
        object.properties.set(name, child);
        level.push(field);
      }
      object = child;
      if (field.type.kind === 'struct') level = field.type.fields;
    }
    const type = columns.find(([name]) => name === source)?.[1] ?? 'string';
    return { path: names, target, source, expression: { kind: 'column', type, name: source } };
  });
  return {
    staged: [{ path: staged, format: { kind: 'csv' } }],
    landed: [],
    columns: columns.map(([name, type]) => ({ name, type })),
    plan: { targets, sourceColumns: mappings.map(([, , , source]) => source) },
    target: root,
    fields: fields as readonly TargetField[],
    dataDirectory,
    diagnosticsDirectory,
    now: new Date(),
  };
}

/** Schema and fields while they are being built. */
interface GrownObject {
  readonly kind: 'object';
  readonly properties: Map<string, XdmNode>;
  readonly required: Set<string>;
}
interface Grown {
  readonly name: string;
  readonly id: number;
  readonly type: { kind: 'scalar'; icebergType: string } | { kind: 'struct'; fields: Grown[] };
}

function readCsv(path: string): string {
  const types = columns.map(([name]) => `'${name}': 'VARCHAR'`).join(', ');
  return `read_csv('${path}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {${types}})`;
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

async function time(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round(performance.now() - started);
}

function report(what: string, figures: string): void {
  process.stdout.write(`${what}: ${figures}\n`);
}

await main();
