import type { TransformResult } from '@tributary/engine';
import { batchErrors } from './batch-document.ts';
import type { RunProgress } from './progress.ts';
import { newRows } from './run-commit.ts';

/** How a run's rows are told of. */
export interface OutcomeOf {
  readonly batchId: string;
  readonly isLanded: boolean;
  readonly isDiagnosed: boolean;
  readonly attempt: number;
}

/** A run's progress with what has become of its rows. */
export function withOutcome(
  progress: RunProgress,
  result: TransformResult,
  { batchId, isLanded, isDiagnosed, attempt }: OutcomeOf,
): RunProgress {
  const at = Date.now();
  return {
    ...progress,
    transform: { startedAt: progress.transform?.startedAt ?? at, completedAt: at },
    outcome: {
      batchId,
      inputRows: newRows(result),
      skippedRows: result.skippedRows,
      outputRows: isLanded ? result.outputRows : 0,
      failedRows: result.failedRows,
      outputFiles: isLanded ? result.files.length : 0,
      outputBytes: isLanded ? result.files.reduce((sum, file) => sum + file.bytes, 0) : 0,
    },
    errors: [
      ...progress.errors,
      ...batchErrors(result, isLanded, isDiagnosed).map(({ code, description, rows }) => ({
        code,
        message: description,
        rows,
        at,
        attempt,
      })),
    ],
  };
}
