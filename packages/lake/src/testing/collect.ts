/** All that an async iterable yields (`Array.fromAsync`, which TypeScript's library for ES2024 lacks). */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
