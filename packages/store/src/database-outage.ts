import pg from 'pg';

/** SQLSTATEs of a server that stops, starts or takes no more connections; class 08 is a connection that broke. */
const OUTAGE_STATES = /^(08...|57P0[123]|53300)$/;

/** What `pg` says, without a code, when its server goes away in the middle. */
const BROKEN_CONNECTION = /^(Connection terminated|Client has encountered a connection error)/;

/** Whether a query failed because the PostgreSQL server does not answer, so that trying again later may do. */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return OUTAGE_STATES.test(error.code ?? '');
  if (error instanceof AggregateError) return error.errors.some(isDatabaseOutage);
  if (!(error instanceof Error)) return false;
  return ('syscall' in error && error.syscall === 'connect') || BROKEN_CONNECTION.test(error.message);
}
