import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals } from './answer-schemas.ts';
import { batchConditions, batchFilters } from './batch-query.ts';
import type { Condition } from './list-conditions.ts';
import { listObjects } from './list-objects.ts';
import { type Page, pageOf, pageParameters } from './page-query.ts';
import { batches, shownBatch } from './shown-batch.ts';
import { sortKeysOf } from './sort-keys.ts';

const { limit, start } = pageParameters;

/** Fields whose values batches share or are told apart by. */
const FIELDS = [...batches.sortable, 'recordCount', 'failedRecordCount', 'size'];

/** `/batches/uniques/{field}`: which values a field of batches has. */
export function registerUniqueValues(routes: Routes): void {
  routes.get(
    '/batches/uniques/:field',
    {
      schema: {
        summary: 'The values that a field of batches has, each once, the highest first',
        params: Type.Object({ field: Type.String({ description: FIELDS.join(', ') }) }),
        querystring: Type.Object({ limit, start, ...batchFilters }),
        response: { 200: Type.Array(Type.String()), ...refusals },
      },
    },
    async (request) => {
      const { field } = request.params;
      if (!FIELDS.includes(field)) {
        throw new Problem(
          'invalidParameter',
          `Batches have no field '${field}'. Name one of ${FIELDS.join(', ')}.`,
          {
            violations: [{ path: 'field', message: `must be one of ${FIELDS.join(', ')}` }],
          },
        );
      }
      const conditions = batchConditions(request.query);
      return uniqueValues(sandboxOf(request), field, conditions, pageOf(request.query, {}));
    },
  );
}

/** Goes from one value to the next below it, so that no more batches are read than there are values. */
async function uniqueValues(
  caller: SandboxedCaller,
  field: string,
  conditions: readonly Condition[],
  { start, limit }: Page,
): Promise<string[]> {
  const values: string[] = [];
  let skipped = 0;
  let value = await valueBelow(caller, field, conditions, undefined);
  while (value !== undefined && values.length < limit) {
    if (await isMet(caller, field, conditions, value)) {
      if (skipped < start) skipped++;
      else values.push(value);
    }
    value = await valueBelow(caller, field, conditions, value);
  }
  return values;
}

async function valueBelow(
  caller: SandboxedCaller,
  field: string,
  conditions: readonly Condition[],
  value: string | undefined,
): Promise<string | undefined> {
  const path = batches.storedPath([field]) ?? [field];
  const { items } = await caller.store.resources('batch').list({
    filters: [...conditions.flatMap(({ stored }) => stored ?? []), { path, operator: 'exists', value: '' }],
    order: { path, descending: true },
    limit: 1,
    ...(value !== undefined && { after: { orderValue: value } }),
  });
  const [batch] = items;
  return batch && String(shownBatch(caller, batch)[field]);
}

/** Whether a batch with this value also meets what the store could not decide. */
async function isMet(
  caller: SandboxedCaller,
  field: string,
  conditions: readonly Condition[],
  value: string,
): Promise<boolean> {
  if (conditions.every(({ meets }) => meets === undefined)) return true;
  const path = batches.storedPath([field]) ?? [field];
  const found = await listObjects(caller, batches, {
    conditions: [...conditions, { stored: { path, operator: '==', value } }],
    keys: sortKeysOf(undefined, batches.sortable),
    page: { start: 0, limit: 1 },
  });
  return found.length > 0;
}
