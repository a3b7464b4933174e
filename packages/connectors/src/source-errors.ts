import { type ErrorAnswer, isBusyStatus } from './outbound/client.ts';
import { OutboundError, type OutboundReason } from './outbound/errors.ts';
import { SourceError, type SourceErrorKind } from './source.ts';

/** What a source's answer tells of an error. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

const KIND_BY_REASON: Readonly<Record<OutboundReason, SourceErrorKind>> = {
  'not-allowed': 'refused',
  'unknown-host': 'refused',
  untrusted: 'refused',
  timeout: 'busy',
  connection: 'busy',
  'too-large': 'invalid',
};

/** Longer messages of sources are cut. */
const MAX_MESSAGE_LENGTH = 1000;

/** What the status alone tells can be done about an error answer. */
export function kindOfStatus(answer: Pick<ErrorAnswer, 'status'>): SourceErrorKind {
  if (isBusyStatus(answer)) return 'busy';
  return answer.status === 401 || answer.status === 403 ? 'refused' : 'invalid';
}

/** A {@link SourceError} in the source's own words that holds none of the secrets, even where the source repeats one. */
export function sourceErrorOfFault(
  source: string,
  kind: SourceErrorKind,
  fault: Fault,
  secrets: readonly string[],
): SourceError {
  const code = redact(fault.code, secrets);
  const told = redact(fault.message, secrets).slice(0, MAX_MESSAGE_LENGTH);
  return new SourceError(kind, code, `${source}: ${told} (${code})`);
}

/** What the network did as a {@link SourceError}; anything else as it is. */
export function sourceErrorOfOutbound(error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error;
  const code = error.reason.toUpperCase().replaceAll('-', '_');
  return new SourceError(KIND_BY_REASON[error.reason], code, error.message, { cause: error });
}

function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
}
