import { useCallback, useEffect, useRef, useState } from 'react';

/** What is known of something that is loaded again and again. */
export type Loaded<T> =
  | { readonly state: 'loading' }
  /** `problem`: the newest attempt failed; the value is that of an earlier one. */
  | { readonly state: 'loaded'; readonly value: T; readonly problem?: string }
  | { readonly state: 'failed'; readonly problem: string };

/** How soon to load again: it changes by the second, it may change, or only a new `load` changes it. */
export type Pace = 'live' | 'idle' | 'once';

const delayMs: Readonly<Record<Pace, number | undefined>> = { live: 1_000, idle: 10_000, once: undefined };

/**
 * Loads at once and then as the pace for what was loaded says; not while nobody sees the page. A new `load` (keep it
 * stable with useCallback) is called at once too; until it has an answer, the earlier one stays.
 * @returns what is known, and a function that loads at once
 */
export function usePolling<T>(
  load: () => Promise<T>,
  paceFor: (value: T) => Pace,
): readonly [Loaded<T>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  const latestPaceFor = useRef(paceFor);
  latestPaceFor.current = paceFor;
  const reloadNow = useRef<() => void>(() => undefined);

  useEffect(() => {
    let isCurrent = true;
    let timer: number | undefined;
    let round = 0;
    const tick = async (): Promise<void> => {
      window.clearTimeout(timer);
      round += 1;
      const thisRound = round;
      const outcome = await settle(load);
      if (!isCurrent || thisRound !== round) return;
      setLoaded((before) => (outcome.state === 'failed' ? withProblem(before, outcome.problem) : outcome));
      // What failed is tried again.
      const delay = delayMs[outcome.state === 'loaded' ? latestPaceFor.current(outcome.value) : 'idle'];
      if (delay !== undefined && !document.hidden) timer = window.setTimeout(tick, delay);
    };
    const onVisibility = () => {
      if (document.hidden) window.clearTimeout(timer);
      else void tick();
    };
    reloadNow.current = () => void tick();
    document.addEventListener('visibilitychange', onVisibility);
    void tick();
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [load]);

  return [loaded, useCallback(() => reloadNow.current(), [])];
}

type Outcome<T> = Exclude<Loaded<T>, { readonly state: 'loading' }>;

async function settle<T>(load: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { state: 'loaded', value: await load() };
  } catch (error) {
    return { state: 'failed', problem: wordsOf(error) };
  }
}

function withProblem<T>(before: Loaded<T>, problem: string): Loaded<T> {
  return before.state === 'loaded' ? { ...before, problem } : { state: 'failed', problem };
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
