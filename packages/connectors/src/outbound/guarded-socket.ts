import { isIP, Socket } from 'node:net';
import { type AddressPolicy, addressRefusal, bareHost, hostRefusal } from './addresses.ts';
import { lookupAllowed, notAllowed } from './connector.ts';

/**
 * A TCP socket that connects only to hosts and addresses that the policy allows, for clients that take a socket of the
 * caller's. A refusal is an `error` event with an {@link OutboundError}.
 */
export class GuardedSocket extends Socket {
  readonly #policy: AddressPolicy;

  constructor(policy: AddressPolicy) {
    super();
    this.#policy = policy;
    this.setNoDelay(true);
    this.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
  }

  /** Takes a port and a host, the form that such clients call. */
  override connect(port: unknown, hostname?: unknown): this {
    if (typeof port !== 'number' || typeof hostname !== 'string') throw new TypeError('connect(port, host)');
    const host = bareHost(hostname);
    // A literal address is never looked up, so it is checked here.
    const refusal =
      hostRefusal(host, this.#policy) ?? (isIP(host) ? addressRefusal(host, this.#policy) : undefined);
    if (refusal !== undefined) return this.destroy(notAllowed(refusal));
    return super.connect({
      port,
      host,
      lookup: (name, options, callback) => lookupAllowed(name, options, this.#policy, callback),
    });
  }
}

/** A host that has gone without a word is found out by probes. */
const KEEP_ALIVE_AFTER_MS = 30_000;
