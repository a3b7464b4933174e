import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFailed } from 'vitest';
import { startEmulatedCrm } from '../emulated-crm.ts';
import { ApiClient, emptyLedger, type Ledger, makeFlow, type ProvedFlow } from './api-clients.ts';
import { ChangingCrm } from './changing-crm.ts';
import { expectLanded } from './contacts.ts';
import { EventReceiver } from './event-receiver.ts';
import {
  allTold,
  expectAllEvents,
  expectLedger,
  expectNoStrays,
  expectNothingOpen,
  quieten,
  runToEnd,
} from './final-state.ts';
import { type Installation, revive } from './installation.ts';
import { Random } from './random.ts';
import { killAtRandom } from './random-kills.ts';

/*
 * An installation works while its source changes and clients write, and parts of it are killed again and again. Then all is
 * left in peace, and must be as if nobody had died: the lake equals the source, nothing is left over, nothing that was
 * acknowledged is gone.
 */

const CRM_FLAGS = ['--rows', 'Contact=12000', '--request-ms', '15', '--bulk-job-ms', '400'];

/** Kills in all, over both modes; the seed makes the same draws, though processes are as fast as they are. */
const KILLS = Number(process.env.PROVE_KILLS ?? 200);
const SEED = Number(process.env.PROVE_SEED ?? randomInt(2 ** 32));

/** Proves one mode, with its `share` of all kills. */
export async function proveCrashes(start: () => Promise<Installation>, share: number): Promise<void> {
  const random = new Random(SEED);
  const crm = await startEmulatedCrm(CRM_FLAGS);
  const receiver = await EventReceiver.start(random.fork());
  const installation = await start();
  onTestFailed(() => keepOutput(installation));
  try {
    const { server } = installation;
    server.demo = crm.login;
    const webhookId = await registerReceiver(installation, receiver);
    const ledger = emptyLedger();
    const flows = [
      await makeFlow(server, 'Mirrored', 'mirror'),
      await makeFlow(server, 'Appended', 'append'),
    ];
    await killWhileAllWork(installation, flows[0] as ProvedFlow, ledger, Math.round(KILLS * share), random);
    await expectConverged(installation, [...flows, ...ledger.flows]);
    await quieten(server);
    await allTold(server, webhookId);
    await expectLedger(server, ledger);
    await expectGracefulEnd(installation);
    // What the dead have left is removed by whoever starts next, before it can end in good order.
    await Promise.all(installation.parts.filter(({ isRunning }) => !isRunning).map(revive));
    await expectGracefulEnd(installation);
    const runs = await installation.readStore(async (query) => {
      await expectNothingOpen(query);
      await expectNoStrays(installation, query);
      return expectAllEvents(query, receiver.told);
    });
    tell(`${runs.total} runs, ${runs.cutShort} attempts cut short, ${receiver.told.length} events told,
      ${ledger.made.length} things made, ${ledger.runs.length} runs asked for, ${ledger.flows.length} flows made`);
  } finally {
    await installation.dispose();
    await receiver.stop();
    await crm.stop();
  }
}

async function registerReceiver({ server }: Installation, receiver: EventReceiver): Promise<string> {
  const answer = await server.call('POST', '/data/foundation/webhooks', {
    body: { name: 'Proof', url: receiver.url },
  });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

async function killWhileAllWork(
  { server, parts }: Installation,
  flow: ProvedFlow,
  ledger: Ledger,
  kills: number,
  random: Random,
): Promise<void> {
  tell(`seed ${SEED}, ${kills} kills of ${parts.map(({ name }) => name).join(', ')}`);
  const changing = new ChangingCrm(server, random.fork());
  const clients = ['Ada', 'Grace'].map((name) => new ApiClient(name, server, flow, ledger, random.fork()));
  const renaming = new ApiClient('Barbara', server, flow, ledger, random.fork());
  const quiet = new AbortController();
  const busy = [
    changing.until(quiet.signal),
    ...clients.map((client) => client.until(quiet.signal)),
    renaming.renameUntil(quiet.signal),
  ];
  const { byPart } = await killAtRandom(parts, kills, random.fork());
  quiet.abort();
  await Promise.all(busy);
  tell(`killed: ${listed(byPart)}; changes at the source: ${changing.changes}`);
  tell(`answers: ${listed(ledger.answers)}`);
}

/** The lake equals the source after one more run of each flow, and the next run finds nothing. */
async function expectConverged({ server, parts }: Installation, flows: readonly ProvedFlow[]): Promise<void> {
  const ended = parts.filter(({ isRunning }) => !isRunning).map(({ name }) => name);
  expect(ended, 'parts that ended by themselves').toEqual([]);
  for (const { flowId } of flows)
    expect((await runToEnd(server, flowId)).metrics.statusSummary).toMatchObject({ status: 'success' });
  for (const flow of flows) await expectLanded(server, flow);
  for (const { flowId } of flows) {
    expect((await runToEnd(server, flowId)).metrics).toMatchObject({
      statusSummary: { status: 'success' },
      recordSummary: { inputRecordCount: 0, outputRecordCount: 0 },
    });
  }
}

async function expectGracefulEnd({ server, workers }: Installation): Promise<void> {
  const ends = await Promise.all([server, ...workers].map((process) => process.end('SIGTERM')));
  expect(ends.every((end) => end === 0)).toBe(true);
}

function listed(counts: ReadonlyMap<string | number, number>): string {
  return [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
}

function tell(text: string): void {
  process.stdout.write(`${text.replaceAll(/\s+/g, ' ')}\n`);
}

function keepOutput(installation: Installation): void {
  const path = join(tmpdir(), `tributary-prove-${SEED}-${installation.parts.length}.log`);
  writeFileSync(path, installation.output());
  tell(`what the processes wrote is in ${path}`);
}
