import { setTimeout as pause } from 'node:timers/promises';
import type { ServerUnderTest } from './server-under-test.ts';

/** A worker reads five partitions at most: one as the run's holder, four that anyone was asked for. */
const READS_OF_A_WORKER = 5;

/** So slow that no page ends before it is let go. */
const DRIP = { kind: 'slow', path: '/results', chunkBytes: 100, delayMs: 100 };

/**
 * Does `begin`, and lets none of `pages` pages of bulk results come whole before more of them are on their way
 * than one worker reads: then another reads too.
 */
export async function holdUntilTwoRead<T>(
  server: ServerUnderTest,
  pages: number,
  begin: () => Promise<T>,
): Promise<T> {
  await server.emulator('POST', '/fault', { ...DRIP, times: pages });
  const begun = await begin();
  for (;;) {
    const [drip] = (await server.emulator('GET', '/state')).faults;
    if (drip === undefined || pages - drip.times > READS_OF_A_WORKER) break;
    await pause(20);
  }
  await server.emulator('DELETE', '/fault');
  return begun;
}
