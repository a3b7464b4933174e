import type { ClaimedRun, ScopedStore } from '@tributary/store';
import { type ClockedStore, openClockedStore } from '@tributary/store/clocked-store-test-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nextSlot, type Recurrence, slotAfter } from './schedule.ts';

/*
 * Schedules, claims and workers, simulated: time is a variable, and what happens is drawn at random. Whatever it was, once
 * all is quiet every flow has run for its last slot, nothing is open, and no run has ended twice.
 */

/** How many histories; a longer proof asks for more. */
const HISTORIES = Number(process.env.TRIBUTARY_HISTORIES ?? 25);

const START = new Date('2026-03-28T12:00:00Z');
/** Silent for so long, a worker has lost its claim for certain. */
const SILENCE_SECONDS = 120;
const MONTH_SECONDS = 30 * 86_400;

let clocked: ClockedStore;
let sandboxes = 0;
beforeAll(async () => {
  clocked = await openClockedStore(START);
  await clocked.store.organizations.createFirst({ id: 'A', tenantId: 'a' }, { id: 'a', secret: 'a' });
});
afterAll(() => clocked?.store.close());

type Happening =
  | { readonly kind: 'time passes'; readonly seconds: number }
  | { readonly kind: 'somebody schedules'; readonly processes: number }
  | { readonly kind: 'claims' | 'ends' | 'gives back' | 'dies' | 'freezes'; readonly worker: number }
  | { readonly kind: 'is cancelled' | 'runs on demand'; readonly flow: number };

const WORKERS = 3;
const FLOWS = 3;

const worker = fc.nat({ max: WORKERS - 1 });
const flow = fc.nat({ max: FLOWS - 1 });
const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('time passes' as const), seconds: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('time passes' as const), seconds: fc.integer({ min: 60, max: 200_000 }) }),
    fc.record({
      kind: fc.constant('somebody schedules' as const),
      processes: fc.integer({ min: 1, max: 2 }),
    }),
    fc.record({ kind: fc.constantFrom('claims', 'ends'), worker }),
    fc.record({ kind: fc.constantFrom('gives back', 'dies', 'freezes'), worker }),
    fc.record({ kind: fc.constantFrom('is cancelled', 'runs on demand'), flow }),
  ),
  { minLength: 5, maxLength: 40 },
);

const recurrences: fc.Arbitrary<readonly Recurrence[]> = fc.array(
  fc.record({
    startAt: fc.integer({ min: -100_000, max: 100_000 }).map((seconds) => START.getTime() + seconds * 1000),
    frequency: fc.constantFrom('minute', 'hour', 'day', 'week'),
    interval: fc.integer({ min: 1, max: 30 }),
    timezone: fc.constantFrom('UTC', 'Europe/Zurich', 'Pacific/Apia'),
  }),
  { minLength: FLOWS, maxLength: FLOWS },
);

test('whatever happens, every flow has run for its last slot in the end, and nothing is left open', async () => {
  await fc.assert(
    fc.asyncProperty(recurrences, happenings, async (flows, history) => {
      const simulation = await Simulation.begin(flows);
      try {
        for (const happening of history) await simulation.happen(happening);
        await simulation.settle();
      } finally {
        await simulation.clear();
      }
    }),
    { numRuns: HISTORIES },
  );
});

test('a run that nobody was there to do for a month is done then', async () => {
  const sandbox = await clocked.store.organizations.sandbox('A', 'prod');
  const { runs } = clocked.store.scoped({ orgId: 'A', sandboxId: sandbox?.id ?? '' });
  const run = await runs.enqueue('left alone');
  await clocked.pass(MONTH_SECONDS);
  // By then the queue has looked for what is too old to be kept.
  await clocked.pass(SILENCE_SECONDS);
  const claimed = await clocked.store.queue.claim();
  expect(claimed?.run.id).toBe(run?.id);
  await runs.cancelOpen('left alone');
  if (claimed) await clocked.store.queue.settle(claimed.claim);
});

class Simulation {
  readonly #flows: readonly Recurrence[];
  readonly #store: ScopedStore;
  readonly #began = clocked.now();
  readonly #workers: (ClaimedRun | undefined)[] = Array.from({ length: WORKERS }, () => undefined);
  readonly #silent = new Set<number>();
  readonly #ended = new Map<string, number>();
  /** Up to when a flow has run, or was to run and was cancelled. */
  readonly #covered = new Map<string, Date>();
  readonly #claimedAt = new Map<string, Date>();
  readonly #demandedAt = new Map<string, Date>();

  private constructor(flows: readonly Recurrence[], store: ScopedStore) {
    this.#flows = flows;
    this.#store = store;
  }

  static async begin(flows: readonly Recurrence[]): Promise<Simulation> {
    const sandbox = await clocked.store.organizations.createSandbox('A', {
      name: `s${sandboxes++}`,
      title: 'S',
      type: 'development',
      createdBy: 'a',
    });
    if (sandbox === undefined) throw new Error('the sandbox exists already');
    const store = clocked.store.scoped({ orgId: 'A', sandboxId: sandbox.id });
    for (const [index, recurrence] of flows.entries()) {
      const nextAt = slotAfter(recurrence, new Date(clocked.now().getTime() - 1));
      if (nextAt) await store.schedules.put({ flowId: `f${index}`, nextAt, recurrence: { ...recurrence } });
    }
    return new Simulation(flows, store);
  }

  async happen(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'time passes':
        return this.#pass(happening.seconds);
      case 'somebody schedules':
        await Promise.all(Array.from({ length: happening.processes }, () => this.#schedule()));
        return;
      case 'claims':
        return this.#claim(happening.worker);
      case 'ends':
        return this.#end(happening.worker);
      case 'gives back':
        return this.#giveBack(happening.worker);
      case 'dies':
        this.#workers[happening.worker] = undefined;
        return;
      case 'freezes':
        this.#silent.add(happening.worker);
        return;
      case 'is cancelled':
        return this.#cancel(`f${happening.flow}`);
      case 'runs on demand':
        await this.#demand(`f${happening.flow}`);
    }
  }

  /** Everybody who lives comes to an end, and what is due is done, until nothing is. */
  async settle(): Promise<void> {
    this.#workers.fill(undefined);
    await clocked.pass(SILENCE_SECONDS);
    for (;;) {
      await this.#schedule();
      await this.#claim(0);
      if (this.#workers[0] === undefined) break;
      await this.#end(0);
    }
    const runs = await this.#store.runs.list({ limit: 1_000 });
    expect(runs.filter(({ completedAt }) => completedAt === undefined)).toEqual([]);
    expect([...this.#ended.values()].filter((times) => times > 1)).toEqual([]);
    for (const [index, recurrence] of this.#flows.entries()) {
      const due = lastSlot(recurrence, this.#began, clocked.now());
      if (due === undefined) continue;
      const covered = this.#covered.get(`f${index}`);
      expect(covered && covered >= due, `f${index} is due at ${due.toISOString()}`).toBe(true);
    }
  }

  /** Leaves nothing to the next history, however this one has ended. */
  async clear(): Promise<void> {
    for (const index of this.#flows.keys()) {
      await this.#store.schedules.remove(`f${index}`);
      await this.#store.runs.cancelOpen(`f${index}`);
    }
    await clocked.store.queue.endClaims();
    expect(await clocked.store.queue.claim()).toBeUndefined();
  }

  async #pass(seconds: number): Promise<void> {
    // Over a longer time whoever has not ended is as good as frozen.
    const isShort = seconds < 10;
    for (const [index, claimed] of this.#workers.entries()) {
      if (claimed === undefined) continue;
      if (isShort && !this.#silent.has(index))
        await clocked.store.queue.heartbeat(claimed.run, claimed.claim);
      else this.#silent.add(index);
    }
    await clocked.pass(seconds);
  }

  async #schedule(): Promise<void> {
    await clocked.store.enqueueDueRuns(clocked.now(), nextSlot);
  }

  async #demand(flowId: string): Promise<void> {
    const run = await this.#store.runs.enqueue(flowId);
    if (run) this.#demandedAt.set(run.id, clocked.now());
  }

  /** Whoever cancels a run wants none for the slots that it was queued for. */
  async #cancel(flowId: string): Promise<void> {
    const [newest] = await this.#store.runs.list({ flowId, limit: 1 });
    if (newest === undefined || newest.completedAt !== undefined) return;
    await this.#store.runs.cancelOpen(flowId);
    this.#cover(flowId, this.#demandedAt.get(newest.id) ?? newest.createdAt);
  }

  #cover(flowId: string, at: Date): void {
    const before = this.#covered.get(flowId);
    if (before === undefined || before < at) this.#covered.set(flowId, at);
  }

  async #claim(index: number): Promise<void> {
    if (this.#workers[index] !== undefined) return;
    const claimed = await clocked.store.queue.claim();
    if (claimed === undefined) return;
    this.#workers[index] = claimed;
    this.#silent.delete(index);
    this.#claimedAt.set(claimed.run.id, clocked.now());
  }

  async #end(index: number): Promise<void> {
    const claimed = this.#workers[index];
    this.#workers[index] = undefined;
    if (claimed === undefined) return;
    const { run, claim } = claimed;
    try {
      await this.#store.runs.advance(run, claim, 'success', {});
      this.#ended.set(run.id, (this.#ended.get(run.id) ?? 0) + 1);
      const at = this.#claimedAt.get(run.id);
      if (at) this.#cover(run.flowId, at);
    } catch (error) {
      // Only one who has been silent, or whose run was cancelled, may find that it is not its own any more.
      const now = await this.#store.runs.get(run.id);
      if (!this.#silent.has(index) && now?.state !== 'cancelled') throw error;
    }
    await clocked.store.queue.settle(claim);
  }

  async #giveBack(index: number): Promise<void> {
    const claimed = this.#workers[index];
    this.#workers[index] = undefined;
    if (claimed) await clocked.store.queue.release(claimed.run, claimed.claim, clocked.now());
  }
}

/** The last slot within a time; undefined where there is none. */
function lastSlot(recurrence: Recurrence, from: Date, to: Date): Date | undefined {
  let last: Date | undefined;
  for (let slot = slotAfter(recurrence, new Date(from.getTime() - 1)); slot && slot <= to; ) {
    last = slot;
    slot = slotAfter(recurrence, slot);
  }
  return last;
}
