/**
 * Lets what many ask for one by one be done together: while one call is under way, those that are asked for
 * meanwhile wait, and are made as one, that begins after each of them. Each fares as the call that it was part
 * of, and gets its answer.
 */
export function together<T, A>(act: (all: readonly T[]) => Promise<A>): (one: T) => Promise<A> {
  let waiting: T[] = [];
  let next: Promise<A> | undefined;
  let last: Promise<unknown> = Promise.resolve();
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
