import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutboundClient, type Source } from '@tributary/connectors';
import { type Engine, openEngine } from '@tributary/engine';
import { createTable, localCopies, localFileIO, readTable } from '@tributary/lake';
import { createVault, type RunRecord, type ScopedStore, type Store } from '@tributary/store';
import { openMadeStore } from '@tributary/store/test-kit';
import { assignFieldIds, composeSchema, type SourceColumn } from '@tributary/xdm';
import { diagnosticsArea } from './diagnostics.ts';
import { documentOf, type FlowDocument } from './documents.ts';
import { executeRun } from './execute-run.ts';
import { flowReads } from './flow-reads.ts';
import type { KeptPlace } from './kept-files.ts';
import { withTable } from './live-files.ts';
import type { RunProgress } from './progress.ts';
import { readTurns } from './read-turns.ts';
import { schemaLookup } from './schema-lookup.ts';
import { scratchFolders } from './scratch-folders.ts';
import type { RunnerServices } from './services.ts';
import { stagingArea } from './staging-area.ts';
import { TableSource } from './table-source.test-kit.ts';

const ORG_ID = 'ACME@AdobeOrg';
const SPEC = { id: 'table', version: '1.0' };
export const SCHEMA_ID = 'https://ns.adobe.com/acme/schemas/people';
const actor = { user: 'alice', client: 'script' };

const schemaBody = {
  $id: SCHEMA_ID,
  'meta:altId': '_acme.schemas.people',
  'meta:resourceType': 'schemas',
  version: '1.0',
  type: 'object',
  title: 'People',
  allOf: [
    { $ref: 'https://ns.adobe.com/xdm/context/profile' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' },
  ],
  'meta:class': 'https://ns.adobe.com/xdm/context/profile',
};

export const mappings = {
  id: ['Id', '_id'],
  name: ['Name', 'person.name.lastName'],
  born: ['Born', 'person.birthYear'],
} as const;

/** A flow of a {@link RunBench} and where its rows land. */
export interface BenchFlow {
  readonly id: string;
  readonly dataSetId: string;
  readonly mappingId: string;
}

/** Store, lake and engine as in the product, and a source whose rows, clock and faults a test decides on. */
export class RunBench {
  readonly source = new TableSource();
  /** Where flows read from: `source`, unless a test says otherwise. */
  opened: Source = this.source;
  /** Pauses that failed attempts asked for, in milliseconds; the bench itself does not wait. */
  readonly pauses: number[] = [];
  readonly folder: string;
  readonly services: RunnerServices;
  readonly store: ScopedStore;
  readonly #store: Store;
  readonly #engine: Engine;

  private constructor(folder: string, store: Store, scoped: ScopedStore) {
    const io = localFileIO(join(folder, 'lake'));
    const kept = placeOfFolder(folder);
    const scratch = scratchFolders(join(folder, 'scratch'));
    const queue: Store['queue'] = {
      ...store.queue,
      release: (run, claim, notBefore) => {
        // Pauses are whole seconds, of which a little has passed by now.
        this.pauses.push(Math.max(0, Math.ceil((notBefore.getTime() - Date.now()) / 1000) * 1000));
        return store.queue.release(run, claim, new Date(0));
      },
    };
    this.folder = folder;
    this.store = scoped;
    this.#store = store;
    this.#engine = openEngine({ memoryLimitMb: 256, threads: 1, tempDirectory: folder });
    this.services = {
      store: { ...store, queue },
      vault: createVault(new Uint8Array(32).fill(1)),
      engine: this.#engine,
      lake: {
        io,
        copies: localCopies(io, { folder: join(folder, 'copies'), maxBytes: 0 }),
        tableLocation: (_scope, dataSetId) => io.locationOf(join(folder, 'lake', dataSetId)),
      },
      staging: stagingArea([kept]),
      diagnostics: diagnosticsArea([kept], scratch),
      scratch,
      outbound: new OutboundClient(),
      openSource: () => this.opened,
      isShared: false,
      readsOfConnection: 8,
      readTurns: readTurns(8),
      flowReads: flowReads(store),
      settleSeconds: 600,
      retention: { runsDays: 90, snapshotsDays: 7, eventsDays: 30 },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    };
  }

  static async open(openStore: (folder: string) => Promise<Store> = openMadeStore): Promise<RunBench> {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-runner-'));
    const store = await openStore(folder);
    await store.organizations.createFirst(
      { id: ORG_ID, tenantId: 'acme' },
      { id: 'client', secret: 'secret' },
    );
    const bench = await RunBench.beside(folder, store);
    await bench.store.resources('schema').insert(SCHEMA_ID, schemaBody, actor);
    return bench;
  }

  /** Another process's part of a bench that is open already. */
  static async beside(folder: string, store: Store): Promise<RunBench> {
    const sandbox = await store.organizations.sandbox(ORG_ID, 'prod');
    if (sandbox === undefined) throw new Error('an organisation begins with a sandbox');
    return new RunBench(folder, store, store.scoped({ orgId: ORG_ID, sandboxId: sandbox.id }));
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await this.#store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A flow of the source's table into a dataset: a new one, or that of another flow. */
  async flow({
    dataSetId,
    mappingSetId,
    copy,
    backfill,
    ...options
  }: {
    dataSetId?: string;
    /** That of another flow; one of its own where left out. */
    mappingSetId?: string;
    /** Params of the flow's Copy transformation; it has none where left out. */
    copy?: Record<string, unknown>;
    backfill?: boolean;
  } & FlowDocument['options'] = {}): Promise<BenchFlow> {
    const insert = async (kind: Parameters<ScopedStore['resources']>[0], body: Record<string, unknown>) => {
      const id = randomUUID();
      await this.store.resources(kind).insert(id, { state: 'enabled', ...body }, actor);
      return id;
    };
    const target = dataSetId ?? (await this.#dataSet());
    const baseConnectionId = randomUUID();
    const sealedParams = this.services.vault.seal('{}', baseConnectionId);
    await this.store
      .resources('connection')
      .insert(
        baseConnectionId,
        { connectionSpec: SPEC, auth: { specName: 'None', params: {} }, sealedParams },
        actor,
      );
    const sourceConnectionId = await insert('sourceConnection', {
      baseConnectionId,
      connectionSpec: SPEC,
      data: { format: 'tabular' },
      params: { tableName: 'People' },
    });
    const targetConnectionId = await insert('targetConnection', {
      connectionSpec: SPEC,
      data: {},
      params: { dataSetId: target },
    });
    const mappingId = mappingSetId ?? (await insert('mappingSet', mappingSet('id', 'name')));
    const id = await insert('flow', {
      flowSpec: SPEC,
      sourceConnectionIds: [sourceConnectionId],
      targetConnectionIds: [targetConnectionId],
      transformations: [
        ...(copy === undefined ? [] : [{ name: 'Copy', params: copy }]),
        { name: 'Mapping', params: { mappingId } },
      ],
      ...(backfill !== undefined && { scheduleParams: { startTime: 0, frequency: 'once', backfill } }),
      options,
    });
    return { id, dataSetId: target, mappingId };
  }

  async #dataSet(): Promise<string> {
    const id = randomUUID();
    const composed = composeSchema(SCHEMA_ID, await schemaLookup(this.store, [SCHEMA_ID]));
    if (!composed.ok) throw new Error('the schema cannot be composed');
    const location = this.services.lake.tableLocation(this.store.scope, id);
    const schema = assignFieldIds(composed.value.root).schema;
    const table = await createTable(this.services.lake.io, { location, schema, now: new Date() });
    await this.store.tables.insert({ datasetId: id, location, metadataLocation: table.metadataLocation });
    await this.store
      .resources('dataSet')
      .insert(id, { schemaRef: { id: SCHEMA_ID, contentType: '' } }, actor);
    return id;
  }

  async changeMappings(flow: BenchFlow, ...names: (keyof typeof mappings)[]): Promise<void> {
    const sets = this.store.resources('mappingSet');
    const set = await sets.get(flow.mappingId);
    await sets.replace(flow.mappingId, set?.etag ?? '', { state: 'enabled', ...mappingSet(...names) }, actor);
  }

  /** Has the flow keep to a version of its mapping set. */
  async pinMapping({ id, mappingId }: BenchFlow, mappingVersion: number): Promise<void> {
    const transformations = [{ name: 'Mapping', params: { mappingId, mappingVersion } }];
    await this.#change('flow', id, (body) => ({ ...body, transformations }));
  }

  /** Has the flow's source connection list its columns. */
  async declareColumns({ id }: BenchFlow, columns: readonly SourceColumn[]): Promise<void> {
    const flow = await this.store.resources('flow').get(id);
    const [sourceConnectionId = ''] = flow === undefined ? [] : documentOf('flow', flow).sourceConnectionIds;
    await this.#change('sourceConnection', sourceConnectionId, (body) => ({
      ...body,
      params: { tableName: 'People', columns },
    }));
  }

  async changeOptions({ id }: BenchFlow, options: FlowDocument['options']): Promise<void> {
    await this.#change('flow', id, (body) => ({ ...body, options }));
  }

  async #change(
    kind: 'flow' | 'sourceConnection',
    id: string,
    changed: (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const stored = await this.store.resources(kind).get(id);
    if (stored === undefined) throw new Error(`no ${kind} ${id}`);
    await this.store.resources(kind).replace(id, stored.etag, changed(stored.body), actor);
  }

  /** Changes the params of the flow's Copy transformation. */
  async changeCopy(flow: BenchFlow, params: Record<string, unknown>): Promise<void> {
    const flows = this.store.resources('flow');
    const resource = await flows.get(flow.id);
    if (resource === undefined) throw new Error('the flow is gone');
    const { transformations } = documentOf('flow', resource);
    const others = transformations.filter(({ name }) => name !== 'Copy');
    const body = { ...resource.body, transformations: [{ name: 'Copy', params }, ...others] };
    await flows.replace(flow.id, resource.etag, body, actor);
  }

  /** Queues a run of the flow and takes it to its end, over as many attempts as it needs. */
  async run(flow: BenchFlow, asked: Partial<RunProgress> = {}): Promise<RunRecord> {
    await this.store.runs.enqueue(flow.id, asked);
    for (;;) {
      const run = await this.attempt();
      if (run.completedAt !== undefined) return run;
    }
  }

  /**
   * One attempt of the run that is due, by a worker of its own; answers what has become of the run. The attempt sees the
   * store through `through`, and unless it is `undisturbed` its claim ends at once, so that another can take the run over while
   * it works.
   */
  async attempt({
    signal = new AbortController().signal,
    through = (store: ScopedStore) => store,
    undisturbed = false,
  } = {}): Promise<RunRecord> {
    const { queue } = this.services.store;
    const claimed = await queue.claim();
    if (claimed === undefined) throw new Error('no run is due');
    if (!undisturbed) await queue.endClaims();
    const { run, claim } = claimed;
    await executeRun({ services: this.services, store: through(this.store), run, claim, signal });
    await queue.settle(claim);
    const now = await this.store.runs.get(run.id);
    if (now === undefined) throw new Error('the run is gone');
    return now;
  }

  /** Ids of all rows of the flow's dataset, sorted; one that has landed twice is there twice. */
  async landed(flow: BenchFlow): Promise<string[]> {
    return (await this.rows(flow)).map(({ _id: id }) => String(id));
  }

  /** All rows of the flow's dataset, in the order of their ids. */
  async rows({ dataSetId }: BenchFlow): Promise<Readonly<Record<string, unknown>>[]> {
    const { io } = this.services.lake;
    const pointer = await this.store.tables.get(dataSetId);
    if (pointer === undefined) throw new Error('the dataset has no table');
    const table = await readTable(io, pointer.metadataLocation);
    const rows = await withTable(this.services.lake, table, async (files) =>
      files.length === 0 ? [] : this.#engine.readRows(files, { limit: 5_000 }),
    );
    return rows
      .map((row) => Object(row) as Record<string, unknown>)
      .sort((one, other) => (String(one._id) < String(other._id) ? -1 : 1));
  }

  /** Parquet files below the dataset's folder, whether the table knows them or not. */
  dataFiles({ dataSetId }: BenchFlow): string[] {
    const names = readdirSync(join(this.folder, 'lake', dataSetId), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.parquet'));
  }

  /** The runs that have staged files. */
  staged(): Promise<readonly string[]> {
    return this.services.staging.runs();
  }
}

function mappingSet(...names: (keyof typeof mappings)[]) {
  return {
    outputSchemaId: SCHEMA_ID,
    mappings: names.map((name) => ({
      id: randomUUID(),
      sourceType: 'ATTRIBUTE',
      source: mappings[name][0],
      destination: mappings[name][1],
    })),
  };
}

function placeOfFolder(folder: string): KeptPlace {
  const io = localFileIO(folder);
  return {
    io,
    copies: localCopies(io, { folder: join(folder, 'copies'), maxBytes: 0 }),
    staging: io.locationOf(join(folder, 'staging')),
    diagnostics: io.locationOf(join(folder, 'diagnostics')),
  };
}
