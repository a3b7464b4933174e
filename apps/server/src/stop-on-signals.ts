import { inFull } from './words-for-the-user.ts';

/** How long a process that was told to end may take for what is under way. */
const DRAIN_MS = 25_000;

/**
 * The first signal drains, once the start is through, so that nothing is left half open; a second one, or a drain that
 * takes too long, ends at once.
 */
export function stopOnSignals(starting: Promise<{ stop(): Promise<void> }>): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    try {
      const started = await starting;
      await started.stop();
      process.exit(0);
    } catch (error) {
      process.stderr.write(`${inFull(error)}\n`);
      process.exit(1);
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
