import type { ResourceFilter, RunRecord, Runs } from '@tributary/store';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { meetsFilters } from '../../http/property-filter.ts';
import { readToken, writeToken } from './continuation-token.ts';
import { DEFAULT_LIMIT, isCountOnly, type ListQuery, readFilters } from './list-request.ts';
import { refusal } from './refusal.ts';
import { shownRun } from './run-document.ts';

/** Runs are read from the store in chunks of so many while filters leave some out. */
const CHUNK = 100;

const filterable: ReadonlySet<string> = new Set([
  'id',
  'flowId',
  'createdAt',
  'updatedAt',
  'etag',
  'metrics',
  'activities',
]);

/**
 * Runs come newest first and are never deleted, so that the number of older runs tells a place in the list which
 * stays right when new runs are added in front.
 */
const Continuation = Type.Object({
  property: Type.Array(Type.String()),
  older: Type.Integer({ minimum: 0 }),
});

/** One page of runs, newest first, or their number. */
export async function listRuns(caller: SandboxedCaller, query: Static<typeof ListQuery>) {
  const countOnly = isCountOnly(query);
  refuseOtherOrders(query.orderby || query.orderBy);
  const continuation = query.continuationToken ? readToken(query.continuationToken, Continuation) : undefined;
  const property = continuation?.property ?? query.property?.filter((text) => text !== '') ?? [];
  const filters = readFilters(property, filterable);
  const { runs } = caller.store;
  const flowId = flowIdOf(filters);
  const total = await runs.count(flowId);

  const limit = countOnly ? total : (query.limit ?? DEFAULT_LIMIT);
  const offset = continuation === undefined ? 0 : Math.max(total - continuation.older, 0);
  const page = await matching(runs, { flowId, offset, limit, total }, (run) =>
    meetsFilters(comparable(run, caller), filters),
  );
  if (countOnly) return { items: [], _links: {}, count: page.found.length };
  const token = { property, older: total - page.end };
  return {
    items: page.found.map((run) => shownRun(run, caller)),
    _links: token.older > 0 ? { next: { href: `/runs?continuationToken=${writeToken(token)}` } } : {},
  };
}

interface Stretch {
  readonly flowId: string | undefined;
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
}

/** The first `limit` runs from `offset` on that match, and the offset behind the last one that was looked at. */
async function matching(
  runs: Runs,
  { flowId, offset, limit, total }: Stretch,
  matches: (run: RunRecord) => boolean,
): Promise<{ found: RunRecord[]; end: number }> {
  const found: RunRecord[] = [];
  let end = offset;
  while (end < total && found.length < limit) {
    const chunk = await runs.list({ flowId, limit: CHUNK, offset: end });
    if (chunk.length === 0) return { found, end: total };
    for (const run of chunk) {
      end += 1;
      if (matches(run)) found.push(run);
      if (found.length === limit) break;
    }
  }
  return { found, end };
}

/** Filters compare etags without quotation marks, as in the other lists. */
function comparable(run: RunRecord, caller: SandboxedCaller) {
  return { ...shownRun(run, caller), etag: run.etag };
}

function flowIdOf(filters: readonly ResourceFilter[]): string | undefined {
  return filters.find(({ path, operator }) => operator === '==' && path.length === 1 && path[0] === 'flowId')
    ?.value;
}

function refuseOtherOrders(orderby: string | undefined): void {
  if (!orderby || orderby === '-createdAt') return;
  const message = 'The parameter orderby can be -createdAt (newest first) only, for runs.';
  throw refusal('1433-400', message, { violations: [{ path: 'orderby', message }] });
}
