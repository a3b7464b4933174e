import type { Actor, RunRecord } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import type { KeyedRun } from './choose-read.ts';
import type { HeldBack } from './held-items.ts';
import type { RunNotice } from './notices.ts';
import type { RunWindow } from './read-window.ts';
import type { Comparison, SourceRecordCount } from './reconcile-run.ts';
import type { RequestedWindow } from './requested-window.ts';
import type { SchemaDrift } from './schema-drift.ts';

/** What a run has done so far: kept with it at each step, enough for any worker to go on and for people to look at. */
export interface RunProgress {
  readonly trigger: 'schedule' | 'onDemand';
  /** Who asked for it; undefined where the schedule did. */
  readonly requestedBy?: Actor;
  /** Columns that are read for all rows and merged into those that have landed; undefined: the run lands what has changed. */
  readonly refresh?: Refresh;
  /** What the run was asked to read, in place of what has changed since the last one. */
  readonly requestedWindow?: RequestedWindow;
  /** When the run is to begin that was asked for a later time, in epoch milliseconds. */
  readonly startsAt?: number;
  /** Undefined before planning, null where the whole table is read. */
  readonly window?: StoredWindow | null;
  /** The columns that are read, with the source's types; present once the run is planned. */
  readonly columns?: readonly SourceColumn[];
  /** How the table's columns differ from those of the flow's last run; undefined where there was none. */
  readonly drift?: SchemaDrift;
  /** All columns of the table, where they are to be kept for the next run to compare with; until the run's end. */
  readonly tableColumns?: readonly SourceColumn[];
  /** Columns that the source computes and that mappings read, where the flow has them refreshed by schedule. */
  readonly computedColumns?: readonly string[];
  /** What the rows that arrive are held against; undefined where nothing of the read is settled. */
  readonly comparison?: Comparison;
  readonly sourceRecordCount?: SourceRecordCount;
  /** How rows are written by their keys; undefined where they are appended. */
  readonly keyed?: KeyedRun;
  /** A change token that the source has refused as too old in this run. */
  readonly refusedToken?: string;
  /** Whether items that earlier runs could not read are read again. */
  readonly retriesHeldItems?: boolean;
  /** Tells how items are read; present where the table is read item by item. */
  readonly reading?: string;
  /** Items that earlier runs could not read, and that this one does not read; until the run's end. */
  readonly heldBefore?: HeldBack;
  /** All items that the flow holds back, once the run has ended. */
  readonly heldBack?: HeldBack;
  readonly sourceConnectionId?: string;
  readonly targetConnectionId?: string;
  /** Location of the folder that is the run's own among the table's data; each attempt writes to a folder in it. */
  readonly dataFolder?: string;
  readonly extract?: {
    readonly startedAt: number;
    readonly completedAt?: number;
    readonly files: number;
    readonly bytes: number;
    /** Of each partition, up to a hundred: once all pages are staged. */
    readonly partitions?: readonly ExtractedPartition[];
  };
  /** The batch that the newest attempt to land the rows makes, which may have left diagnostics of it. */
  readonly batchId?: string;
  readonly transform?: { readonly startedAt: number; readonly completedAt?: number };
  readonly outcome?: RunOutcome;
  /** What went wrong, oldest first; each attempt that failed leaves one entry. */
  readonly errors: readonly RunError[];
  /** What people should know of the run without its being an error, oldest first. */
  readonly notices: readonly RunNotice[];
  /** How often the run was given back to wait for the source, none of which is a failure. */
  readonly waits?: number;
  /** Present while the run waits until the source may be asked again. */
  readonly waiting?: Waiting;
}

export interface Refresh {
  readonly columns: readonly string[];
  /** The columns by which rows are found; present once the run is planned, as `replaces`. */
  readonly keyColumns?: readonly string[];
  /** Paths of the fields that are replaced. */
  readonly replaces?: readonly (readonly string[])[];
}

/** Why a run stands still, in epoch milliseconds. */
export interface Waiting {
  readonly since: number;
  /** When the source is asked again. */
  readonly until: number;
  readonly reason: string;
  /** Pages that were staged when it was given back. */
  readonly stagedPages: number;
}

export interface ExtractedPartition {
  readonly id: string;
  /** Of a file its path. */
  readonly item?: string;
  /** Rows that the source announced when the read was planned; null where it did not. */
  readonly announcedRows: number | null;
  /** Rows of the staged pages, as the source counted them with each; null where it did not. */
  readonly stagedRows: number | null;
  readonly pages: number;
  /** Of the pages, as they are staged. */
  readonly bytes: number;
}

export interface RunOutcome {
  readonly batchId: string;
  /** Rows that were read and had not landed before. */
  readonly inputRows: number;
  /** Rows of the unsettled stretch that an earlier run had landed. */
  readonly skippedRows: number;
  readonly outputRows: number;
  readonly failedRows: number;
  /** Rows of the table in whose place new ones came; undefined where rows are appended. */
  readonly updatedRows?: number;
  /** Rows of the table that went because they are gone at the source; undefined but in a mirror. */
  readonly removedRows?: number;
  readonly outputFiles: number;
  readonly outputBytes: number;
}

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly at: number;
  readonly attempt: number;
  /** Rows it concerns, where it is about rows. */
  readonly rows?: number;
}

interface StoredWindow {
  readonly column: string;
  readonly after: number | null;
  readonly settledUpTo: number;
  readonly upTo: number;
}

export function progressOf(run: RunRecord): RunProgress {
  // The runner alone writes a run's progress; a run that has none yet was queued by its schedule.
  return { trigger: 'schedule', errors: [], notices: [], ...(run.progress as Partial<RunProgress>) };
}

/** The columns that a run was asked to refresh; undefined where it lands what has changed. */
export function refreshColumnsOf(run: RunRecord): readonly string[] | undefined {
  return progressOf(run).refresh?.columns;
}

/** Whether a run has ended with files that it, or earlier ones, could not read. */
export function holdsFilesBack(run: RunRecord): boolean {
  return run.completedAt !== undefined && progressOf(run).heldBack !== undefined;
}

/** The window that a run was asked to read; undefined where it lands what has changed. */
export function requestedWindowOf(run: RunRecord): RequestedWindow | undefined {
  return progressOf(run).requestedWindow;
}

/** Who runs what falls due, and writes what runs leave. */
export const runnerActor: Actor = { user: 'tributary', client: 'tributary' };

/** Who had the run queued. */
export function requesterOf(run: RunRecord): Actor {
  return progressOf(run).requestedBy ?? runnerActor;
}

export function storeWindow(window: RunWindow | undefined): StoredWindow | null {
  if (window === undefined) return null;
  return {
    column: window.column,
    after: window.after?.getTime() ?? null,
    settledUpTo: window.settledUpTo.getTime(),
    upTo: window.upTo.getTime(),
  };
}

export function readWindow(stored: StoredWindow | null): RunWindow | undefined {
  if (stored === null) return undefined;
  return {
    column: stored.column,
    after: stored.after === null ? undefined : new Date(stored.after),
    settledUpTo: new Date(stored.settledUpTo),
    upTo: new Date(stored.upTo),
  };
}
