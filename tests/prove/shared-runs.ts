const PARTITIONS_READ = 'partitions were read for a flow run';

/**
 * How many runs more than one worker has read partitions of, by what each has written: a worker tells of a
 * run that it has read for, once there is nothing more to read. Those that are killed before tell nothing.
 */
export function countSharedRuns(outputs: readonly string[]): number {
  const readers = new Map<string, Set<number>>();
  for (const [worker, output] of outputs.entries()) {
    for (const line of output.split('\n')) {
      if (!line.includes(PARTITIONS_READ)) continue;
      const runId = /"runId":"([^"]+)"/.exec(line)?.[1] ?? '';
      readers.set(runId, (readers.get(runId) ?? new Set()).add(worker));
    }
  }
  return [...readers.values()].filter((workers) => workers.size > 1).length;
}
