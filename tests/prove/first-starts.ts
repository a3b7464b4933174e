import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { type EmulatedCrm, startEmulatedCrm } from '../emulated-crm.ts';
import { landings } from '../landed-rows.ts';
import type { ServerUnderTest } from '../server-under-test.ts';
import { idAndName, walkTutorial } from '../tutorial.ts';
import { endAll, type Installation, type MakeInstallation, revive, startAll } from './installation.ts';
import { KILLS, SEED, tell } from './proof-run.ts';
import { Random } from './random.ts';

/*
 * A first start makes the store, its tables, keys, an organisation and a credential. Killed anywhere in that,
 * and killed again, it must be possible to start: with one organisation, with the credential told, and with
 * all that a flow needs.
 */

const CONTACTS = 300;
/** A kill costs as much here as many in an installation that works. */
const KILLS_FOR_EACH = 20;
const MOST_KILLS = 3;

/** Keys and secrets are made up at the first start, where nothing is set. */
const madeUp = { TRIBUTARY_CLIENT_SECRET: '' };

/** Kills installations in their first starts, a few times each. */
export async function proveFirstStarts(make: MakeInstallation): Promise<void> {
  const random = new Random(SEED);
  const crm = await startEmulatedCrm(['--rows', `Contact=${CONTACTS}`]);
  try {
    const longestMs = await proveOne(make, crm, () => Promise.resolve());
    const kills: number[] = [];
    for (let round = 0; round < Math.ceil(KILLS / KILLS_FOR_EACH); round++) {
      const often = random.whole(1, MOST_KILLS);
      kills.push(often);
      await proveOne(make, crm, async (installation) => {
        for (let kill = 0; kill < often; kill++) await killInStart(installation, longestMs, random);
      });
    }
    tell(`seed ${SEED}, first starts killed ${kills.join(', ')} times, within ${longestMs} ms each`);
  } finally {
    await crm.stop();
  }
}

/** The milliseconds that it takes to start after all. */
async function proveOne(
  make: MakeInstallation,
  crm: EmulatedCrm,
  kill: (installation: Installation) => Promise<void>,
): Promise<number> {
  const installation = await make(madeUp);
  const { server } = installation;
  try {
    await kill(installation);
    const begun = performance.now();
    await startAll(installation);
    const tookMs = Math.round(performance.now() - begun);
    server.demo = crm.login;
    const { flowId, dataSetId } = await walkTutorial(server, 'First', { mappings: idAndName });
    const run = await server.runsEnded(flowId, 1);
    expect(run.metrics.statusSummary).toMatchObject({ status: 'success', extensions: { attempt: 1 } });
    expect((await landings(server, dataSetId)).size).toBe(CONTACTS);
    await endAll(installation);
    await installation.withStore(async (query) => {
      expect(await query('select id from organizations')).toHaveLength(1);
      expect(await query('select client_id from api_clients')).toHaveLength(1);
    });
    return tookMs;
  } finally {
    await installation.dispose();
  }
}

/** Starts all and kills each at a moment of its own. */
async function killInStart(
  { server, parts }: Installation,
  longestMs: number,
  random: Random,
): Promise<void> {
  const moments = parts.map((part) => [part, random.whole(0, longestMs)] as const);
  await Promise.all(
    moments.map(async ([part, moment]) => {
      // The database, which is there before all others, is killed without being started.
      const starting = part.isRunning ? undefined : part.start().catch(() => undefined);
      await pause(moment);
      await part.kill();
      await starting;
    }),
  );
  const database = parts.find(({ name }) => name === 'database');
  if (database) await revive(database);
  noteCredential(server);
}

/** Where it came as far as that, the credential was told, and is not told again. */
function noteCredential(server: ServerUnderTest): void {
  const path = join(server.dataFolder, 'server.json');
  if (!existsSync(path)) return;
  const { clientSecret } = JSON.parse(readFileSync(path, 'utf8')) as { readonly clientSecret?: string };
  if (clientSecret !== undefined) server.clientSecret = clientSecret;
}
