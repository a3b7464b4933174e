import type { RunRecord } from '@tributary/store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChangingSource, type Telling } from './changing-source.test-kit.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { WRITE_MODES } from './write-mode.ts';

let bench: RunBench;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

/** For each way that a source tells of changes. A history takes a few runs. */
const HISTORIES = 15;

type Mode = (typeof WRITE_MODES)[number];

/** What happens to ids before a run, how long before it, and the mode in which it lands. */
interface Step {
  readonly put: readonly string[];
  readonly removed: readonly string[];
  readonly secondsBefore: number;
  readonly mode: Mode;
}

const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });

const stepsIn = (modes: readonly Mode[]): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      put: ids,
      removed: ids,
      secondsBefore: fc.constantFrom(0, 1, 61, 599, 601, 4000),
      mode: fc.constantFrom(...modes),
    }),
    { minLength: 2, maxLength: 6 },
  );

async function rowsOf(flow: BenchFlow): Promise<readonly string[]> {
  const rows = await bench.rows(flow);
  return rows.map((row) => `${row._id} ${Object(Object(row.person).name).lastName}`).toSorted();
}

const noticesOf = (run: RunRecord) => progressOf(run).notices.map(({ code }) => code);

const shown = (rows: ReadonlyMap<string, string>) =>
  [...rows].map(([id, name]) => `${id} ${name}`).toSorted();

describe('whatever the modes in which a flow lands one after another', () => {
  test.each<[Telling, readonly Mode[]]>([
    ['deletions', WRITE_MODES],
    ['nothing', WRITE_MODES],
    // What has followed tokens does not append on.
    ['tokens', ['upsert', 'mirror']],
  ])(
    'no version of a row lands twice, and none is missed, from a source that tells %s (%o)',
    async (telling, modes) => {
      await fc.assert(
        fc.asyncProperty(stepsIn(modes), async (history) => {
          const source = new ChangingSource(telling);
          bench.opened = source;
          const flow = await bench.flow({ removalLimitPercent: 100 });
          let version = 0;
          for (const { put, removed, secondsBefore, mode } of history) {
            source.wait(30);
            for (const id of put) source.put(id, `v${++version}`);
            for (const id of removed) source.remove(id);
            source.wait(secondsBefore);
            await bench.changeCopy(flow, { mode });
            const before = await rowsOf(flow);
            const run = await bench.run(flow);
            expect(run).toMatchObject({ state: 'success', progress: { errors: [] } });
            const after = await rowsOf(flow);
            expect(new Set(after).size).toBe(after.length);
            if (mode === 'mirror') expect(after).toEqual(shown(source.rows));
            else expect(after).toEqual(expect.arrayContaining(shown(source.rows)));
            const appends = mode === 'append' && !noticesOf(run).includes('APPENDS_NEXT');
            if (appends) expect(after).toEqual(expect.arrayContaining([...before]));
          }
        }),
        { numRuns: HISTORIES, endOnFailure: true },
      );
    },
  );
});
