import type { S3Transport } from '@tributary/s3';
import type { OutboundClient } from '../../outbound/client.ts';
import { OutboundError } from '../../outbound/errors.ts';

/** Carries the requests that read objects by the one way out, which holds them to its rules for addresses. */
export function outboundTransport(outbound: OutboundClient): S3Transport {
  return {
    async send({ method, url, headers, body, signal }) {
      if ((method !== 'GET' && method !== 'HEAD') || body !== undefined) {
        throw new TypeError('a source reads, and sends nothing');
      }
      // Sent again, where that may help, under a signature of its own.
      return outbound.stream({ method, url, headers, idempotent: false, answersRedirects: true, signal });
    },
    isPassing: (error) => error instanceof OutboundError && error.isPassing,
  };
}
