import type { TransformResult } from '@tributary/engine';
import type { RunRecord } from '@tributary/store';
import type { BatchDocument } from './documents.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import type { RunProgress } from './progress.ts';
import { newRows, type RunCommit } from './run-commit.ts';

/** The batch that a run leaves in the Catalog. */
export function batchDocument(
  run: RunRecord,
  { prepared, verdict, result, files, batchId, progress }: RunCommit,
): BatchDocument {
  const isLanded = verdict !== 'failed';
  const isDiagnosed = keepsDiagnostics(prepared);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const started = (run.startedAt ?? run.createdAt).getTime();
  const completed = Date.now();
  const landedRows = isLanded ? result.outputRows : 0;
  return {
    producer: 'flowRun',
    dataSetId: prepared.dataSetId,
    shown: {
      externalId: batchId,
      status: isLanded ? 'success' : 'failed',
      started,
      completed,
      recordCount: landedRows,
      failedRecordCount: result.failedRows,
      size: bytes,
      relatedObjects: [{ type: 'dataSet', id: prepared.dataSetId }],
      errors: [
        ...unreadFiles(run, progress),
        ...batchErrors(result, isLanded, isDiagnosed).map(({ code, description, rows }) => ({
          code,
          description,
          recordCount: rows,
        })),
      ],
      metrics: {
        startTime: started,
        endTime: completed,
        recordsRead: newRows(result),
        recordsWritten: landedRows,
        recordsFailed: result.failedRows,
        recordsSize: bytes,
        invalidRecordCount: result.failedRows,
        failedRecordCount: result.failedRows,
        outputFileCount: files.length,
      },
      tags: { flowId: [run.flowId], runId: [run.id], batchId: [batchId] },
      inputFormat: { format: 'parquet' },
    },
    dataFiles: files.map(({ location: path, rows, bytes: size }) => ({ path, rows, bytes: size })),
    diagnosticsFiles: isDiagnosed ? result.diagnosticsFiles : [],
  };
}

/** What the run could not read; how many rows that were, nobody knows. */
function unreadFiles(run: RunRecord, { heldBack }: RunProgress) {
  const own = heldBack?.items.filter(({ runId }) => runId === run.id) ?? [];
  return own.map(({ code, message }) => ({ code, description: message, recordCount: 0 }));
}

/** Whether the rows that fail are kept for people to look at; a flow may ask not to. */
export function keepsDiagnostics({ flow }: PreparedFlow): boolean {
  return flow.options?.errorDiagnosticsEnabled !== false;
}

/** The summary and, below it, each kind of error with its count (codes: batch ingestion and mapper). */
export function batchErrors(
  { failedRows, outputRows, errors }: TransformResult,
  isLanded: boolean,
  isDiagnosed: boolean,
): { code: string; description: string; rows: number }[] {
  if (failedRows === 0) return [];
  const landed = isLanded
    ? `${outputRows} rows landed.`
    : 'No row landed: the share of bad rows is above the threshold.';
  return [
    {
      code: isDiagnosed ? 'INGEST-1212-400' : 'INGEST-1211-400',
      description: `${failedRows} rows did not land. ${landed} ${isDiagnosed ? 'See the diagnostics.' : 'Turn errorDiagnosticsEnabled on to keep them.'}`,
      rows: failedRows,
    },
    ...errors.map(({ code, column, message, rows }) => ({
      code,
      description: `${column}: ${message} (${rows} rows)`,
      rows,
    })),
  ];
}
