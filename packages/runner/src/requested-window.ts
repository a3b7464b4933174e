import type { TableDescription } from '@tributary/connectors';
import type { ChosenRead, KeyedRun, ReadSituation } from './choose-read.ts';
import { FlowUnfit } from './failure.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { partsOf, type RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import { keyColumnsOf } from './write-mode.ts';

/**
 * A window that somebody asks a run to read: `(after, upTo]`, as the windows of all runs, in epoch milliseconds. Such a run
 * leaves the flow where it stands, so that the next scheduled one reads on as if it had not been.
 */
export interface RequestedWindow {
  readonly after: number;
  readonly upTo: number;
  /** The delta column, where the flow names none. */
  readonly column?: string;
}

/**
 * What is read for a window that was asked for: rows by their delta column, files by when they were changed. No row is
 * skipped for having landed before, and none goes from the table: what is gone at the source the flow's own runs follow.
 * @throws {FlowUnfit} where the table has no column to tell changes by
 */
export async function readRequested(
  { signal, services }: Attempt,
  prepared: PreparedFlow,
  { source, table, fixed }: ReadSituation,
  requested: RequestedWindow,
): Promise<ChosenRead> {
  const keyed = keyedFor(prepared, table);
  const keyColumns = keyed?.keyColumns ?? [];
  const told = { code: 'WINDOW_REQUESTED', message: toldOf(requested) } as const;
  if (table.isItemwise) {
    const window = {
      column: 'lastModified',
      after: new Date(requested.after),
      upTo: new Date(requested.upTo),
    };
    const parts = [{ settled: true, request: { window } }];
    return { window: undefined, parts, keyed, columns: keyColumns, notices: [told] };
  }
  const window =
    fixed ??
    windowUpToNow(
      columnOf(prepared, table, requested),
      requested,
      await source.clock(signal),
      services.settleSeconds,
    );
  return {
    window,
    parts: partsOf(window).map(({ settled, range }) => ({ settled, request: { window: range } })),
    keyed: keyed && { ...keyed, versionColumn: window.column },
    columns: [window.column, ...keyColumns],
    notices: [told],
  };
}

/** What the source's clock has not reached yet cannot be read, and what it has reached only now is not settled. */
function windowUpToNow(
  column: string,
  requested: RequestedWindow,
  sourceClock: Date,
  settleSeconds: number,
): RunWindow {
  const { after } = requested;
  const upTo = Math.max(after, Math.min(requested.upTo, sourceClock.getTime()));
  const settledUpTo = Math.max(after, Math.min(upTo, sourceClock.getTime() - settleSeconds * 1000));
  return { column, after: new Date(after), settledUpTo: new Date(settledUpTo), upTo: new Date(upTo) };
}

function columnOf(
  { deltaColumn }: PreparedFlow,
  table: TableDescription,
  { column }: RequestedWindow,
): string {
  const chosen = deltaColumn ?? column ?? table.deltaColumns[0];
  if (chosen !== undefined) return chosen;
  const message = `the table ${table.table} has no column that tells when a row was changed: it has no windows`;
  throw new FlowUnfit([{ path: '/params/deltaColumn', message }]);
}

function keyedFor({ writeMode }: PreparedFlow, table: TableDescription): KeyedRun | undefined {
  if (writeMode.kind === 'append') return undefined;
  const keyColumns = keyColumnsOf(writeMode, table);
  return { mode: writeMode.kind, keyColumns, removes: 'nothing', isWhole: false };
}

function toldOf({ after, upTo }: RequestedWindow): string {
  const from = new Date(after).toISOString();
  const to = new Date(upTo).toISOString();
  return (
    `This run was asked for what has changed after ${from}, up to and with ${to}, whether it had landed or not. ` +
    "The flow's next run goes on from where the one before this has ended."
  );
}
