import { unlessAborted } from '../../outbound/abort.ts';
import type { OutboundClient } from '../../outbound/client.ts';
import { pause, pauseBefore } from '../../outbound/retry.ts';
import { isConnectionLoss, sourceErrorOfSftp } from './errors.ts';
import type { SftpParams } from './params.ts';
import { openSession, type SftpSession } from './session.ts';

export interface SharedSessionOptions {
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleMs?: number;
  /** How long the server may take over one answer, in milliseconds. */
  readonly answerTimeoutMs?: number;
}

const IDLE_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * One connection that all readers of a store share: opened when the first needs it, opened anew where it has broken, ended
 * when nobody has used it for a while.
 */
export class SharedSession {
  readonly #params: SftpParams;
  readonly #outbound: OutboundClient;
  readonly #idleMs: number;
  readonly #answerTimeoutMs: number;
  #session: Promise<SftpSession> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(params: SftpParams, outbound: OutboundClient, options: SharedSessionOptions = {}) {
    this.#params = params;
    this.#outbound = outbound;
    this.#idleMs = options.idleMs ?? IDLE_MS;
    this.#answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  }

  /**
   * Does some work over the connection, from its beginning again where the connection breaks meanwhile.
   *
   * @throws SourceError that tells `what` the work was about.
   */
  async run<T>(
    what: string,
    work: (session: SftpSession) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { value, release } = await this.begin(what, work, signal);
    release();
    return value;
  }

  /** The same, but the connection is kept open for what follows on the work, until it is released. */
  async begin<T>(
    what: string,
    work: (session: SftpSession) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly value: T; readonly release: () => void }> {
    const release = this.#use();
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const value = await unlessAborted(this.#open().then(work), signal);
          return { value, release };
        } catch (error) {
          signal?.throwIfAborted();
          const wait = isConnectionLoss(error)
            ? pauseBefore(attempt + 1, undefined, this.#outbound.retry)
            : undefined;
          if (wait === undefined) throw sourceErrorOfSftp(error, what, this.#params);
          await pause(wait, signal);
        }
      }
    } catch (error) {
      release();
      throw error;
    }
  }

  #open(): Promise<SftpSession> {
    if (this.#session !== undefined) return this.#session;
    const opening = openSession(this.#params, this.#outbound, this.#answerTimeoutMs);
    this.#session = opening;
    const forget = () => {
      if (this.#session === opening) this.#session = undefined;
    };
    opening.then(({ closed }) => closed.then(forget), forget);
    return opening;
  }

  #use(): () => void {
    this.#users += 1;
    clearTimeout(this.#idle);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#users -= 1;
      if (this.#users === 0) this.#endWhenIdle();
    };
  }

  #endWhenIdle(): void {
    const session = this.#session;
    this.#idle = setTimeout(() => {
      this.#session = undefined;
      session?.then((open) => open.end()).catch(() => undefined);
    }, this.#idleMs);
  }
}
