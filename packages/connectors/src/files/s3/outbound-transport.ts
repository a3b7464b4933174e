import { AnswerTooLarge, type S3Transport } from '@tributary/s3';
import type { OutboundClient } from '../../outbound/client.ts';
import { OutboundError, outboundErrorOf } from '../../outbound/errors.ts';

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
    isPassing: (error) => outboundErrorOfS3(error)?.isPassing ?? false,
  };
}

/** What the network did; undefined for an error of another kind. */
export function outboundErrorOfS3(error: unknown): OutboundError | undefined {
  if (error instanceof OutboundError) return error;
  if (error instanceof AnswerTooLarge) return new OutboundError('too-large', `S3: ${error.message}`);
  // What breaks a body off has a code, of the system or of undici.
  const hasCode = error instanceof Error && 'code' in error;
  return hasCode ? outboundErrorOf(error, 'S3: the answer broke off') : undefined;
}
