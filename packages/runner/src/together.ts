/**
 * Lets what many ask for one by one be done together: while one call is under way, those that are asked for
 * meanwhile wait, and are made as one. Each fares as the call that it was part of.
 */
export function together<T>(act: (all: readonly T[]) => Promise<void>): (one: T) => Promise<void> {
  let waiting: T[] = [];
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  return (one) => {
    waiting.push(one);
    next ??= last.then(() => {
      const all = waiting;
      waiting = [];
      next = undefined;
      const acting = act(all);
      last = acting.catch(() => undefined);
      return acting;
    });
    return next;
  };
}
