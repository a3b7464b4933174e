import type { BatchDocument } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { startTestServer, type TestAnswer, type TestServer } from '../../test-kit.ts';
import { dataAccess } from '../data-access/index.ts';
import { schemaRegistry } from '../schema-registry/index.ts';
import { catalog } from './index.ts';

const BASE = '/data/foundation/catalog';

/** A server with the Catalog, a schema of persons in it, and ways to put things into the sandbox `prod`. */
export interface CatalogBench {
  readonly server: TestServer;
  /** Of the sandbox `prod`. */
  readonly store: ScopedStore;
  readonly schemaId: string;
  readonly schemaRef: { readonly id: string; readonly contentType: string };
  /** Calls a path below the Catalog's. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TestAnswer>;
  /** Answers the id. */
  createDataSet(body: Readonly<Record<string, unknown>>): Promise<string>;
  /** A batch as a flow run leaves it. */
  addBatch(id: string, dataSetId: string, document?: Partial<BatchDocument>): Promise<void>;
  close(): Promise<void>;
}

export async function openCatalogBench(): Promise<CatalogBench> {
  const server = await startTestServer([schemaRegistry, catalog, dataAccess]);
  const organization = await server.store.organizations.first();
  const sandbox = await server.store.organizations.sandbox(organization?.id ?? '', 'prod');
  const store = server.store.scoped({ orgId: organization?.id ?? '', sandboxId: sandbox?.id ?? '' });
  const schema = await server.call('POST', '/data/foundation/schemaregistry/tenant/schemas', {
    body: {
      title: 'Persons',
      allOf: [
        { $ref: 'https://ns.adobe.com/xdm/context/profile' },
        { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' },
      ],
    },
  });
  const schemaRef = { id: schema.body.$id, contentType: 'application/vnd.adobe.xed+json;version=1' };
  const call: CatalogBench['call'] = (method, path, body, headers = {}) =>
    server.call(method, BASE + path, { ...(body !== undefined && { body }), headers });

  return {
    server,
    store,
    schemaId: schemaRef.id,
    schemaRef,
    call,
    async createDataSet(body) {
      const answer = await call('POST', '/dataSets', { schemaRef, ...body });
      return answer.body[0].split('/').at(-1);
    },
    async addBatch(id, dataSetId, document = {}) {
      const whole: BatchDocument = {
        producer: 'flowRun',
        dataSetId,
        shown: {
          externalId: id,
          status: 'success',
          started: 1_700_000_000_000,
          recordCount: 3,
          relatedObjects: [{ type: 'dataSet', id: dataSetId }],
          errors: [],
          metrics: {},
          tags: { flowId: ['flow'], runId: ['run'], batchId: [id] },
          inputFormat: { format: 'parquet' },
        },
        dataFiles: [{ path: 'file:///lake/part-0.parquet', rows: 3, bytes: 10 }],
        diagnosticsFiles: [],
        ...document,
      };
      await store.resources('batch').insert(id, { ...whole }, { user: 'runner', client: 'worker' });
    },
    close: () => server.close(),
  };
}
