/** Why no answer came, by what can be done about it. */
export type OutboundReason =
  /** The policy forbids the host, its address, the scheme or where it redirects to. */
  | 'not-allowed'
  /** The name does not resolve. */
  | 'unknown-host'
  /** The host's certificate does not hold. */
  | 'untrusted'
  /** The host took too long to connect, to answer or to go on with a body. */
  | 'timeout'
  /** The connection was refused, reset or ended in mid-answer. */
  | 'connection'
  /** The answer is larger than the caller takes. */
  | 'too-large';

/** No answer, or no whole one. Names the method, host and path; never the query, a header or a body. */
export class OutboundError extends Error {
  readonly reason: OutboundReason;

  constructor(reason: OutboundReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutboundError';
    this.reason = reason;
  }

  /** Whether the same request may succeed when it is sent again. */
  get isPassing(): boolean {
    return this.reason === 'timeout' || this.reason === 'connection';
  }
}

const REASON_BY_CODE: Readonly<Record<string, OutboundReason>> = {
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'connection',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_HAS_EXPIRED: 'untrusted',
  CERT_NOT_YET_VALID: 'untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'untrusted',
};

/** The error of a request as an {@link OutboundError}; `what` is the method, host and path. */
export function outboundErrorOf(error: unknown, what: string): OutboundError {
  if (error instanceof OutboundError) return error;
  if (!(error instanceof Error)) return new OutboundError('connection', `${what}: ${String(error)}`);
  if (error.cause instanceof OutboundError) return error.cause;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const reason = REASON_BY_CODE[code] ?? 'connection';
  // Several addresses that all refused make an AggregateError, whose own message is empty.
  const detail = error.message === '' ? code : error.message;
  return new OutboundError(reason, `${what}: ${detail}`, { cause: error });
}
