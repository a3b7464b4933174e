import { setTimeout as pause } from 'node:timers/promises';
import { type Part, revive } from './installation.ts';
import type { Random } from './random.ts';

/** Up to how long after the last kill the next one comes, most often. */
const LONGEST_PAUSE_MS = 3_500;
/**
 * Every so many kills there is a longer life, whatever is drawn: a run that no life is long enough for is given
 * up as one that takes its workers down.
 */
const KILLS_TO_A_LONG_LIFE = 10;
const LONG_LIFE_MS = 10_000;
/** A kill that falls into the start of what was killed before. */
const IN_THE_START = 0.2;
const ALL_AT_ONCE = 0.05;

export interface Kills {
  /** Moments at which something was killed, by what. */
  readonly byPart: ReadonlyMap<string, number>;
}

/**
 * Kills parts at random moments and starts them again; resolves when all are up after the last, or once all
 * is to be `quiet`.
 */
export async function killAtRandom(
  parts: readonly [Part, ...Part[]],
  moments: number,
  random: Random,
  quiet: AbortSignal,
): Promise<Kills> {
  const byPart = new Map<string, number>();
  const reviving = new Map<Part, Promise<void>>();
  for (let moment = 0; moment < moments && !quiet.aborted; ) {
    const isLong = moment % KILLS_TO_A_LONG_LIFE === KILLS_TO_A_LONG_LIFE - 1;
    const isInTheStart = !isLong && random.chance(IN_THE_START);
    // Where the machine is slow, processes would otherwise be killed in their start nearly always, and
    // nothing be done.
    if (!isInTheStart) await Promise.all(reviving.values());
    const life = random.whole(0, isInTheStart ? 1_500 : LONGEST_PAUSE_MS);
    await pause(isLong ? LONG_LIFE_MS : life);
    const isAll = parts.length > 1 && random.chance(ALL_AT_ONCE);
    const victims = isAll ? parts : [random.pick(parts)];
    if (!victims.some(({ isRunning }) => isRunning)) continue;
    moment += 1;
    const name = isAll ? 'all at once' : (victims[0]?.name ?? '');
    byPart.set(name, (byPart.get(name) ?? 0) + 1);
    await Promise.all(
      victims.map(async (part) => {
        await part.kill();
        // Where it is being started already, its killed start is followed by another.
        if (reviving.has(part)) return;
        const revived = pause(random.whole(0, 300))
          .then(() => revive(part))
          .finally(() => reviving.delete(part));
        reviving.set(part, revived);
      }),
    );
  }
  await Promise.all(reviving.values());
  return { byPart };
}
