import type { Source, TableDescription } from '@tributary/connectors';
import { planMappings } from '@tributary/data-prep';
import type { StagedPartition } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { FlowUnfit } from './failure.ts';
import type { RunNotice } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { nextWindow, partsOf, type RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import { asDeclared, chooseColumns } from './source-columns.ts';
import { timeWatermark } from './time-watermark.ts';

export type PlannedPartition = Omit<StagedPartition, 'isStaged'>;

/** What one run will read. */
export interface RunPlan {
  /** Undefined where the source has no column to tell changes by: the whole table is read. */
  readonly window: RunWindow | undefined;
  readonly columns: readonly SourceColumn[];
  readonly partitions: readonly PlannedPartition[];
  readonly notices: readonly RunNotice[];
}

/**
 * Fixes the run's window by the source's clock and splits the read into partitions. Jobs that the source starts for
 * them run on if this process dies before the plan is kept: harmless, they are asked for again.
 */
export async function planRun(
  { services, store, run, signal }: Attempt,
  prepared: PreparedFlow,
  source: Source,
  fixed: RunWindow | undefined,
): Promise<RunPlan> {
  const { document } = prepared.sourceConnection;
  const { tableName } = document.params;
  const table = asDeclared(await source.describe(tableName, signal), document);
  const deltaColumn = fixed?.column ?? prepared.deltaColumn ?? table.deltaColumns[0];
  const columns = columnsToRead(prepared, table, deltaColumn);
  const window =
    fixed ??
    (deltaColumn === undefined
      ? undefined
      : nextWindow({
          column: deltaColumn,
          watermark: await timeWatermark(store, run.flowId),
          backfill: prepared.flow.scheduleParams?.backfill ?? true,
          sourceClock: await source.clock(signal),
          settleSeconds: services.settleSeconds,
        }));

  const parts = window === undefined ? [{ settled: true, range: undefined }] : partsOf(window);
  const partitions: PlannedPartition[] = [];
  for (const { settled, range } of parts) {
    const request = { table: tableName, columns: columns.map(({ name }) => name), window: range };
    for (const partition of await source.plan(request, signal)) {
      partitions.push({ ...partition, id: `${settled ? 'settled' : 'unsettled'}-${partition.id}`, settled });
    }
  }
  return { window, columns, partitions, notices: [...tableNotices(table), ...fallBacks(partitions)] };
}

function tableNotices({ notices = [] }: TableDescription): readonly RunNotice[] {
  return notices.map((message) => ({ code: 'TABLE_LIMITED', message }));
}

function fallBacks(partitions: readonly PlannedPartition[]): readonly RunNotice[] {
  return partitions.flatMap(({ notice }) =>
    notice === undefined ? [] : [{ code: 'READ_FALL_BACK', message: notice }],
  );
}

/** The columns that the mappings read, and those that tell rows and changes apart. */
function columnsToRead(
  prepared: PreparedFlow,
  table: TableDescription,
  deltaColumn: string | undefined,
): readonly SourceColumn[] {
  const planned = planMappings({
    mappings: prepared.mappings,
    columns: table.columns,
    target: prepared.schema.root,
  });
  if (!planned.ok) {
    throw new FlowUnfit(
      planned.errors.map(({ destination, message }) => ({
        path: '/transformations',
        message: `${destination}: ${message}`,
      })),
    );
  }
  const names = [
    ...table.keyColumns,
    ...(deltaColumn === undefined ? [] : [deltaColumn]),
    ...planned.plan.sourceColumns,
  ];
  const choice = chooseColumns(table, names);
  if (choice.ok) return choice.columns;
  throw new FlowUnfit([
    {
      path: '/transformations',
      message: `the table ${table.table} has no column ${choice.missing.join(', ')}; its columns are ${table.columns
        .map(({ name }) => name)
        .join(', ')}`,
    },
  ]);
}
