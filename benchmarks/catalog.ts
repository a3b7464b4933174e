import { setTimeout } from 'node:timers/promises';
import type { ScopedStore } from '@tributary/store';
import { catalog } from '../apps/server/src/services/catalog/index.ts';
import { startTestServer } from '../apps/server/src/test-kit.ts';
import { figuresOf } from './request-figures.ts';

/*
 * How long the Catalog takes over HTTP, on the embedded store, in a sandbox with many datasets and as many batches:
 * `node benchmarks/catalog.ts [datasets] [part of a case's name]`. Half of the batches landed in one dataset, the others in
 * datasets of their own. Each figure stands beside a bare request to the same server in the same run, which names no
 * dataset that is there.
 */

const count = Number(process.argv[2] ?? 10_000);
const only = process.argv[3] ?? '';
const ROUNDS = 41;
const BASE = '/data/foundation/catalog';
const actor = { user: 'alice', client: 'script' };
const LOADED = idOf(0);

const server = await startTestServer([catalog]);
try {
  await fill(await sandboxStore());
  // The store renews its statistics every few seconds, and a sandbox is not filled in one.
  await setTimeout(10_000);
  console.log(`${count} datasets, ${count} batches; ${ROUNDS} requests each`);
  console.table(
    await figuresOf(
      {
        'bare request': () => get('/dataSets/none', 404),
        ...Object.fromEntries(
          [
            '/dataSets?limit=100',
            '/dataSets?limit=100&orderBy=name',
            '/dataSets?limit=100&properties=name',
            '/dataSets?name=Dataset%2077',
            '/dataSets?tags=adobe/pqs/table:dataset_77',
            '/dataSets?schemaRef=schema-7',
            `/dataSets/${LOADED}`,
            '/batches?limit=100',
            '/batches?limit=100&orderBy=desc:recordCount',
            `/batches?limit=100&dataSet=${LOADED}`,
            `/batches?limit=100&dataSet=${LOADED}&status=failed`,
            `/batches?dataSet=${idOf(7)}`,
            '/batches?limit=100&status=failed',
            '/lastBatches?limit=100',
            `/lastBatches?dataSetId=${LOADED}`,
            '/lastBatches?lastBatchStatus=failed',
          ].map((path) => [path, () => get(path, 200)]),
        ),
      },
      { rounds: ROUNDS, only },
    ),
  );
} finally {
  await server.close();
}

/** Datasets and batches as the Catalog and runs leave them in the store; of the tables there are pointers, and no files. */
async function fill(store: ScopedStore): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    await store.transaction(async (scoped) => {
      for (let n = from; n < Math.min(from + 500, count); n++) {
        await scoped.resources('dataSet').insert(idOf(n), dataSet(n), actor);
        const location = server.dependencies.lake.tableLocation(scoped.scope, idOf(n));
        await scoped.tables.insert({ datasetId: idOf(n), location, metadataLocation: `${location}/m.json` });
        await scoped.resources('batch').insert(`01BATCH${n}`, batch(n), actor);
      }
    });
  }
}

function idOf(n: number): string {
  return n.toString(16).padStart(24, '0');
}

function dataSet(n: number) {
  return {
    name: `Dataset ${n}`,
    description: 'Made for a benchmark',
    schemaRef: { id: `schema-${n % 100}`, contentType: 'application/vnd.adobe.xed+json;version=1' },
    tags: { 'adobe/pqs/table': [`dataset_${n}`], team: ['crm', `team-${n % 10}`] },
    viewId: `view-${n}`,
    classification: { dataBehavior: 'record', managedBy: 'CUSTOMER' },
  };
}

function batch(n: number) {
  const dataSetId = n % 2 ? LOADED : idOf(n);
  return {
    producer: 'flowRun',
    dataSetId,
    shown: {
      externalId: `01BATCH${n}`,
      status: n % 50 === 49 ? 'failed' : 'success',
      started: 1_700_000_000_000 + n,
      recordCount: n,
      relatedObjects: [{ type: 'dataSet', id: dataSetId }],
      errors: [],
      metrics: {},
      tags: { flowId: ['flow'], runId: [`run-${n}`] },
      inputFormat: { format: 'parquet' },
    },
    dataFiles: [{ path: 'file:///lake/part-0.parquet', rows: n, bytes: 10 * n }],
    diagnosticsFiles: [],
  };
}

async function sandboxStore(): Promise<ScopedStore> {
  const orgId = String(server.headers['x-gw-ims-org-id']);
  const sandbox = await server.store.organizations.sandbox(orgId, 'prod');
  if (sandbox === undefined) throw new Error('A test server has a sandbox prod.');
  return server.store.scoped({ orgId, sandboxId: sandbox.id });
}

async function get(path: string, status: number): Promise<void> {
  const answer = await fetch(server.url + BASE + path, { headers: server.headers });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${text.slice(0, 2_000)}`);
}
