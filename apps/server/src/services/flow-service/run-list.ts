import type { ResourceFilter, RunRecord, Runs } from '@tributary/store';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { meetsFilters } from '../../http/property-filter.ts';
import { readToken, writeToken } from './continuation-token.ts';
import { DEFAULT_LIMIT, isCountOnly, Limit, type ListQuery, readFilters } from './list-request.ts';
import { refusal } from './refusal.ts';
import { shownRun } from './run-document.ts';

/** Runs are read from the store in chunks of so many. */
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
  limit: Limit,
  older: Type.Integer({ minimum: 0 }),
});

/** One page of runs, newest first, or their number. `origin` is where links lead. */
export async function listRuns(caller: SandboxedCaller, query: Static<typeof ListQuery>, origin: string) {
  const countOnly = isCountOnly(query);
  refuseOtherOrders(query.orderby || query.orderBy);
  const continuation = query.continuationToken ? readToken(query.continuationToken, Continuation) : undefined;
  const property = continuation?.property ?? query.property?.filter((text) => text !== '') ?? [];
  const filters = readFilters(property, filterable);
  const { runs } = caller.store;
  const flowId = flowIdOf(filters);
  const matches = (run: RunRecord) => meetsFilters(comparable(run, caller), filters);
  const total = await runs.count(flowId);
  if (countOnly) {
    const isCounted = filters.length === (flowId === undefined ? 0 : 1);
    return { items: [], _links: {}, count: isCounted ? total : await countOf(runs, flowId, matches) };
  }

  const limit = query.limit ?? continuation?.limit ?? DEFAULT_LIMIT;
  const offset = continuation === undefined ? 0 : Math.max(total - continuation.older, 0);
  const found: RunRecord[] = [];
  let end = offset;
  for await (const run of newestFirst(runs, flowId, offset)) {
    end += 1;
    if (matches(run)) found.push(run);
    if (found.length === limit) break;
  }
  const token = { property, limit, older: total - end };
  return {
    items: found.map((run) => shownRun(run, caller, origin)),
    _links: token.older > 0 ? { next: { href: `/runs?continuationToken=${writeToken(token)}` } } : {},
  };
}

async function countOf(
  runs: Runs,
  flowId: string | undefined,
  matches: (run: RunRecord) => boolean,
): Promise<number> {
  let count = 0;
  for await (const run of newestFirst(runs, flowId, 0)) if (matches(run)) count += 1;
  return count;
}

/** The runs from `offset` on, as many in memory at a time as a chunk has. */
async function* newestFirst(runs: Runs, flowId: string | undefined, offset: number) {
  for (let from = offset; ; from += CHUNK) {
    const chunk = await runs.list({ flowId, limit: CHUNK, offset: from });
    yield* chunk;
    if (chunk.length < CHUNK) return;
  }
}

/** Filters compare etags without quotation marks, as in the other lists. */
function comparable(run: RunRecord, caller: SandboxedCaller) {
  return { ...shownRun(run, caller, ''), etag: run.etag };
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
