import type { RunRecord, RunState } from '@tributary/store';
import { describeShownItem } from './held-items.ts';
import { progressOf, type RunError, type RunProgress } from './progress.ts';

/** The states of a run as the Flow Service words them. */
const statuses: Readonly<Record<RunState, string>> = {
  pending: 'queued',
  planning: 'inProgress',
  extracting: 'inProgress',
  transforming: 'inProgress',
  committing: 'inProgress',
  success: 'success',
  partial: 'partialSuccess',
  failed: 'failed',
  cancelled: 'cancelled',
};

/**
 * The documented body of a flow run, save for the envelope that every resource has: metrics and activities. `origin` is
 * where the links to the rows that did not land lead, such as `http://127.0.0.1:8080`.
 */
export function describeRun(run: RunRecord, origin: string): Record<string, unknown> {
  const progress = progressOf(run);
  const copy = copyActivity(run, progress);
  const promotion = promotionActivity(run, progress, origin);
  const { outcome } = progress;
  return {
    flowId: run.flowId,
    metrics: {
      durationSummary: duration(run.startedAt?.getTime(), run.completedAt?.getTime()),
      sizeSummary: { inputBytes: progress.extract?.bytes ?? 0, outputBytes: outcome?.outputBytes ?? 0 },
      recordSummary: recordSummary(progress),
      fileSummary: {
        inputFileCount: progress.extract?.files ?? 0,
        outputFileCount: outcome?.outputFiles ?? 0,
        ...heldBackOf(run, progress),
        activityRefs: [copy.id, promotion.id],
      },
      statusSummary: {
        status: statuses[run.state],
        errors: errorsOf(run, progress),
        activityRefs: [copy.id, promotion.id],
        extensions: {
          attempt: run.attempt,
          step: run.state,
          earlierAttempts: earlierAttempts(run, progress),
          notices: progress.notices,
          ...waitingOf(run, progress),
          ...(progress.drift && { schemaDrift: progress.drift }),
          ...(progress.refresh && { refreshColumns: progress.refresh.columns }),
          ...requestedOf(run, progress),
        },
      },
    },
    activities: [copy, promotion],
  };
}

/** A run that stands still is in progress, and says why and until when. */
function waitingOf(run: RunRecord, { waiting }: RunProgress) {
  if (waiting === undefined || run.completedAt !== undefined || waiting.until <= Date.now()) return {};
  const { reason, since, until } = waiting;
  return { waiting: { reason, sinceUTC: since, untilUTC: until } };
}

/** Files that could not be read, by this run or earlier ones: the first of them, and where those of the flow are all. */
function heldBackOf({ flowId }: RunRecord, { heldBefore, heldBack = heldBefore }: RunProgress) {
  if (heldBack === undefined) return {};
  const { count, items } = heldBack;
  const files = items.map(describeShownItem);
  const _links = { all: { href: `/flows/${flowId}/heldFiles` } };
  return { failedFileCount: count, extensions: { heldBack: { count, files, _links } } };
}

/** What was asked for, in epoch milliseconds. */
function requestedOf(run: RunRecord, { requestedWindow, startsAt }: RunProgress) {
  return {
    ...(requestedWindow && {
      requestedWindow: { windowStartUTC: requestedWindow.after, windowEndUTC: requestedWindow.upTo },
    }),
    ...(startsAt !== undefined && run.state === 'pending' && { startsAtUTC: startsAt }),
  };
}

function recordSummary({ outcome, sourceRecordCount }: RunProgress) {
  return {
    inputRecordCount: outcome?.inputRows ?? 0,
    outputRecordCount: outcome?.outputRows ?? 0,
    failedRecordCount: outcome?.failedRows ?? 0,
    extensions: {
      alreadyLandedRecordCount: outcome?.skippedRows ?? 0,
      ...(outcome?.updatedRows !== undefined && { updatedRecordCount: outcome.updatedRows }),
      ...(outcome?.removedRows !== undefined && { deletedRecordCount: outcome.removedRows }),
      ...(sourceRecordCount && { sourceRecordCount }),
    },
  };
}

function copyActivity(run: RunRecord, progress: RunProgress) {
  const { extract, window, sourceConnectionId } = progress;
  return {
    id: `${run.id}-copy`,
    name: 'Copy Activity',
    activityType: 'copyActivity',
    updatedAtUTC: run.updatedAt.getTime(),
    durationSummary: {
      ...duration(extract?.startedAt, extract?.completedAt),
      ...(window ? { extensions: { windowStart: window.after ?? 0, windowEnd: window.upTo } } : {}),
    },
    sizeSummary: { inputBytes: extract?.bytes ?? 0, outputBytes: extract?.bytes ?? 0 },
    recordSummary: {
      inputRecordCount: progress.outcome?.inputRows ?? 0,
      outputRecordCount: progress.outcome?.inputRows ?? 0,
      ...(extract?.partitions && { extensions: { partitions: extract.partitions } }),
    },
    fileSummary: { inputFileCount: extract?.files ?? 0, outputFileCount: extract?.files ?? 0 },
    statusSummary: { status: activityStatus(run, extract?.completedAt !== undefined) },
    sourceInfo: sourceConnectionId
      ? [{ id: sourceConnectionId, type: 'SourceConnection', reference: {} }]
      : [],
  };
}

function promotionActivity(run: RunRecord, progress: RunProgress, origin: string) {
  const { transform, outcome, targetConnectionId } = progress;
  const isOver = run.completedAt !== undefined && outcome !== undefined;
  return {
    id: `${run.id}-promotion`,
    name: 'Promotion Activity',
    activityType: 'promotionActivity',
    updatedAtUTC: run.updatedAt.getTime(),
    durationSummary: duration(transform?.startedAt, isOver ? run.completedAt?.getTime() : undefined),
    sizeSummary: { inputBytes: progress.extract?.bytes ?? 0, outputBytes: outcome?.outputBytes ?? 0 },
    recordSummary: recordSummary(progress),
    fileSummary: { inputFileCount: progress.extract?.files ?? 0, outputFileCount: outcome?.outputFiles ?? 0 },
    statusSummary: {
      status: activityStatus(run, run.state === 'success' || run.state === 'partial'),
      ...(outcome && outcome.failedRows > 0
        ? { extensions: { manifest: manifestOf(outcome.batchId, origin), errors: rowErrors(run, progress) } }
        : {}),
    },
    targetInfo: targetConnectionId
      ? [
          {
            id: targetConnectionId,
            type: 'TargetConnection',
            reference: { type: 'Batch', ids: outcome ? [outcome.batchId] : [] },
          },
        ]
      : [],
  };
}

/** Where Data Access serves the rows that did not land. */
function manifestOf(batchId: string, origin: string) {
  const meta = `${origin}/data/foundation/export/batches/${batchId}/meta`;
  return { failedRecords: `${meta}?path=row_errors`, sampleErrors: `${meta}?path=row_error_samples.json` };
}

function activityStatus(run: RunRecord, isDone: boolean): string {
  if (isDone) return run.state === 'partial' ? 'partialSuccess' : 'success';
  if (run.completedAt !== undefined) return statuses[run.state];
  return run.state === 'pending' ? 'queued' : 'inProgress';
}

function duration(startedAt: number | undefined, completedAt: number | undefined) {
  return {
    ...(startedAt === undefined ? {} : { startedAtUTC: startedAt }),
    ...(completedAt === undefined ? {} : { completedAtUTC: completedAt }),
  };
}

/** What the run's newest attempt left; a run that came through shows nothing of the attempts before. */
function newestErrors(run: RunRecord, { errors }: RunProgress): readonly RunError[] {
  if (run.state === 'success') return [];
  const newest = errors.at(-1)?.attempt;
  return errors.filter(({ attempt }) => attempt === newest);
}

function errorsOf(run: RunRecord, progress: RunProgress): { code: string; message: string }[] {
  return newestErrors(run, progress).map(({ code, message }) => ({ code, message }));
}

function rowErrors(run: RunRecord, progress: RunProgress) {
  return newestErrors(run, progress).flatMap(({ code, message, rows }) =>
    rows === undefined ? [] : [{ code, recordCount: rows, message }],
  );
}

function earlierAttempts(run: RunRecord, { errors }: RunProgress) {
  return errors
    .filter(({ attempt }) => attempt < run.attempt)
    .map(({ attempt, at, code, message }) => ({ attempt, atUTC: at, code, message }));
}
