import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressPolicy, addressRefusal, bareHost, hostRefusal } from './addresses.ts';
import { OutboundError } from './errors.ts';

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Opens connections only to hosts and addresses that the policy allows. The very addresses that are checked are
 * connected to, so a name that resolves differently the second time (DNS rebinding) gains nothing.
 */
export function guardedConnector(policy: AddressPolicy, connectTimeoutMs: number): buildConnector.connector {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    lookup: (hostname: string, options: LookupOptions, callback: LookupCallback) =>
      lookupAllowed(hostname, options, policy, callback),
  });
  return (options, callback) => {
    const host = bareHost(options.hostname);
    // A literal address is never looked up, so it is checked here.
    const refusal = hostRefusal(host, policy) ?? (isIP(host) ? addressRefusal(host, policy) : undefined);
    if (refusal !== undefined) {
      callback(notAllowed(refusal), null);
      return;
    }
    connect(options, callback);
  };
}

/** Resolves a host's name, where the policy allows every address that it has. */
export function lookupAllowed(
  hostname: string,
  options: LookupOptions,
  policy: AddressPolicy,
  callback: LookupCallback,
): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    for (const { address } of addresses) {
      const refusal = addressRefusal(address, policy);
      if (refusal !== undefined) {
        callback(notAllowed(`${hostname} resolves to a denied address: ${refusal}`), []);
        return;
      }
    }
    const [first] = addresses;
    if (options.all === true || first === undefined) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}

export function notAllowed(refusal: string): OutboundError {
  return new OutboundError('not-allowed', `Connection refused by policy: ${refusal}`);
}
