import { readFile } from 'node:fs/promises';

/** Pause between two looks at the processes, in milliseconds. */
const PAUSE_MS = 50;

/** The peak of resident memory of each process of a kind, in MiB. */
export interface MemoryFigures {
  readonly worker: number;
  /** The fattest of the processes that the worker started. */
  readonly engine: number;
}

/**
 * Watches a process and what it starts until `stop`, by Linux' /proc, which knows each process's peak: what happens
 * between two looks is not missed but for the last moments of a process that ends.
 */
export function watchMemory(pid: number): { stop(): MemoryFigures } {
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
      return { worker: peaks.get(pid) ?? Number.NaN, engine: Math.max(...engines, 0) };
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
