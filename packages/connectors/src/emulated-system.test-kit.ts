import type { KnownFault } from './conformance/conformance-kit.ts';
import { OutboundClient } from './outbound/client.ts';

/** Every call is tried this often. */
export const ATTEMPTS = 3;

/** What an emulator of any CRM system tells of itself. */
export interface Emulator<Credentials extends string> {
  readonly url: string;
  readonly credentials: Readonly<Record<Credentials, string>>;
  close(): Promise<void>;
}

/** A running emulator with what tests ask of it, and a client for sources that do not wait long for anything. */
export class EmulatedSystem<Credentials extends string> {
  readonly #emulator: Emulator<Credentials>;
  protected readonly outbound = new OutboundClient({
    retry: { attempts: ATTEMPTS, baseDelayMs: 1, maxDelayMs: 5, maxRetryAfterMs: 2000 },
  });

  constructor(emulator: Emulator<Credentials>) {
    this.#emulator = emulator;
  }

  get url(): string {
    return this.#emulator.url;
  }

  get credentials(): Readonly<Record<Credentials, string>> {
    return this.#emulator.credentials;
  }

  async close(): Promise<void> {
    await this.outbound.close();
    await this.#emulator.close();
  }

  /** A call to the emulator's control API. */
  async control(
    path: string,
    body?: object,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.url}/__emulator/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    // The control API answers with objects.
    return (await answer.json()) as Record<string, unknown>;
  }

  /** All rows of an object as the emulator itself tells them. */
  async rows(object: string): Promise<readonly Record<string, unknown>[]> {
    const answer = await fetch(`${this.url}/__emulator/rows?object=${object}`);
    const lines = (await answer.text()).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  }

  /** How often routes were called, such as `POST /services/oauth2/token`. */
  async requests(route: RegExp): Promise<number> {
    const { requests } = await this.control('state');
    return Object.entries(requests ?? {})
      .filter(([name]) => route.test(name))
      .reduce((sum, [, count]) => sum + Number(count), 0);
  }
}

export type FaultWords = [
  name: string,
  outcome: KnownFault['outcome'],
  /** As the control API takes it. */
  trouble: { readonly kind: string; readonly times?: number; readonly [option: string]: unknown },
  more?: Pick<KnownFault, 'strikesPlan'>,
];

/** A fault of an emulator's control API, as the conformance kit knows it; the emulator need not run yet. */
export function emulatedFault(
  system: () => Pick<EmulatedSystem<never>, 'control'>,
  ...[name, outcome, trouble, more = {}]: FaultWords
): KnownFault {
  return {
    ...more,
    name,
    outcome,
    strike: async () => void (await system().control('fault', trouble)),
    hasStruck: async () => {
      const { faults } = await system().control('state');
      // The control API lists what is armed, with how often each still strikes.
      const [armed] = faults as { times: number }[];
      return armed === undefined || armed.times < (trouble.times ?? 1);
    },
    calm: async () => void (await system().control('fault', undefined, 'DELETE')),
  };
}
