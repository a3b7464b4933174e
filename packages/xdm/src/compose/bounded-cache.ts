/** Keeps what was used last, up to a total weight; what is heavier than all of that is not kept. */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly weight: number }>();
  readonly #maxWeight: number;
  #weight = 0;

  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A map lists its keys in order of insertion: the first one is the one that was used longest ago.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value, weight: number): void {
    const former = this.#entries.get(key);
    if (former !== undefined) this.#remove(key, former.weight);
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const [oldest, entry] of this.#entries) {
      if (this.#weight <= this.#maxWeight) return;
      this.#remove(oldest, entry.weight);
    }
  }

  #remove(key: string, weight: number): void {
    this.#entries.delete(key);
    this.#weight -= weight;
  }
}
