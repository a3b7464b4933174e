import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChangingSource, type Telling } from './changing-source.test-kit.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;

beforeAll(async () => {
  bench = await RunBench.open();
});

afterAll(() => bench.close());

/** Each takes a few runs: many more than these are tried by hand. */
const HISTORIES = Number(process.env.HISTORIES ?? 2);

/** What happens at the source between two runs of a flow. */
type Happening =
  | { readonly kind: 'put'; readonly id: string; readonly name: string }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'expire' };

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const happenings: fc.Arbitrary<readonly (readonly Happening[])[]> = fc.array(
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('put'), id: ids, name: fc.constantFrom('X', 'Y', 'Z') }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove'), id: ids }) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('wait'),
          seconds: fc.constantFrom(1, 61, 700, 20 * 86_400),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire') }) },
    ),
    { minLength: 1, maxLength: 6 },
  ),
  { minLength: 2, maxLength: 4 },
) as fc.Arbitrary<readonly (readonly Happening[])[]>;

function happen(source: ChangingSource, happening: Happening): void {
  if (happening.kind === 'put') source.put(happening.id, happening.name);
  else if (happening.kind === 'remove') source.remove(happening.id);
  else if (happening.kind === 'wait') source.wait(happening.seconds);
  else source.expireTokens();
}

/** The rows of a flow's dataset, as `id name`. */
async function rowsOf(flow: BenchFlow): Promise<readonly string[]> {
  return (await bench.rows(flow))
    .map((row) => {
      const { _id, person } = row as { _id: string; person: { name: { lastName: string } } };
      return `${_id} ${person.name.lastName}`;
    })
    .sort();
}

const shown = (rows: ReadonlyMap<string, string>) => [...rows].map(([id, name]) => `${id} ${name}`).sort();

async function landRun(flow: BenchFlow): Promise<void> {
  const run = await bench.run(flow);
  expect(progressOf(run).errors.filter(({ code }) => code !== 'CONNECTOR-2001-500')).toEqual([]);
  expect(run.state).toBe('success');
}

describe('whatever happens at a source, after each run', () => {
  const ways: readonly [Telling, readonly string[], boolean][] = [
    ['tokens', ['Changed'], false],
    ['tokens', [], true],
    ['deletions', ['Changed'], false],
    ['nothing', ['Changed'], false],
    ['nothing', [], false],
  ];

  test.each(ways)(
    'a mirror has the rows of a source that tells %s (delta columns %o)',
    async (telling, deltaColumns, refusesLate) => {
      await fc.assert(
        fc.asyncProperty(happenings, async (runs) => {
          const source = Object.assign(new ChangingSource(telling), { deltaColumns, refusesLate });
          bench.opened = source;
          const flow = await bench.flow({ copy: { mode: 'mirror' }, removalLimitPercent: 100 });
          for (const between of runs) {
            for (const happening of between) happen(source, happening);
            await landRun(flow);
            expect(await rowsOf(flow)).toEqual(shown(source.rows));
          }
        }),
        { numRuns: HISTORIES, endOnFailure: true },
      );
    },
  );

  test.each([[['Changed']], [[]]])(
    'upsert has of each row what it was last (delta columns %o)',
    async (deltaColumns) => {
      await fc.assert(
        fc.asyncProperty(happenings, async (runs) => {
          const source = Object.assign(new ChangingSource('nothing'), { deltaColumns });
          bench.opened = source;
          const flow = await bench.flow({ copy: { mode: 'upsert' } });
          const model = new Map<string, string>();
          for (const between of runs) {
            for (const happening of between) happen(source, happening);
            await landRun(flow);
            for (const [id, name] of source.rows) model.set(id, name);
            expect(await rowsOf(flow)).toEqual(shown(model));
          }
        }),
        { numRuns: HISTORIES, endOnFailure: true },
      );
    },
  );
});
