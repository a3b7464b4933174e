import { setTimeout as pause } from 'node:timers/promises';

/**
 * How long anything may take when all is quiet: claims of the dead end within a minute, and runs wait for
 * each other.
 */
const DEADLINE_MS = 180_000;
/** While the dead are joined by more dead. */
export const UNDER_KILLS_MS = 900_000;

/** Looks again and again, until there is something to be seen. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`${what} does not come`);
    await pause(200);
  }
}
