import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type PostgresServer,
  postgresPrograms,
  startPostgres,
} from '../packages/store/src/stores.test-kit.ts';
import { type EmulatedCrm, startEmulatedCrm } from './emulated-crm.ts';
import { filesBelow } from './files-below.ts';
import { holdUntilTwoRead } from './pages-on-their-way.ts';
import { landedIds } from './rows-in-bucket.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, type Walk, walkTutorial } from './tutorial.ts';
import { COMMAND, WorkerUnderTest, whoTells } from './worker-under-test.ts';

const FLOW = '/data/foundation/flowservice';
const programs = postgresPrograms();
/** So many that each of a bulk job's ten pages is a partition. */
const CONTACTS = 100_000;
const PAGE_ROWS = 10_000;
/** More than one worker reads: with so many, two have to. */
const CONCURRENT_READS = 8;
/** More than a run makes before it is seen to have failed once. */
const MANY_REQUESTS = 1_000;
/** A claim is another's once its worker was silent for half a minute; the run itself comes after that. */
const TAKEN_OVER_MS = 150_000;

describe.skipIf(programs === undefined && !process.env.CI)(
  `a server and workers that share a database and a bucket, and nothing else${programs === undefined ? ' (skipped: PostgreSQL is not installed)' : ''}`,
  { timeout: 300_000 },
  () => {
    let postgres: PostgresServer;
    let s3: TestS3Server;
    /** The folder whose files are the bucket's objects. */
    let bucket: string;
    let reach: Record<string, string>;
    let crm: EmulatedCrm;
    let server: ServerUnderTest;
    let first: WorkerUnderTest;
    let second: WorkerUnderTest;
    let walk: Walk;

    beforeAll(async () => {
      const started = await startS3Server();
      if (started === undefined) return;
      s3 = started;
      bucket = await s3.createBucket('company');
      reach = {
        AWS_ENDPOINT_URL_S3: s3.serviceUrl.href,
        AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      };
      postgres = await startPostgres(programs ?? '');
      crm = await startEmulatedCrm([
        ...['--rows', `Contact=${CONTACTS}`],
        ...['--bulk-page-rows', String(PAGE_ROWS)],
      ]);
      const shared = {
        ...reach,
        DATABASE_URL: postgres.url,
        LAKE_URI: 's3://company/lake',
        TRIBUTARY_VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
      };
      server = new ServerUnderTest({ ...shared, TRIBUTARY_LOG: 'off' }, [COMMAND, 'server']);
      first = new WorkerUnderTest(shared);
      second = new WorkerUnderTest(shared);
      await server.start();
      server.demo = crm.login;
      await Promise.all([first.start(), second.start()]);
    }, 120_000);
    afterAll(async () => {
      await Promise.all([server?.dispose(), first?.dispose(), second?.dispose()]);
      await crm?.stop();
      await postgres?.stop();
      await s3?.stop();
    });
    beforeEach((context) => requireS3Server(context));

    /** Files below a folder of the bucket, as `<run or batch>/<file>`. */
    function keptIn(folder: '_staging' | '_diagnostics'): readonly string[] {
      const root = join(bucket, 'lake', folder);
      return filesBelow(root).map((path) => path.slice(root.length + 1));
    }

    async function hasFailedOnce(runId: string): Promise<boolean> {
      const { body } = await server.call('GET', `${FLOW}/runs/${runId}`);
      return body.items[0].metrics.statusSummary.extensions.earlierAttempts.length > 0;
    }

    /** The worker that has taken a run to its end, and the one that has not. */
    async function byEnd(runId: string): Promise<readonly [WorkerUnderTest, WorkerUnderTest]> {
      const ender = await whoTells([first, second], 'flow run ended', runId);
      return [ender, ender === first ? second : first];
    }

    async function runAgain(runs: number) {
      const answer = await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId } });
      expect(answer.status).toBe(201);
      return server.runsEnded(walk.flowId, runs);
    }

    async function textAt(href: string): Promise<string> {
      const answer = await fetch(href, { headers: server.headers });
      expect(answer.status).toBe(200);
      return answer.text();
    }

    async function mutate(changes: object): Promise<{ inserted: string[]; updated: string[] }> {
      return server.emulator('POST', '/mutate', { object: 'Contact', ...changes });
    }

    let expected: string[] = [];
    async function expectAllOnce(): Promise<void> {
      expect(await landedIds(server, walk.dataSetId, reach)).toEqual(expected);
    }

    test('read one run together: what one of them has staged, the other transforms', async () => {
      walk = await holdUntilTwoRead(server, CONTACTS / PAGE_ROWS, () =>
        walkTutorial(server, 'Shared', {
          mappings: [...idAndName, ['Birthdate', 'person.birthDate']],
          runsOnce: true,
          concurrentReads: CONCURRENT_READS,
        }),
      );
      const run = await server.runsEnded(walk.flowId, 1);
      expect(run.metrics.statusSummary).toMatchObject({ status: 'success', extensions: { attempt: 1 } });
      const [, other] = await byEnd(run.id);
      await whoTells([other], 'partitions were read for a flow run', run.id);
      expected = await landedIds(server, walk.dataSetId, reach);
      expect(new Set(expected).size).toBe(CONTACTS);
      expect(expected).toHaveLength(CONTACTS);
    });

    test('show rows that did not land, whoever has rejected them', async () => {
      const { inserted } = await mutate({ insert: 480 });
      const { inserted: bad } = await mutate({ insert: 20, set: { Birthdate: 'next spring' } });
      const run = await runAgain(2);
      expect(run.metrics).toMatchObject({
        statusSummary: { status: 'partialSuccess' },
        recordSummary: { failedRecordCount: 20 },
      });
      expected = [...expected, ...inserted].sort();
      await expectAllOnce();
      const { failedRecords } = run.activities[1].statusSummary.extensions.manifest;
      const [file] = JSON.parse(await textAt(failedRecords)).data;
      const rows = (await textAt(file._links.self.href))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(rows.map(({ Id }) => Id).sort()).toEqual(bad.sort());
      expect(keptIn('_diagnostics')).toHaveLength(1);
    });

    test('tell what has landed by pages that a worker staged whose machine is gone', async () => {
      const { body } = await server.call('GET', `${FLOW}/runs?property=flowId==${walk.flowId}`);
      const [last, next] = await byEnd(body.items[0].id);
      await last.end('SIGTERM');
      expect(keptIn('_staging').length).toBeGreaterThan(0);
      const { inserted } = await mutate({ insert: 10 });
      const run = await runAgain(3);
      expect(run.metrics.recordSummary).toMatchObject({ outputRecordCount: 10 });
      expect((await byEnd(run.id))[0]).toBe(next);
      expected = [...expected, ...inserted].sort();
      await expectAllOnce();
      await last.start();
    });

    test('wait for a bucket that refuses for a while', async () => {
      const { inserted } = await mutate({ insert: 10 });
      for (let refused = 0; refused < MANY_REQUESTS; refused++)
        s3.proxy.trouble('PUT', { kind: 'refuse', status: 503, code: 'SlowDown' });
      const answer = await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId } });
      expect(answer.status).toBe(201);
      while (!(await hasFailedOnce(answer.body.id))) await pause(20);
      s3.proxy.calm();
      const run = await server.runsEnded(walk.flowId, 4);
      expect(run.metrics.statusSummary.status).toBe('success');
      expect(run.metrics.statusSummary.extensions.attempt).toBeGreaterThan(1);
      expected = [...expected, ...inserted].sort();
      await expectAllOnce();
    });

    test('keep nothing of a page whose upload died with its worker, and have every row once', async () => {
      const { inserted } = await mutate({ insert: 10 });
      await second.end('SIGTERM');
      const uploading = s3.proxy.trouble(/^PUT .*\/_staging\//, { kind: 'hold' });
      const answer = await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId } });
      expect(answer.status).toBe(201);
      await uploading;
      expect(await first.end('SIGKILL')).toBe('SIGKILL');
      await second.start();
      const run = await server.runsEnded(walk.flowId, 5, TAKEN_OVER_MS);
      expect(run.metrics.statusSummary).toMatchObject({ status: 'success', extensions: { attempt: 2 } });
      expected = [...expected, ...inserted].sort();
      await expectAllOnce();
      // The flow's last run keeps what the next one needs, and no other does.
      const runs = () => new Set(keptIn('_staging').map((path) => path.split('/')[0]));
      while (runs().size > 1) await pause(50);
      expect([...runs()]).toEqual([run.id]);
    });

    test('leave nothing of theirs on the machines', async () => {
      await Promise.all([first.end('SIGTERM'), second.end('SIGTERM')]);
      expect(filesBelow(second.dataFolder)).toEqual([]);
    });
  },
);
