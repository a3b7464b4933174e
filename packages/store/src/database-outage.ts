import pg from 'pg';
import { isPreparationFault } from './prepared-statements.ts';

/**
 * SQLSTATEs of a server that stops, starts or takes no more connections; class 08 is a connection that broke.
 */
const OUTAGE_STATES = /^(08...|57P0[123]|53300)$/;

/** What `pg` says, without a code, when its server goes away in the middle. */
const BROKEN_CONNECTION = /^(Connection terminated|Client has encountered a connection error)/;

/** What the system says of a socket whose other end went away. */
const BROKEN_SOCKET = /^(EPIPE|ECONNRESET|ECONNABORTED|ETIMEDOUT)$/;

/**
 * Whether a query failed for nothing that it asks, as where the PostgreSQL server does not answer, so that
 * trying again later may do.
 */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError)
    return OUTAGE_STATES.test(error.code ?? '') || isPreparationFault(error);
  if (error instanceof AggregateError) return error.errors.some(isDatabaseOutage);
  if (!(error instanceof Error)) return false;
  if ('syscall' in error && error.syscall === 'connect') return true;
  if ('syscall' in error && 'code' in error && BROKEN_SOCKET.test(String(error.code))) return true;
  return BROKEN_CONNECTION.test(error.message);
}
