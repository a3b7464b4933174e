import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, ServerUnderTest } from '../server-under-test.ts';
import { eventually, UNDER_KILLS_MS } from './eventually.ts';
import type { Random } from './random.ts';

const FLOW = '/data/foundation/flowservice';
/** The shortest that a schedule may have: none but the slot that is waited for falls due meanwhile. */
const SLOT_SECONDS = 15 * 60;
/** What is behind a start that lies in the past, at most. */
const MISSED_SLOTS = 500;

/** A schedule whose first slot is far away. */
export const neverDue = { startTime: 32_503_680_000, frequency: 'minute', interval: SLOT_SECONDS / 60 };

/**
 * Has a flow fall due again and again, by a new start of its schedule, in the time to come or with hundreds
 * of slots missed, and waits each time until it has run for it. Nobody else runs the flow: it has run as
 * often as it has fallen due, however often those died who counted its slots and who ran it.
 */
export class Appointments {
  readonly flowId: string;
  readonly #server: ServerUnderTest;
  readonly #random: Random;
  /** How often the flow has fallen due, and so must have run. */
  kept = 0;
  /** Slots after a run that are not the next ones of the schedule. */
  readonly wrong: string[] = [];
  readonly #inBetween: () => void;
  #lastRun: string | undefined;

  /** `inBetween` is done while the flow is known not to run. */
  constructor(
    server: ServerUnderTest,
    flowId: string,
    random: Random,
    inBetween: () => void = () => undefined,
  ) {
    this.flowId = flowId;
    this.#server = server;
    this.#random = random;
    this.#inBetween = inBetween;
  }

  async until(quiet: AbortSignal): Promise<void> {
    while (!quiet.aborted) {
      await this.keepOne();
      await pause(this.#random.whole(0, 1_000));
    }
  }

  async keepOne(): Promise<void> {
    this.#inBetween();
    const start = this.#drawStart();
    await this.#makeIt(start);
    const what = `a run of ${this.flowId} by its schedule`;
    const run = await eventually(what, () => this.#newRun(), UNDER_KILLS_MS);
    this.#lastRun = run.id;
    this.kept += 1;
    const next = await eventually('its next slot', () => this.#nextRun(), UNDER_KILLS_MS);
    if (!isSlotAfter(run.createdAt, next, start * 1_000))
      this.wrong.push(`start ${start}, run at ${run.createdAt}, next run at ${next}`);
  }

  /** In epoch seconds. The slot after the one that is due is minutes away. */
  #drawStart(): number {
    const now = Math.floor(Date.now() / 1_000);
    if (this.#random.chance(0.7)) return now + this.#random.whole(1, 3);
    return now - this.#random.whole(1, MISSED_SLOTS) * SLOT_SECONDS - this.#random.whole(1, 60);
  }

  /**
   * Moves the start until it is known to have been moved: what was not answered may have been done all the
   * same.
   */
  async #makeIt(startTime: number): Promise<void> {
    const path = `${FLOW}/flows/${this.flowId}`;
    const move = async () => {
      const flow = await this.#answer('GET', path);
      if (flow === undefined) return undefined;
      if (flow.body.items[0].scheduleParams.startTime === startTime) return true;
      const answer = await this.#answer('PATCH', path, {
        headers: { 'if-match': flow.body.items[0].etag },
        body: [{ op: 'replace', path: '/scheduleParams/startTime', value: startTime }],
      });
      return answer && true;
    };
    await eventually('a new start of the schedule', move, UNDER_KILLS_MS);
  }

  async #newRun(): Promise<{ readonly id: string; readonly createdAt: number } | undefined> {
    const answer = await this.#answer('GET', `${FLOW}/runs?limit=1&property=flowId==${this.flowId}`);
    const run = answer?.body.items[0];
    if (run === undefined || run.id === this.#lastRun) return undefined;
    return run.metrics.durationSummary.completedAtUTC ? run : undefined;
  }

  async #nextRun(): Promise<number | undefined> {
    const answer = await this.#answer('GET', `${FLOW}/flows/${this.flowId}`);
    return answer?.body.items[0]['tributary:nextRunAtUTC'];
  }

  /** Undefined where nobody is there to answer. */
  async #answer(
    method: string,
    path: string,
    options?: Parameters<ServerUnderTest['call']>[2],
  ): Promise<Answer | undefined> {
    const answer = await this.#server.call(method, path, options).catch(() => undefined);
    return answer?.status === 200 ? answer : undefined;
  }
}

/**
 * Whether `next` is the first slot after a run was queued, which is when the slots before it were counted.
 * All in milliseconds.
 */
function isSlotAfter(queued: number, next: number, start: number): boolean {
  const slotMs = SLOT_SECONDS * 1_000;
  return (next - start) % slotMs === 0 && next > queued && next - slotMs <= queued;
}
