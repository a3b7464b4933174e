import { DatabaseError } from 'pg';
import { type OutboundError, outboundErrorOf } from '../../outbound/errors.ts';
import { SourceError, type SourceErrorKind } from '../../source.ts';
import { sourceErrorOfFault } from '../../source-errors.ts';
import { type DatabaseParams, secretsOf } from '../database-params.ts';

/**
 * What can be done about an error, by its SQLSTATE or the class of it, its first two characters (PostgreSQL
 * documentation, appendix A). What is not named can only be mended by the user.
 */
const KINDS: ReadonlyMap<string, SourceErrorKind> = new Map([
  ['08', 'busy'], // Connection exception
  ['28', 'refused'], // Invalid authorization
  ['3D', 'refused'], // No such database
  ['40', 'busy'], // Transaction rollback; on a standby, a conflict with recovery
  ['42501', 'refused'], // A privilege is missing
  ['53', 'busy'], // Insufficient resources: too many connections, disk or memory full
  ['55P03', 'busy'], // A lock was not to be had
  ['57', 'busy'], // Operator intervention: shutdown, starting up, cancelled, a timeout
  ['58', 'busy'], // System error
]);

/** What the client says of a server without TLS. */
export const NO_TLS = 'The server does not support SSL connections';

/** What an error of the server or the network means. */
export function postgresFailureOf(error: unknown, params: DatabaseParams): SourceError | OutboundError {
  if (error instanceof SourceError) return error;
  if (!(error instanceof DatabaseError))
    return clientRefusalOf(error) ?? outboundErrorOf(error, `PostgreSQL at ${params.host}:${params.port}`);
  const code = error.code ?? 'XX000';
  const kind = KINDS.get(code) ?? KINDS.get(code.slice(0, 2)) ?? 'invalid';
  return sourceErrorOfFault('PostgreSQL', kind, { code, message: error.message }, secretsOf(params));
}

/** What the client itself will not go on with, which it tells in words alone. */
function clientRefusalOf(error: unknown): SourceError | undefined {
  const message = error instanceof Error ? error.message : '';
  if (message === NO_TLS)
    return new SourceError(
      'refused',
      'NO_TLS',
      'PostgreSQL: the server speaks no TLS, and sslMode demands it',
    );
  if (message.startsWith('SASL'))
    return new SourceError(
      'refused',
      'SASL',
      'PostgreSQL: signing in failed, for the server does not keep to the protocol',
    );
  return undefined;
}
