import { type OutboundError, outboundErrorOf } from '../../outbound/errors.ts';
import { SourceError, type SourceErrorKind } from '../../source.ts';
import { sourceErrorOfFault } from '../../source-errors.ts';
import { type DatabaseParams, secretsOf } from '../database-params.ts';

/** What can be done about an error, by its number (MySQL Server Error Reference; MariaDB Error Codes). Others: `invalid`. */
const KINDS: ReadonlyMap<number, SourceErrorKind> = new Map([
  [1040, 'busy'], // Too many connections
  [1041, 'busy'], // Out of memory
  [1044, 'refused'], // No access to the database
  [1045, 'refused'], // Wrong user or password
  [1047, 'busy'], // A node of a cluster that takes no queries yet (Galera)
  [1049, 'refused'], // No such database
  [1053, 'busy'], // The server is shutting down
  [1129, 'refused'], // Host is blocked after many errors
  [1130, 'refused'], // Host is not allowed
  [1142, 'refused'], // No privilege on the table
  [1143, 'refused'], // No privilege on the column
  [1203, 'busy'], // Too many connections of the user
  [1205, 'busy'], // A lock was not to be had
  [1213, 'busy'], // Deadlock
  [1226, 'busy'], // A limit of the user
  [1227, 'refused'], // A privilege is missing
  [1251, 'refused'], // Authentication that the client does not know
  [1317, 'busy'], // The query was interrupted
  [1345, 'refused'], // No privilege to look beneath a view
  [1356, 'invalid'], // A view whose tables are gone, or may not be read
  [1698, 'refused'], // Access denied
  [1820, 'refused'], // The password has to be changed first
  [1836, 'busy'], // Read-only for the moment
  [1862, 'refused'], // The password has expired
  [1927, 'busy'], // The connection was killed
  [1969, 'busy'], // Time limit of a statement, MariaDB
  [3024, 'busy'], // Time limit of a statement, MySQL
  [3118, 'refused'], // The account is locked
  [4031, 'busy'], // Closed for being idle
  [4151, 'refused'], // The account is locked, MariaDB
]);

/** What the client itself tells of a connection that broke or never came to be. */
const BROKEN = new Set(['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_PACKETS_OUT_OF_ORDER', 'EPIPE', 'ECONNRESET']);
const CLIENT_REFUSALS: Readonly<Record<string, string>> = {
  HANDSHAKE_NO_SSL_SUPPORT: 'the server speaks no TLS, and sslMode demands it',
  AUTH_SWITCH_PLUGIN_ERROR: 'the account signs in in a way that is not known here',
};

/** What an error of the server or the network means. */
export function mysqlFailureOf(error: unknown, params: DatabaseParams): SourceError | OutboundError {
  if (error instanceof SourceError) return error;
  const code = codeOf(error);
  const number = numberOf(error);
  const message = error instanceof Error ? error.message : '';
  if (number !== undefined && !BROKEN.has(code))
    return sourceErrorOfFault('MySQL', KINDS.get(number) ?? 'invalid', { code, message }, secretsOf(params));
  const refusal = CLIENT_REFUSALS[code];
  if (refusal !== undefined) return new SourceError('refused', code, `MySQL: ${refusal}`);
  // The client puts a code of its own in place of the one that tells what was wrong with the certificate.
  if (code === 'HANDSHAKE_SSL_ERROR' && /certificate/i.test(message))
    return new SourceError('refused', 'UNTRUSTED', `MySQL: ${message}`);
  return outboundErrorOf(error, `MySQL at ${params.host}:${params.port}`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The server's number of the error; undefined for what the client or the network says. */
function numberOf(error: unknown): number | undefined {
  if (!(error instanceof Error && 'sqlState' in error && 'errno' in error)) return undefined;
  return typeof error.errno === 'number' ? error.errno : undefined;
}
