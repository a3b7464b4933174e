import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPostgresStore } from '@tributary/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type PostgresServer,
  postgresPrograms,
  startPostgres,
} from '../packages/store/src/stores.test-kit.ts';
import { type EmulatedCrm, startEmulatedCrm } from './emulated-crm.ts';
import { landings } from './landed-rows.ts';
import { holdUntilTwoRead } from './pages-on-their-way.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, type Walk, type Walker, walkTutorial } from './tutorial.ts';
import { COMMAND, WorkerUnderTest, whoTells } from './worker-under-test.ts';

const leads = { table: 'Lead', mappings: idAndName, runsOnce: true };
const FLOW = '/data/foundation/flowservice';
const programs = postgresPrograms();
/** Few enough for one partition, and enough for a bulk job, whose results can be made to drip. */
const LEADS = 12_000;
/** So many that every page of a job's results is a partition. */
const CONTACTS = 100_000;
const PAGE_ROWS = 10_000;
/** More than one worker reads. */
const CONCURRENT_READS = 8;
/** Runs of one worker, of which it keeps some places for organisations that have few. */
const RUNS_OF_A_WORKER = 64;
/** A claim that is not given back is another's only after so long. */
const SILENCE_MS = 30_000;

describe.skipIf(programs === undefined && !process.env.CI)(
  `a server and workers on one store${programs === undefined ? ' (skipped: PostgreSQL is not installed)' : ''}`,
  { timeout: 300_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-workers-'));
    let postgres: PostgresServer;
    let crm: EmulatedCrm;
    let server: ServerUnderTest;
    let first: WorkerUnderTest;
    let second: WorkerUnderTest;

    beforeAll(async () => {
      postgres = await startPostgres(programs ?? '');
      crm = await startEmulatedCrm([
        ...['--rows', `Contact=${CONTACTS},Lead=${LEADS}`],
        ...['--bulk-page-rows', String(PAGE_ROWS)],
      ]);
      const shared = {
        DATABASE_URL: postgres.url,
        LAKE_URI: join(folder, 'lake'),
        TRIBUTARY_STAGING: folder,
        TRIBUTARY_VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
      };
      server = new ServerUnderTest({ ...shared, TRIBUTARY_LOG: 'off' }, [COMMAND, 'server']);
      first = new WorkerUnderTest(shared);
      second = new WorkerUnderTest(shared);

      await makeOrganizations(postgres.url);
      await server.start();
      server.demo = crm.login;
    }, 120_000);
    afterAll(async () => {
      await Promise.all([server?.dispose(), first?.dispose(), second?.dispose()]);
      await crm?.stop();
      await postgres?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    async function makeOrganizations(url: string): Promise<void> {
      const store = await openPostgresStore(url);
      const { clientSecret: secret } = server;
      await store.organizations.createFirst(
        { id: 'BUSY@AdobeOrg', tenantId: 'busy' },
        { id: 'busy', secret },
      );
      await store.organizations.create({ id: 'CALM@AdobeOrg', tenantId: 'calm' }, { id: 'calm', secret });
      await store.close();
    }

    /** Lets results of bulk jobs come so slowly, request by request, that no test sees their end. */
    async function drip(requests: number): Promise<void> {
      await server.emulator('POST', '/fault', {
        kind: 'slow',
        times: requests,
        path: '/results',
        chunkBytes: 100,
        delayMs: 100,
      });
    }

    /** The step and the attempt that a flow's run is at; undefined where it has none. */
    async function progressOf(flowId: string) {
      const { body } = await server.call('GET', `${FLOW}/runs?property=flowId==${flowId}`);
      return body.items[0]?.metrics.statusSummary.extensions;
    }

    const stepOf = async (flowId: string) => (await progressOf(flowId))?.step;

    async function expectAllOnce({ dataSetId }: Walk, rows: number): Promise<void> {
      const counts = await landings(server, dataSetId);
      expect(counts.size).toBe(rows);
      expect([...counts.values()].every((count) => count === 1)).toBe(true);
    }

    test('leave a run to whoever comes, when there is no worker', async () => {
      const walk = await walkTutorial(server, 'Early', leads);
      await first.start();
      const run = await server.runsEnded(walk.flowId, 1);
      expect(run.metrics.statusSummary).toMatchObject({ status: 'success', extensions: { attempt: 1 } });
      await expectAllOnce(walk, LEADS);
    });

    test('hand a run on at once when its worker is told to end, from the pages that are staged', async () => {
      await drip(1);
      const walk = await walkTutorial(server, 'Drained', leads);
      while ((await stepOf(walk.flowId)) !== 'extracting') await pause(20);
      await second.start();
      const told = Date.now();
      expect(await first.end('SIGTERM')).toBe(0);
      while ((await progressOf(walk.flowId)).attempt < 2) await pause(20);
      expect(Date.now() - told).toBeLessThan(SILENCE_MS);
      await server.emulator('DELETE', '/fault');
      const run = await server.runsEnded(walk.flowId, 1);
      expect(run.metrics.statusSummary).toMatchObject({ status: 'success', extensions: { attempt: 2 } });
      await expectAllOnce(walk, LEADS);
    });

    test('read the partitions of one run together', async () => {
      await first.start();
      const walk = await holdUntilTwoRead(server, CONTACTS / PAGE_ROWS, () =>
        walkTutorial(server, 'Shared', {
          mappings: idAndName,
          runsOnce: true,
          concurrentReads: CONCURRENT_READS,
        }),
      );
      const { id } = await server.runsEnded(walk.flowId, 1);
      const holder = await whoTells([first, second], 'flow run ended', id);
      await whoTells([holder === first ? second : first], 'partitions were read for a flow run', id);
      await expectAllOnce(walk, CONTACTS);
    });

    test('keep nobody waiting for an organisation that has more to do than they have hands', async () => {
      await second.end('SIGTERM');
      await drip(2 * RUNS_OF_A_WORKER);
      const busy = await flowsAsBusy(RUNS_OF_A_WORKER + 4);
      const calm = await signedIn('CALM@AdobeOrg', 'calm');
      const walk = await walkTutorial(calm, 'Calm', {
        table: 'TaskStatus',
        mappings: [['Id', '_id']],
        runsOnce: true,
      });
      const ended = await runEnded(calm, walk);
      expect(ended.metrics.statusSummary.status).toBe('success');
      const steps = await Promise.all(busy.map(stepOf));
      expect(steps).toContain('pending');
    });

    /** Flows that are due at once, on the connections of one. */
    async function flowsAsBusy(count: number): Promise<readonly string[]> {
      const { flowId } = await walkTutorial(server, 'Busy', leads);
      const { body } = await server.call('GET', `${FLOW}/flows/${flowId}`);
      const { flowSpec, sourceConnectionIds, targetConnectionIds, transformations, scheduleParams } =
        body.items[0];
      const like = { flowSpec, sourceConnectionIds, targetConnectionIds, transformations, scheduleParams };
      const answers = await Promise.all(
        Array.from({ length: count - 1 }, (_, number) =>
          server.call('POST', `${FLOW}/flows`, { body: { name: `Busy ${number}`, ...like } }),
        ),
      );
      expect(answers.every(({ status }) => status === 201)).toBe(true);
      return [flowId, ...answers.map((answer) => answer.body.id)];
    }

    async function signedIn(orgId: string, clientId: string): Promise<Walker> {
      const response = await fetch(`${server.url}/ims/token/v3`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: server.clientSecret,
          scope: 'openid',
        }),
      });
      const { access_token } = (await response.json()) as { access_token: string };
      const headers = {
        authorization: `Bearer ${access_token}`,
        'x-api-key': clientId,
        'x-gw-ims-org-id': orgId,
      };
      return {
        demo: crm.login,
        call: (method, path, options = {}) =>
          server.call(method, path, { ...options, headers: { ...headers, ...options.headers } }),
      };
    }

    async function runEnded(walker: Walker, { flowId }: Walk) {
      for (;;) {
        const { body } = await walker.call('GET', `${FLOW}/runs?property=flowId==${flowId}`);
        const [run] = body.items;
        if (run?.metrics.durationSummary.completedAtUTC) return run;
        await pause(50);
      }
    }
  },
);
