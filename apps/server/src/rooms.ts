import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createSource, OutboundClient } from '@tributary/connectors';
import { type Engine, openEngine } from '@tributary/engine';
import {
  diagnosticsArea,
  flowReads,
  type Runner,
  type RunnerLog,
  type RunnerServices,
  readTurns,
  scratchFolders,
  stagingArea,
  startRunner,
} from '@tributary/runner';
import {
  createVault,
  openEmbeddedStore,
  openPostgresStore,
  readOrCreateKey,
  type Store,
  type Vault,
} from '@tributary/store';
import type { ClosingStack } from './closing-stack.ts';
import type { Configuration } from './configuration.ts';
import { fileInspector } from './file-inspector.ts';
import { loadSources } from './load-sources.ts';
import { openKeptPlaces } from './open-kept-places.ts';
import { openLake } from './open-lake.ts';
import { openPlace } from './open-place.ts';
import { processFolder } from './process-folder.ts';
import type { Dependencies } from './services/dependencies.ts';

/** What every process of an installation has open, whether it answers requests, executes runs or both. */
export interface Rooms {
  readonly store: Store;
  readonly vault: Vault;
  readonly lake: RunnerServices['lake'];
  readonly engine: Engine;
  readonly openSource: RunnerServices['openSource'];
  readonly runFiles: Dependencies['runFiles'];
  /** Executes what falls due in this process, until all is closed. */
  startRunner(log: RunnerLog): Runner;
}

/** Opens them as the configuration says; `closing` closes them. */
export async function openRooms(configuration: Configuration, closing: ClosingStack): Promise<Rooms> {
  const { dataFolder } = configuration;
  await loadSources(configuration.sourceModules);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const store = await openStore(configuration);
  closing.add(() => store.close());
  const vault = openVault(configuration);
  const lakePlace = await openPlace(configuration.lake, 'LAKE_URI');
  const lake = await openLake(
    lakePlace,
    {
      cacheFolder: join(dataFolder, 'lake-cache'),
      cacheBytes: configuration.lakeCacheMb * 1024 * 1024,
    },
    closing,
  );
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
  const openSource: Rooms['openSource'] = (connectionSpecId, authSpecName, params, options) =>
    createSource(connectionSpecId, authSpecName, params, { ...options, outbound, files });
  const scratchFolder = await processFolder(join(dataFolder, 'scratch'), closing);
  const scratch = scratchFolders(join(scratchFolder, 'attempts'));
  const kept = await openKeptPlaces(configuration, lakePlace, join(scratchFolder, 'pages'));
  const staging = stagingArea(kept);
  const diagnostics = diagnosticsArea(kept, scratch);
  return {
    store,
    vault,
    lake,
    engine,
    openSource,
    runFiles: {
      removeStaging: staging.remove,
      removeDiagnostics: diagnostics.remove,
      diagnostics,
    },
    startRunner(log) {
      const runner = startRunner({
        store,
        vault,
        engine,
        lake,
        staging,
        diagnostics,
        scratch,
        outbound,
        openSource,
        isShared: configuration.databaseUrl !== undefined,
        readsOfConnection: configuration.readsOfConnection,
        readTurns: readTurns(configuration.readsOfConnection),
        flowReads: flowReads(store),
        settleSeconds: configuration.settleSeconds,
        retention: configuration.retention,
        log,
      });
      closing.add(() => runner.stop());
      return runner;
    },
  };
}

function openStore({ databaseUrl, dataFolder }: Configuration): Promise<Store> {
  return databaseUrl === undefined ? openEmbeddedStore(dataFolder) : openPostgresStore(databaseUrl);
}

function openVault({ vaultKey, dataFolder }: Configuration): Vault {
  return createVault(vaultKey ?? readOrCreateKey(join(dataFolder, 'vault.key')));
}

async function ensureFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}
