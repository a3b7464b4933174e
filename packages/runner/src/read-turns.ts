import pLimit from 'p-limit';

/** Partitions that are read at the same time in one process: what streams has buffers. */
const CONCURRENT_READS = 32;

/** Does some reading over a base connection once it is its turn. */
export type ReadTurns = <T>(connectionId: string, read: () => Promise<T>) => Promise<T>;

/**
 * The turns of one process, for all runs that read in it: no more at once over one connection than it bears.
 * What other processes read over it is not known here, but to the store, which gives partitions to all of
 * them.
 */
export function readTurns(readsOfConnection: number): ReadTurns {
  const ofProcess = pLimit(CONCURRENT_READS);
  const ofConnections = new Map<string, { limit: ReturnType<typeof pLimit>; users: number }>();
  return async (connectionId, read) => {
    const turns = ofConnections.get(connectionId) ?? { limit: pLimit(readsOfConnection), users: 0 };
    ofConnections.set(connectionId, turns);
    turns.users += 1;
    try {
      return await turns.limit(() => ofProcess(read));
    } finally {
      turns.users -= 1;
      if (turns.users === 0) ofConnections.delete(connectionId);
    }
  };
}
