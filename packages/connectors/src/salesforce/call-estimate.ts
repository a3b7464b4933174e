import type { ApiBudget } from './api-budget.ts';
import type { BulkOptions } from './bulk-jobs.ts';
import { REST_PAGE_ROWS } from './query.ts';

/** Making a job, and a look at it now and then. */
const CALLS_OF_A_JOB = 10;

export function callsByRest(rows: number): number {
  return Math.ceil(rows / REST_PAGE_ROWS);
}

export function callsByBulk(rows: number, { pageRows }: BulkOptions): number {
  return CALLS_OF_A_JOB + Math.ceil(rows / pageRows);
}

/** What people are told of a read that the budget will not see through today. */
export function shortageNotice(
  table: string,
  calls: number | undefined,
  { callsLeft }: ApiBudget,
): string | undefined {
  if (calls === undefined || callsLeft === undefined || calls <= callsLeft) return undefined;
  return `${table}: some ${calls} calls are needed, and ${callsLeft} are left of this connection’s share of the day; the run pauses when they are used up`;
}
