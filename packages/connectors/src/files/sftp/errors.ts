import { OutboundError, outboundErrorOf } from '../../outbound/errors.ts';
import { SourceError, type SourceErrorKind } from '../../source.ts';
import { sourceErrorOfFault, sourceErrorOfOutbound } from '../../source-errors.ts';
import { type SftpParams, secretsOf } from './params.ts';

/** Status codes of the protocol (SSH File Transfer Protocol, draft 02, section 7) that callers tell apart. */
export const STATUS = { endOfFile: 1, noSuchFile: 2, permissionDenied: 3 } as const;

interface Status {
  readonly kind: SourceErrorKind;
  readonly code: string;
  readonly mend: string;
}

const STATUSES: Readonly<Record<number, Status>> = {
  2: { kind: 'invalid', code: 'NO_SUCH_FILE', mend: 'there is no such file or folder' },
  3: { kind: 'refused', code: 'PERMISSION_DENIED', mend: 'give the user the right to read it' },
  4: { kind: 'busy', code: 'FAILURE', mend: 'the server failed to do it' },
  5: { kind: 'invalid', code: 'BAD_MESSAGE', mend: 'the server does not understand' },
  6: { kind: 'busy', code: 'NO_CONNECTION', mend: 'the connection is gone' },
  7: { kind: 'busy', code: 'CONNECTION_LOST', mend: 'the connection is gone' },
  8: { kind: 'invalid', code: 'OP_UNSUPPORTED', mend: 'the server cannot do it' },
};

/** What `ssh2` says of where a connection failed. */
const LEVELS: Readonly<Record<string, Status>> = {
  'client-authentication': {
    kind: 'refused',
    code: 'LOGIN_REFUSED',
    mend: 'the server takes neither userName with this password or key, or no login of this kind',
  },
  'client-timeout': { kind: 'busy', code: 'TIMEOUT', mend: 'the server does not answer' },
  handshake: {
    kind: 'refused',
    code: 'NO_COMMON_ALGORITHM',
    mend: 'the server knows only ways to encrypt that are not safe any more',
  },
  protocol: { kind: 'refused', code: 'NO_SSH', mend: 'is this the port of an SSH server?' },
};

const PASSING_LEVELS: readonly string[] = ['client-timeout', 'client-socket'];

/** Servers that have too many connections end new ones without a word, which `ssh2` takes for another protocol. */
function isEarlyEnd(error: unknown): boolean {
  return error instanceof Error && error.message === 'Connection lost before handshake';
}

/** The number of an answer that refuses; undefined for what is no such answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** Whether the connection is what failed, so that a new one may do better. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof OutboundError) return error.isPassing;
  if (error instanceof SourceError) return false;
  const status = statusOf(error);
  if (status !== undefined) return status === 6 || status === 7;
  const level = levelOf(error);
  return level === undefined || PASSING_LEVELS.includes(level) || isEarlyEnd(error);
}

/** What the server or the network did as a {@link SourceError} that names the mend and holds no secret. */
export function sourceErrorOfSftp(error: unknown, what: string, params: SftpParams): unknown {
  if (error instanceof SourceError) return error;
  const known = isEarlyEnd(error)
    ? undefined
    : (STATUSES[statusOf(error) ?? -1] ?? LEVELS[levelOf(error) ?? '']);
  if (known === undefined) return sourceErrorOfOutbound(outboundErrorOf(error, `SFTP: ${what}`));
  const { kind, code, mend } = known;
  const told = error instanceof Error && statusOf(error) !== undefined ? ` (${error.message})` : '';
  return sourceErrorOfFault('SFTP', kind, { code, message: `${what}: ${mend}${told}` }, secretsOf(params));
}

/** What `ssh2` says of where a connection failed; undefined where it was elsewhere. */
export function levelOf(error: unknown): string | undefined {
  return error instanceof Error && 'level' in error && typeof error.level === 'string'
    ? error.level
    : undefined;
}
