import { valueAt } from '../json.ts';
import { SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import type { ApiUsage } from './api-budget.ts';
import { isRowCount } from './query-head.ts';

/** Allowances of the organisation (REST API Developer Guide, Limits); each undefined where it is not told. */
export interface OrgLimits {
  readonly apiRequests: ApiUsage | undefined;
  readonly bulkQueryJobs: ApiUsage | undefined;
}

const UNKNOWN: OrgLimits = { apiRequests: undefined, bulkQueryJobs: undefined };

/** Asks for the allowances. Not every user may see them, and nothing depends on it: what is not told is unknown. */
export async function readLimits(api: SalesforceApi, signal: AbortSignal | undefined): Promise<OrgLimits> {
  try {
    return limitsAt(await api.json({ path: `${api.root}/limits`, signal }));
  } catch (error) {
    if (error instanceof SourceError && (error.kind === 'invalid' || error.kind === 'refused'))
      return UNKNOWN;
    throw error;
  }
}

export function limitsAt(body: unknown): OrgLimits {
  return {
    apiRequests: limitAt(body, 'DailyApiRequests'),
    bulkQueryJobs: limitAt(body, 'DailyBulkV2QueryJobs'),
  };
}

function limitAt(body: unknown, name: string): ApiUsage | undefined {
  const limit = valueAt(body, name);
  const allowed = valueAt(limit, 'Max');
  const remaining = valueAt(limit, 'Remaining');
  return isRowCount(allowed) && isRowCount(remaining) ? { used: allowed - remaining, allowed } : undefined;
}
