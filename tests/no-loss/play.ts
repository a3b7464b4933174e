import { expect } from 'vitest';
import { landedRows } from '../landed-rows.ts';
import type { ServerUnderTest } from '../server-under-test.ts';
import { type Walk, walkTutorial } from '../tutorial.ts';
import type { LossySource, Trouble } from './lossy-source.ts';

const FLOW = '/data/foundation/flowservice';
const RUN_DEADLINE_MS = 240_000;

/** A flow from one source, run once for each of its troubles, one after another; plays of other sources go on beside it. */
export class Play {
  readonly #server: ServerUnderTest;
  readonly #source: LossySource;
  /** What became of the first run, and of that under each trouble. */
  readonly #outcomes = new Map<Trouble | undefined, Promise<void>>();
  readonly #isInstalled: Promise<boolean>;
  #walk: Walk | undefined;
  #runs = 0;

  constructor(server: ServerUnderTest, source: LossySource) {
    this.#server = server;
    this.#source = source;
    this.#isInstalled = source.start();
    let last = this.#isInstalled.then((isInstalled) => (isInstalled ? this.#firstRun() : undefined));
    this.#keep(undefined, last);
    for (const trouble of source.troubles) {
      last = last
        .catch(() => undefined)
        .then(() => (this.#walk === undefined ? undefined : this.#runUnder(trouble)));
      this.#keep(trouble, last);
    }
  }

  get isInstalled(): Promise<boolean> {
    return this.#isInstalled;
  }

  /** Rejects where rows were lost, or came twice. */
  outcome(trouble: Trouble | undefined): Promise<void> {
    return this.#outcomes.get(trouble) ?? Promise.reject(new Error('there is no such trouble'));
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#outcomes.values());
    await this.#source.stop();
  }

  /** The test that asks for it is told of a failure, whenever that is. */
  #keep(trouble: Trouble | undefined, outcome: Promise<void>): void {
    outcome.catch(() => undefined);
    this.#outcomes.set(trouble, outcome);
  }

  async #firstRun(): Promise<void> {
    this.#walk = await walkTutorial(this.#server, `No loss: ${this.#source.name}`, {
      ...this.#source.walk(),
      runsOnce: true,
    });
    await this.#runEnded();
    await this.#expectEqual();
  }

  async #runUnder(trouble: Trouble): Promise<void> {
    if (trouble.strikesBeforeChange) await trouble.strike();
    await this.#source.change();
    if (!trouble.strikesBeforeChange) await trouble.strike();
    try {
      await this.#runAgain();
      expect(await trouble.hasStruck(), 'whether it went wrong').toBe(true);
    } finally {
      await trouble.calm();
    }
    if (trouble.isForTheNextRun) await this.#runAgain();
    await this.#expectEqual();
  }

  async #runAgain(): Promise<void> {
    const body = { flowId: this.#walk?.flowId };
    const started = await this.#server.call('POST', `${FLOW}/runs`, { body });
    expect(started.status, JSON.stringify(started.body)).toBe(201);
    await this.#runEnded();
  }

  async #runEnded(): Promise<void> {
    this.#runs += 1;
    const run = await this.#server.runsEnded(this.#walk?.flowId ?? '', this.#runs, RUN_DEADLINE_MS);
    const { statusSummary } = run.metrics;
    expect(statusSummary, JSON.stringify(statusSummary)).toMatchObject({ status: 'success' });
  }

  async #expectEqual(): Promise<void> {
    const landed = await landedRows(this.#server, this.#walk?.dataSetId ?? '');
    const lake = landed.map(({ _id, person }) => JSON.stringify([_id, person?.name?.lastName ?? null]));
    const source = (await this.#source.rows()).map((row) => JSON.stringify(row));
    const landedOnes = new Set(lake);
    const both = new Set(source.filter((row) => landedOnes.has(row)));
    expect({
      lost: source.filter((row) => !both.has(row)),
      tooMany: lake.filter((row) => !both.has(row)),
      rows: lake.length,
    }).toEqual({ lost: [], tooMany: [], rows: source.length });
  }
}
