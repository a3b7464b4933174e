import { localFileIO, readTable } from '@tributary/lake';
import { expect } from 'vitest';
import type { Appointments } from './appointments.ts';
import type { Query } from './installation.ts';

/** What of a run's progress tells how it was meant and what it did. Times in epoch milliseconds. */
interface Progress {
  readonly trigger?: 'schedule' | 'onDemand';
  readonly window?: {
    readonly after: number | null;
    readonly settledUpTo: number;
    readonly upTo: number;
  } | null;
  readonly outcome?: { readonly outputRows: number };
  readonly errors?: readonly unknown[];
}

interface Run {
  readonly id: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly completedAt: Date;
  readonly progress: Progress;
}

/** The runs of each flow, one after another. */
type Histories = ReadonlyMap<string, readonly Run[]>;

/** Once all have ended. */
export async function runHistories(query: Query): Promise<Histories> {
  const rows = await query('select * from flow_runs where started_at is not null order by started_at');
  const runs = rows.map(({ flow_id, id, state, started_at, completed_at, progress }) => ({
    flowId: String(flow_id),
    id: String(id),
    state: String(state),
    // The store's own columns, whose types are known.
    startedAt: started_at as Date,
    completedAt: completed_at as Date,
    progress: progress as Progress,
  }));
  return Map.groupBy(runs, ({ flowId }) => flowId);
}

/**
 * Each run has landed its rows, none has begun before the one before it had ended, and each reads on where
 * that one stopped.
 */
export async function expectOrderly(histories: Histories, query: Query): Promise<void> {
  const wrong: string[] = [];
  const watermarks = new Map(
    (await query('select * from watermarks')).map((watermark) => [watermark.flow_id, watermark]),
  );
  for (const [flowId, runs] of histories) {
    for (const { id, state, progress } of runs)
      if (state !== 'success') wrong.push(`run ${id}: ${state}, ${JSON.stringify(progress.errors)}`);
    for (const [before, run] of pairs(runs))
      if (run.startedAt < before.completedAt) wrong.push(`runs ${before.id} and ${run.id} overlap`);
    const windows = runs.flatMap(({ progress }) => progress.window ?? []);
    for (const [before, window] of pairs(windows))
      if (window.after !== before.settledUpTo || window.upTo < before.upTo)
        wrong.push(`flow ${flowId}: ${JSON.stringify(before)}, then ${JSON.stringify(window)}`);
    const last = windows.at(-1);
    const { settled_up_to: settled, up_to: upTo } = watermarks.get(flowId) ?? {};
    if (last && (Number(settled) !== last.settledUpTo || Number(upTo) !== last.upTo))
      wrong.push(`flow ${flowId}: read up to ${JSON.stringify(last)}, its watermark is ${settled}, ${upTo}`);
  }
  expect(wrong).toEqual([]);
}

/** Each has run by its schedule as often as it has fallen due. */
export function expectPunctual(histories: Histories, appointments: readonly Appointments[]): void {
  const runs = appointments.map(({ flowId }) =>
    (histories.get(flowId) ?? []).filter(({ progress }) => progress.trigger !== 'onDemand'),
  );
  expect(runs.map(({ length }) => length)).toEqual(appointments.map(({ kept }) => kept));
  expect(appointments.flatMap(({ wrong }) => wrong)).toEqual([]);
}

/**
 * Below this there may be nothing to pack or to let go: files of each size wait until there are a few of
 * them.
 */
const MANY_RUNS = 20;

/**
 * Tables that many runs have landed rows in have fewer data files and snapshots than those made; the number
 * of such tables.
 */
export async function expectPacked(
  lakeFolder: string,
  histories: Histories,
  flows: readonly { readonly flowId: string; readonly dataSetId: string }[],
  query: Query,
): Promise<number> {
  const pointers = await query('select dataset_id, metadata_location from table_pointers');
  const locations = new Map(
    pointers.map(({ dataset_id, metadata_location }) => [dataset_id, String(metadata_location)]),
  );
  let tables = 0;
  for (const { flowId, dataSetId } of flows) {
    const landings = (histories.get(flowId) ?? []).filter(({ progress }) => progress.outcome?.outputRows);
    if (landings.length < MANY_RUNS) continue;
    const { metadata } = await readTable(localFileIO(lakeFolder), locations.get(dataSetId) ?? '');
    const files = Number(metadata.snapshots.at(-1)?.summary['total-data-files']);
    expect(files, `data files of ${dataSetId}`).toBeLessThan(landings.length);
    expect(metadata.snapshots.length, `snapshots of ${dataSetId}`).toBeLessThan(landings.length);
    tables += 1;
  }
  return tables;
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((item, index) => {
    const next = items[index + 1];
    return next === undefined ? [] : [[item, next] as const];
  });
}
