import { setTimeout as pause } from 'node:timers/promises';
import type { ServerUnderTest } from '../server-under-test.ts';
import type { Random } from './random.ts';

/** Changes contacts at the source, again and again: some updated, inserted, deleted, some brought back. */
export class ChangingCrm {
  readonly #server: Pick<ServerUnderTest, 'emulator'>;
  readonly #random: Random;
  #binned = 0;
  /** Times that it has changed. */
  changes = 0;

  constructor(server: Pick<ServerUnderTest, 'emulator'>, random: Random) {
    this.#server = server;
    this.#random = random;
  }

  async until(quiet: AbortSignal): Promise<void> {
    while (!quiet.aborted) {
      await this.#change();
      await pause(this.#random.whole(100, 1_500));
    }
  }

  async #change(): Promise<void> {
    const random = this.#random;
    const undelete = random.whole(0, Math.min(10, this.#binned));
    const mutation = {
      update: random.whole(0, random.chance(0.1) ? 1_000 : 60),
      insert: random.whole(1, 30),
      delete: random.whole(0, 25),
      undelete,
    };
    await this.#server.emulator('POST', '/mutate', { object: 'Contact', ...mutation });
    this.#binned += mutation.delete - undelete;
    this.changes += 1;
  }
}
