import type { TransformResult, WrittenFile } from '@tributary/engine';
import type { RunRecord } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import type { PlacedFile } from './data-folder.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import type { RunProgress } from './progress.ts';
import type { RunWindow } from './read-window.ts';
import type { StagedRead } from './staged-pages.ts';
import type { MappedRows } from './transform-run.ts';

/** How a run's rows came out. */
export type RunVerdict = 'success' | 'partial' | 'failed';

/** Share of bad rows, in percent, above which a flow that says nothing else fails. */
const DEFAULT_PARTIAL_INGESTION_PERCENT = 5;

export function verdictOf(result: TransformResult, percent = DEFAULT_PARTIAL_INGESTION_PERCENT): RunVerdict {
  if (result.failedRows === 0) return 'success';
  return (result.failedRows / newRows(result)) * 100 > percent ? 'failed' : 'partial';
}

/** Rows that were read and had not landed before. */
export function newRows({ inputRows, skippedRows }: TransformResult): number {
  return inputRows - skippedRows;
}

/** A run that has ended by its commit, and what its rows came to. */
export interface LandedRun {
  readonly run: RunRecord;
  readonly result: TransformResult;
}

/** Everything that becomes true together when a run ends. */
export interface RunCommit {
  readonly prepared: PreparedFlow;
  readonly staged: StagedRead;
  readonly window: RunWindow | undefined;
  readonly batchId: string;
  readonly verdict: RunVerdict;
  readonly result: MappedRows;
  /** The data files, where they belong; none where the run failed. */
  readonly files: readonly (WrittenFile & PlacedFile)[];
  /** All columns of the source's table, where they are others than were known. */
  readonly tableColumns: readonly SourceColumn[] | undefined;
  readonly progress: RunProgress;
}
