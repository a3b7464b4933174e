import { readFile, writeFile } from 'node:fs/promises';

/** Pause between two looks at the processes, in milliseconds. */
const PAUSE_MS = 50;

/** Resident memory, in MiB. */
export interface MemoryFigures {
  /** The worker's when the watch began. */
  readonly atRest: number;
  /** The worker's at its peak since. */
  readonly worker: number;
  /** The fattest of the processes that the worker started. */
  readonly engine: number;
}

/** Forgets a process's peak so far (proc_pid_clear_refs(5)). */
const FORGET_PEAK = '5';

/**
 * Watches a process and what it starts until `stop`, by Linux' /proc, which knows each process's peak: what happens
 * between two looks is not missed but for the last moments of a process that ends.
 */
export async function watchMemory(pid: number): Promise<{ stop(): MemoryFigures }> {
  await writeFile(`/proc/${pid}/clear_refs`, FORGET_PEAK);
  const atRest = (await peakOf(pid)) ?? Number.NaN;
  const peaks = new Map<number, number>();
  const look = async () => {
    for (const each of [pid, ...(await childrenOf(pid))]) {
      const peak = await peakOf(each);
      if (peak !== undefined) peaks.set(each, Math.max(peak, peaks.get(each) ?? 0));
    }
  };
  const timer = setInterval(() => void look(), PAUSE_MS);
  return {
    stop() {
      clearInterval(timer);
      const engines = [...peaks].filter(([each]) => each !== pid).map(([, peak]) => peak);
      return { atRest, worker: peaks.get(pid) ?? Number.NaN, engine: Math.max(...engines, 0) };
    },
  };
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** VmHWM, in MiB; undefined where the process has ended. */
async function peakOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
}
