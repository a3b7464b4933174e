import { rm } from 'node:fs/promises';
import type { SandboxLeftover } from '@tributary/store';
import type { FastifyBaseLogger } from 'fastify';
import type { Dependencies } from '../dependencies.ts';

/** How often sandboxes are looked for that another process has left half removed, and files that are due by now. */
const POLL_MS = 10_000;

type Files = Pick<Dependencies, 'store' | 'lake' | 'runFiles'>;

/** Removes what is in sandboxes that are being reset or deleted, until it is stopped. */
export interface SandboxCleaner {
  /** Looks for work now rather than at the next poll. */
  wake(): void;
  /** Resolves when it has stopped; what is not removed by then is taken up again at the next start. */
  stop(): Promise<void>;
}

export function startSandboxCleaner(files: Files, log: Pick<FastifyBaseLogger, 'warn'>): SandboxCleaner {
  let isStopping = false;
  let isAwake = false;
  let wakeUp = () => {};
  const wake = () => {
    isAwake = true;
    wakeUp();
  };

  const loop = (async () => {
    while (!isStopping) {
      isAwake = false;
      await cleanSandboxes(files, new Date(), log).catch((error: unknown) =>
        log.warn({ err: error }, 'a sandbox could not be emptied; it is tried again'),
      );
      if (isAwake) continue;
      const { promise: slept, resolve } = Promise.withResolvers<void>();
      wakeUp = resolve;
      const timer = setTimeout(resolve, POLL_MS);
      await slept;
      clearTimeout(timer);
    }
  })();

  return {
    wake,
    async stop() {
      isStopping = true;
      wake();
      await loop;
    },
  };
}

/**
 * Empties every closed sandbox, removes the files that are due at `now`, and opens or ends those sandboxes of which none
 * are left. May run in several processes at the same time.
 */
export async function cleanSandboxes(
  files: Files,
  now: Date,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Promise<void> {
  const { sandboxRemovals } = files.store;
  const closed = await sandboxRemovals.closed();
  for (const { scope } of closed) await sandboxRemovals.empty(scope);
  await removeLeftovers(files, now, log);
  for (const sandbox of closed) await sandboxRemovals.finish(sandbox, now);
}

async function removeLeftovers(files: Files, now: Date, log: Pick<FastifyBaseLogger, 'warn'>): Promise<void> {
  const { sandboxRemovals } = files.store;
  for (;;) {
    let removed = 0;
    for (const leftover of await sandboxRemovals.leftovers(now)) {
      try {
        await removeFiles(files, leftover);
        await sandboxRemovals.forget(leftover);
        removed += 1;
      } catch (error) {
        // Those of other sandboxes are not held up by a file that cannot be removed.
        log.warn({ err: error, kind: leftover.kind, name: leftover.name }, 'files were not removed');
      }
    }
    if (removed === 0) return;
  }
}

async function removeFiles({ lake, runFiles }: Files, { kind, name }: SandboxLeftover): Promise<void> {
  switch (kind) {
    case 'table':
      return rm(lake.io.pathOf(name), { recursive: true, force: true });
    case 'staging':
      return runFiles.removeStaging(name);
    case 'diagnostics':
      return runFiles.removeDiagnostics(name);
  }
}
