import type { Store } from '@tributary/store';

/** A store whose process dies of some call, before or after it: from then on nothing is done and nobody goes on. */
export interface DyingStore {
  readonly store: Store;
  /** Aborted by the death, as nothing that comes after it may count. */
  readonly signal: AbortSignal;
  hasDied(): boolean;
}

/** Dies of the call after so many; a transaction counts as one where it begins, and as another where it has been committed. */
export function dyingStore(store: Store, calls: number): DyingStore {
  const death = new AbortController();
  let left = calls;
  const step = () => {
    if (left-- <= 0) death.abort(new Error('the process has died'));
    death.signal.throwIfAborted();
  };
  const mortal = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof value === 'function') {
          return (...args: unknown[]) => {
            step();
            const result: unknown = value.apply(target, args.map(mortalWork));
            return result instanceof Promise ? result.then(afterwards(property)) : mortalIfHandle(result);
          };
        }
        return mortalIfHandle(value);
      },
    });
  const afterwards = (property: string | symbol) => (result: unknown) => {
    if (property === 'transaction') step();
    return result;
  };
  const mortalIfHandle = (value: unknown) =>
    typeof value === 'object' && value !== null && !(value instanceof Promise) ? mortal(value) : value;
  const mortalWork = (arg: unknown) =>
    typeof arg === 'function' ? (scoped: object) => arg(mortal(scoped)) : arg;
  return { store: mortal(store), signal: death.signal, hasDied: () => death.signal.aborted };
}
