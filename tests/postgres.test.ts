import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type SalesforceEmulator, startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresPrograms, startPostgres } from '../packages/store/src/stores.test-kit.ts';
import { landings } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, walkTutorial } from './tutorial.ts';

const programs = postgresPrograms();
const CONTACTS = 12_000;

describe.skipIf(programs === undefined && !process.env.CI)(
  `two servers on one PostgreSQL server${programs === undefined ? ' (skipped: it is not installed)' : ''}`,
  () => {
    let postgres: Awaited<ReturnType<typeof startPostgres>>;
    let crm: SalesforceEmulator;
    let first: ServerUnderTest;
    let second: ServerUnderTest;
    const lake = mkdtempSync(join(tmpdir(), 'tributary-shared-lake-'));

    beforeAll(async () => {
      postgres = await startPostgres(programs ?? '');
      crm = await startSalesforceEmulator({ rows: { Contact: CONTACTS } });
      const shared = {
        DATABASE_URL: postgres.url,
        LAKE_URI: lake,
        TRIBUTARY_VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
        TRIBUTARY_LOG: 'off',
      };
      first = await new ServerUnderTest(shared).start();
      second = new ServerUnderTest(shared);
      first.demo = { environmentUrl: crm.url, ...crm.credentials };
    });
    afterAll(async () => {
      await Promise.all([first?.dispose(), second?.dispose()]);
      await crm?.close();
      await postgres?.stop();
      rmSync(lake, { recursive: true, force: true });
    });

    test('the second takes over the run of the first when that is killed, within a minute', {
      timeout: 240_000,
    }, async () => {
      // Long enough that it goes on when it is seen, however slow the machine is.
      const drip = { kind: 'slow', times: 1, path: '/results', chunkBytes: 1_024, delayMs: 50 };
      await first.emulator('POST', '/fault', drip);
      const walk = await walkTutorial(first, 'Shared', { mappings: idAndName });
      const path = `/data/foundation/flowservice/runs?property=flowId==${walk.flowId}`;
      const state = async (server: ServerUnderTest) =>
        (await server.call('GET', path)).body.items[0]?.metrics.statusSummary.extensions;
      while ((await state(first))?.step !== 'extracting') await pause(20);
      await first.end('SIGKILL');
      const killedAt = Date.now();
      await second.start();
      while ((await state(second)).attempt < 2) await pause(50);
      expect(Date.now() - killedAt).toBeLessThan(60_000);
      const run = await second.runsEnded(walk.flowId, 1);
      expect(run.metrics).toMatchObject({
        statusSummary: { status: 'success', extensions: { attempt: 2 } },
        recordSummary: { outputRecordCount: CONTACTS },
      });
      const counts = await landings(second, walk.dataSetId);
      expect(counts.size).toBe(CONTACTS);
      expect([...counts.values()].every((count) => count === 1)).toBe(true);
    });
  },
);
