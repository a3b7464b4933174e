import { ApiClient } from './api-clients.ts';
import { ChangingCrm } from './changing-crm.ts';
import { passTime } from './passing-time.ts';
import { SEED, tell } from './proof-run.ts';
import type { Random } from './random.ts';
import { killAtRandom } from './random-kills.ts';
import type { Scene } from './scene.ts';

/** Kills parts of an installation so many times while all that it is for goes on. */
export async function killWhileAllWork(scene: Scene, kills: number, random: Random): Promise<void> {
  const { installation, flows, files, ledger } = scene;
  const { server, parts } = installation;
  tell(`seed ${SEED}, ${kills} kills of ${parts.map(({ name }) => name).join(', ')}`);
  const [flow] = flows.onDemand;
  const changing = new ChangingCrm(server, random.fork());
  const clients = ['Ada', 'Grace'].map((name) => new ApiClient(name, server, flow, ledger, random.fork()));
  const renaming = new ApiClient('Barbara', server, flow, ledger, random.fork());
  const quiet = new AbortController();
  const busy = [
    changing.until(quiet.signal),
    files.until(quiet.signal),
    ...flows.appointments.map((appointment) => appointment.until(quiet.signal)),
    ...clients.map((client) => client.until(quiet.signal)),
    renaming.renameUntil(quiet.signal),
    passTime(installation, quiet.signal, random.fork()),
  ];
  const killing = killAtRandom(parts, kills, random.fork(), quiet.signal);
  try {
    // The others go on until all is quiet: one that ends before has met with an error.
    await Promise.race([killing, Promise.all(busy)]);
  } finally {
    quiet.abort();
  }
  const { byPart } = await killing;
  await Promise.all(busy);
  tell(`killed: ${listed(byPart)}; changes at the source: ${changing.changes}`);
  tell(`answers: ${listed(ledger.answers)}`);
}

function listed(counts: ReadonlyMap<string | number, number>): string {
  return [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
}
