import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFailed } from 'vitest';
import { startEmulatedCrm } from '../emulated-crm.ts';
import { emptyLedger } from './api-clients.ts';
import { ChangingFiles } from './changing-files.ts';
import { EventReceiver } from './event-receiver.ts';
import {
  allTold,
  expectAllEvents,
  expectLedger,
  expectNothingOpen,
  quieten,
  runToEnd,
} from './final-state.ts';
import { endAll, type Installation, type MakeInstallation, startAll } from './installation.ts';
import { keepFewSnapshots } from './passing-time.ts';
import { KILLS, SEED, tell } from './proof-run.ts';
import { expectFlowsLanded, startFlows } from './proved-flows.ts';
import { Random } from './random.ts';
import { expectOrderly, expectPacked, expectPunctual, runHistories } from './run-histories.ts';
import type { Scene } from './scene.ts';
import { countSharedRuns } from './shared-runs.ts';
import { expectNoStrays } from './strays.ts';
import { keepUpInPeace } from './upkeep-in-peace.ts';
import { killWhileAllWork } from './work-under-kills.ts';

/*
 * An installation works while its sources change, flows fall due, clients write and hours pass, and parts of
 * it are killed again and again. Then all is left in peace, and must be as if nobody had died: the lake
 * equals the sources, every schedule was kept, nothing is left over, nothing that was acknowledged is gone.
 */

const CRM_FLAGS = ['--rows', 'Contact=12000', '--request-ms', '15', '--bulk-job-ms', '400'];

/** Proves one mode, with its `share` of all kills. */
export async function proveCrashes(make: MakeInstallation, share: number): Promise<void> {
  const random = new Random(SEED);
  const crm = await startEmulatedCrm(CRM_FLAGS);
  const receiver = await EventReceiver.start(random.fork());
  const files = new ChangingFiles(random.fork());
  const installation = await make({ TRIBUTARY_FILE_ROOTS: files.root });
  onTestFailed(() => keepOutput(installation));
  try {
    await startAll(installation);
    const { server } = installation;
    server.demo = crm.login;
    const webhookId = await registerReceiver(installation, receiver);
    const flows = await startFlows(server, files, random.fork());
    const scene = { installation, flows, files, ledger: emptyLedger(), receiver, webhookId };
    await shortenRetention(installation);
    const kills = Math.round(KILLS * share);
    await killWhileAllWork(scene, kills, random);
    const sharedRuns = await killUntilRunsAreShared(scene, kills, random);
    await expectConverged(scene);
    await expectAllTrue(scene);
    const packed = await expectKeptUp(scene);
    tell(`${sharedRuns} runs were read by several workers, ${packed} tables were packed`);
  } finally {
    await installation.dispose();
    await receiver.stop();
    await crm.stop();
    files.dispose();
  }
}

async function registerReceiver({ server }: Installation, receiver: EventReceiver): Promise<string> {
  const answer = await server.call('POST', '/data/foundation/webhooks', {
    body: { name: 'Proof', url: receiver.url },
  });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

async function shortenRetention(installation: Installation): Promise<void> {
  await endAll(installation);
  await installation.withStore((query) => keepFewSnapshots(installation.lakeFolder, query));
  await startAll(installation);
}

/** With fewer kills the proof may be over before a run of many partitions has been read to its end. */
const KILLS_FOR_SHARING = 12;
/** However many kills there are, it may happen that nobody lives to tell of such a run. */
const MORE_ROUNDS = 4;

/**
 * Where there are several workers, they have read runs together while they were killed: that not one of them
 * could tell of it is put down to chance a few times. The number of those runs.
 */
async function killUntilRunsAreShared(scene: Scene, kills: number, random: Random): Promise<number> {
  const { workers } = scene.installation;
  const shared = () => countSharedRuns(workers.map(({ output }) => output));
  if (workers.length <= 1 || kills < KILLS_FOR_SHARING) return shared();
  for (let round = 0; round < MORE_ROUNDS && shared() === 0; round++)
    await killWhileAllWork(scene, KILLS_FOR_SHARING, random);
  expect(shared(), 'runs that several workers have read').toBeGreaterThan(0);
  return shared();
}

/** The lake equals the sources after one more run of each flow, and the next run finds nothing. */
async function expectConverged(scene: Scene): Promise<void> {
  const { server, parts } = scene.installation;
  const ended = parts.filter(({ isRunning }) => !isRunning).map(({ name }) => name);
  expect(ended, 'parts that ended by themselves').toEqual([]);
  await Promise.all(scene.flows.appointments.map((appointment) => appointment.keepOne()));
  const all = [...scene.flows.all, ...scene.ledger.flows];
  for (const { flowId } of all)
    expect((await runToEnd(server, flowId)).metrics.statusSummary).toMatchObject({ status: 'success' });
  await expectFlowsLanded(scene);
  tell('the lake equals the sources');
  for (const { flowId } of all) {
    expect((await runToEnd(server, flowId)).metrics).toMatchObject({
      statusSummary: { status: 'success' },
      recordSummary: { inputRecordCount: 0, outputRecordCount: 0 },
    });
  }
}

/** What was promised is there, what happened was in order and told, and nothing is left over. */
async function expectAllTrue({ installation, flows, ledger, receiver, webhookId }: Scene): Promise<void> {
  const { server } = installation;
  await quieten(server);
  await allTold(server, webhookId);
  await expectLedger(server, ledger);
  await endAll(installation);
  // What the dead have left is removed by whoever starts next, before it can end in good order.
  await startAll(installation);
  await endAll(installation);
  const runs = await installation.withStore(async (query) => {
    await expectNothingOpen(query);
    await expectNoStrays(installation, query);
    const histories = await runHistories(query);
    await expectOrderly(histories, query);
    expectPunctual(histories, flows.appointments);
    return expectAllEvents(query, receiver.told);
  });
  tell(`${runs.total} runs, ${runs.cutShort} attempts cut short, ${receiver.told.length} events told,
    ${flows.appointments.reduce((sum, { kept }) => sum + kept, 0)} runs by schedule, ${ledger.runs.length} runs asked for,
    ${ledger.made.length} things made, ${ledger.flows.length} flows made; nothing is left over`);
}

/**
 * Once the upkeep has had its time, the rows are the same in fewer files; the number of tables of which that
 * is sure.
 */
async function expectKeptUp(scene: Scene): Promise<number> {
  const { installation, flows } = scene;
  await keepUpInPeace(installation);
  await expectFlowsLanded(scene);
  await endAll(installation);
  return installation.withStore(async (query) => {
    await expectNoStrays(installation, query);
    return expectPacked(installation.lakeFolder, await runHistories(query), flows.all, query);
  });
}

function keepOutput(installation: Installation): void {
  const path = join(tmpdir(), `tributary-prove-${SEED}-${installation.parts.length}.log`);
  writeFileSync(path, installation.output());
  tell(`what the processes wrote is in ${path}`);
}
