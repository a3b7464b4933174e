import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createSource, OutboundClient } from '@tributary/connectors';
import { openEngine } from '@tributary/engine';
import { localFileIO } from '@tributary/lake';
import { type Runner, type RunnerServices, stagingFolder, startRunner } from '@tributary/runner';
import {
  createVault,
  openEmbeddedStore,
  openPostgresStore,
  readOrCreateKey,
  type Scope,
  type Store,
  type Vault,
} from '@tributary/store';
import packageJson from '../package.json' with { type: 'json' };
import { ClosingStack } from './closing-stack.ts';
import type { Configuration } from './configuration.ts';
import { type DemoCrm, startDemoCrm } from './demo-crm.ts';
import { fileInspector } from './file-inspector.ts';
import { ensureInstallation, type Installation } from './first-start.ts';
import { createTokens } from './http/access-tokens.ts';
import { createFront } from './http/front.ts';
import type { Routes } from './http/service.ts';
import { removeReadiness, writeReadiness } from './readiness-file.ts';
import { allServices } from './services/all.ts';

/** A running Tributary. */
export interface Application {
  readonly url: string;
  readonly installation: Installation;
  readonly demo: DemoCrm | undefined;
  /** Answers what is under way, gives open runs back, closes everything. */
  stop(): Promise<void>;
}

/** The composition root: store, lake, engine, services, HTTP front and runner, as the configuration says. */
export async function startApplication(configuration: Configuration): Promise<Application> {
  const { dataFolder } = configuration;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const closing = new ClosingStack();
  try {
    const store = await openStore(configuration);
    closing.add(() => store.close());
    // Not before the store is open: until then another server may be the one that can be reached.
    await removeReadiness(dataFolder);
    const vault = openVault(configuration);
    const installation = await ensureInstallation(store, configuration);
    const lake = await openLake(configuration);
    const engine = openEngine({
      memoryLimitMb: configuration.engineMemoryMb,
      threads: availableParallelism(),
      tempDirectory: await ensureFolder(join(dataFolder, 'engine')),
    });
    closing.add(() => engine.close());
    const outbound = new OutboundClient();
    closing.add(() => outbound.close());
    const files = {
      inspector: fileInspector(engine, await ensureFolder(join(dataFolder, 'samples'))),
      roots: configuration.fileRoots,
    };
    const openSource: RunnerServices['openSource'] = (connectionSpecId, authSpecName, params, options) =>
      createSource(connectionSpecId, authSpecName, params, { ...options, outbound, files });
    const demo = configuration.demo && (await startDemoCrm(dataFolder, configuration.demo.contacts));
    if (demo) closing.add(() => demo.stop());

    const staging = stagingFolder(join(dataFolder, 'staging'));
    const diagnostics = join(dataFolder, 'diagnostics');
    let runner: Runner | undefined;
    const tokens = createTokens(vault.derive('access-tokens'));
    const front = await createFront({
      store,
      tokens,
      services: allServices({
        store,
        vault,
        tokens,
        engine,
        lake,
        runFiles: {
          removeStaging: staging.remove,
          removeDiagnostics: (batchId) => rm(join(diagnostics, batchId), { recursive: true, force: true }),
        },
        openSource,
        wakeRunner: () => runner?.wake(),
      }),
      version: packageJson.version,
      logger: configuration.isLogging,
    });
    addHealthChecks(front, store);
    closing.add(() => front.close());
    const url = await front.listen({ host: configuration.host, port: configuration.port });

    runner = startRunner({
      store,
      vault,
      engine,
      lake,
      staging,
      diagnosticsFolder: (batchId) => ensureFolder(join(diagnostics, batchId)),
      outbound,
      openSource,
      isShared: configuration.databaseUrl !== undefined,
      readsOfConnection: configuration.readsOfConnection,
      settleSeconds: configuration.settleSeconds,
      log: front.log,
    });
    closing.add(() => runner?.stop());
    await writeReadiness(dataFolder, {
      url,
      pid: process.pid,
      orgId: installation.orgId,
      clientId: installation.clientId,
      ...(installation.isGenerated && installation.clientSecret !== undefined
        ? { clientSecret: installation.clientSecret }
        : {}),
      ...(demo ? { demo: { salesforce: demo.salesforce, dynamics: demo.dynamics } } : {}),
    });
    closing.add(() => removeReadiness(dataFolder));
    return { url, installation, demo, stop: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

function openStore({ databaseUrl, dataFolder }: Configuration): Promise<Store> {
  return databaseUrl === undefined ? openEmbeddedStore(dataFolder) : openPostgresStore(databaseUrl);
}

function openVault({ vaultKey, dataFolder }: Configuration): Vault {
  return createVault(vaultKey ?? readOrCreateKey(join(dataFolder, 'vault.key')));
}

async function openLake({ lakeFolder }: Configuration) {
  const io = localFileIO(await ensureFolder(lakeFolder));
  return {
    io,
    tableLocation: ({ orgId, sandboxId }: Scope, dataSetId: string) =>
      io.locationOf(join(lakeFolder, orgId.replaceAll(/[^\w@.-]/g, '_'), sandboxId, dataSetId)),
  };
}

async function ensureFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

function addHealthChecks(front: Routes, store: Store): void {
  front.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  front.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    try {
      await store.ping();
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'the metadata store does not answer' });
    }
  });
}
