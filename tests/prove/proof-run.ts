import { randomInt } from 'node:crypto';

/** Kills in all, over both modes; the seed makes the same draws, though processes are as fast as they are. */
export const KILLS = Number(process.env.PROVE_KILLS ?? 200);
export const SEED = Number(process.env.PROVE_SEED ?? randomInt(2 ** 32));

/** Tells how far a proof has come. */
export function tell(text: string): void {
  const seconds = Math.round(process.uptime());
  process.stdout.write(`${seconds} s: ${text.replaceAll(/\s+/g, ' ')}\n`);
}
