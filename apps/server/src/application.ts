import type { Runner } from '@tributary/runner';
import type { Store } from '@tributary/store';
import packageJson from '../package.json' with { type: 'json' };
import { ClosingStack } from './closing-stack.ts';
import type { Configuration } from './configuration.ts';
import { type DemoCrm, startDemoCrm } from './demo-crm.ts';
import { ensureInstallation, type Installation } from './first-start.ts';
import { createTokens } from './http/access-tokens.ts';
import { createFront } from './http/front.ts';
import type { Routes } from './http/service.ts';
import { removeReadiness, writeReadiness } from './readiness-file.ts';
import { openRooms } from './rooms.ts';
import { allServices } from './services/all.ts';
import { forgetUntold } from './untold-secret.ts';

/** A running Tributary. */
export interface Application {
  readonly url: string;
  readonly installation: Installation;
  readonly demo: DemoCrm | undefined;
  /** Answers what is under way, gives open runs back, closes everything. */
  stop(): Promise<void>;
}

/** What a process does of all that there is to do. */
export interface Duties {
  /** Whether flow runs are executed here, or left to workers. */
  readonly executesRuns: boolean;
}

/** The composition root of what answers requests: rooms, services, HTTP front, and the runner where it belongs here. */
export async function startApplication(
  configuration: Configuration,
  { executesRuns }: Duties = { executesRuns: true },
): Promise<Application> {
  const { dataFolder } = configuration;
  const closing = new ClosingStack();
  try {
    const rooms = await openRooms(configuration, closing);
    // Not before the store is open: until then another server may be the one that can be reached.
    await removeReadiness(dataFolder);
    const installation = await ensureInstallation(rooms.store, configuration);
    const demo = configuration.demo && (await startDemoCrm(dataFolder, configuration.demo.contacts));
    if (demo) closing.add(() => demo.stop());

    let runner: Runner | undefined;
    const tokens = createTokens(rooms.vault.derive('access-tokens'));
    const front = await createFront({
      store: rooms.store,
      tokens,
      // Workers look for work by themselves.
      services: allServices({ ...rooms, tokens, wakeRunner: () => runner?.wake() }),
      version: packageJson.version,
      logger: configuration.isLogging,
    });
    addHealthChecks(front, rooms.store);
    closing.add(() => front.close());
    const url = await front.listen({ host: configuration.host, port: configuration.port });

    if (executesRuns) runner = rooms.startRunner(front.log);
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
    await forgetUntold(dataFolder);
    return { url, installation, demo, stop: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
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
