/** Answers each key from its first successful load, as far as that one is final. */
export type Memory = <T>(key: string, load: () => Promise<T>, isFinal?: (value: T) => boolean) => Promise<T>;

export function createMemory(): Memory {
  const kept = new Map<string, unknown>();
  return async <T>(key: string, load: () => Promise<T>, isFinal: (value: T) => boolean = () => true) => {
    // Only this function writes, and a key always stands for one kind of value.
    if (kept.has(key)) return kept.get(key) as T;
    const value = await load();
    if (isFinal(value)) kept.set(key, value);
    return value;
  };
}
