import { afterAll, beforeAll, expect, it } from 'vitest';
import { emitExpression } from './emit.ts';
import type { EmittedSql } from './plan.ts';
import { Evaluator, NOW } from './testing/evaluate.ts';
import { RandomExpressions, randomColumns } from './testing/random-expressions.ts';
import { randomRows } from './testing/random-rows.ts';
import { planExpression } from './validate.ts';

const EXPRESSIONS = 100_000;
/** Expressions that one statement evaluates. */
const BATCH = 30;
/** SQL beyond this length, in characters, takes DuckDB most of the time: only one expression in so many is run. */
const LONG = { length: 800, every: 20 };
/** Planning takes turns with this many databases that run what has been planned. */
const EVALUATORS = 2;

let evaluators: readonly Evaluator[];
beforeAll(async () => {
  evaluators = await Promise.all(Array.from({ length: EVALUATORS }, () => Evaluator.start()));
  for (const evaluator of evaluators) await evaluator.createTable('fuzzed', randomRows, randomColumns);
});
afterAll(() => {
  for (const evaluator of evaluators) evaluator.stop();
});

const names = new Map(randomColumns.map(({ name }, index) => [name, `c${index}`]));
const context = { column: (name: string) => names.get(name) ?? 'NULL', now: NOW };

interface Emitted extends EmittedSql {
  readonly text: string;
}

it(`never raises for ${EXPRESSIONS} expressions, and gives no value where one fails`, async () => {
  const seed = Date.now() % 2 ** 31;
  const batches = batchesOf(new RandomExpressions(seed));
  await Promise.all(
    evaluators.map(async (evaluator) => {
      // All draw on the same batches.
      for (const batch of batches) await requireSound(evaluator, batch, seed);
    }),
  );
}, 300_000);

/** Valid expressions by the batch. Those that are refused are refused with errors of our own, and are not counted. */
function* batchesOf(random: RandomExpressions): Generator<readonly Emitted[]> {
  let batch: Emitted[] = [];
  let long = 0;
  for (let count = 0; count < EXPRESSIONS; ) {
    const text = random.next();
    const planned = planExpression(text, randomColumns);
    if (!planned.ok) {
      expect(planned.errors.length, text).toBeGreaterThan(0);
      continue;
    }
    const emitted = emitExpression(planned.expression, context);
    if (emitted.value.length > LONG.length && long++ % LONG.every > 0) continue;
    count++;
    batch.push({ text, ...emitted });
    if (batch.length < BATCH && count < EXPRESSIONS) continue;
    yield batch;
    batch = [];
  }
}

/** Names the first expression that is at fault, and the seed that makes it again. */
async function requireSound(evaluator: Evaluator, batch: readonly Emitted[], seed: number): Promise<void> {
  const problem = await problemOf(evaluator, batch);
  if (problem === undefined) return;
  for (const emitted of batch) {
    const own = await problemOf(evaluator, [emitted]);
    if (own !== undefined) throw new Error(`${emitted.text} (seed ${seed}): ${own}`);
  }
  throw new Error(`Only together (seed ${seed}), ${problem}: ${batch.map(({ text }) => text).join('\n')}`);
}

/** What is wrong with the SQL of expressions, all run in one statement. */
async function problemOf(evaluator: Evaluator, batch: readonly Emitted[]): Promise<string | undefined> {
  const columns = batch.map(({ value, fails }, index) => {
    return `${value} AS v${index}, ${fails ?? 'FALSE'} AS f${index}`;
  });
  const faults = batch.map((_, index) => `(f${index} IS NULL OR (f${index} AND v${index} IS NOT NULL))`);
  try {
    const found = await evaluator.read(
      `SELECT count(*) FROM (SELECT ${columns.join(', ')} FROM fuzzed) WHERE ${faults.join(' OR ')}`,
    );
    return Number(found) === 0 ? undefined : 'neither fails nor does not, or fails with a value';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
