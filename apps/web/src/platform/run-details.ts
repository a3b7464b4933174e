import { listAt, numberAt, textAt, valueAt } from '../json.ts';
import { parseCoded, parseRun, type Run, type RunError } from './answers.ts';

/** A part of what a run reads. Rows are undefined where the source does not tell how many there are. */
export interface Partition {
  readonly id: string;
  /** Of a file its path. */
  readonly item: string | undefined;
  readonly announcedRows: number | undefined;
  readonly stagedRows: number | undefined;
  readonly pages: number;
  /** As they are staged; undefined of runs that did not count them yet. */
  readonly bytes: number | undefined;
}

/** A file that cannot be read, and that no run reads before it is mended or asked for. */
export interface HeldFile extends RunError {
  readonly name: string;
  /** The run that found it. */
  readonly runId: string | undefined;
  /** Epoch milliseconds. */
  readonly since: number | undefined;
}

/** Why an attempt at a run ended before it had come through. */
export interface EarlierAttempt extends RunError {
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly at: number | undefined;
}

/** How columns differ from those that the last run found. */
export interface SchemaDrift {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly retyped: readonly string[];
}

/** All that is told of a run. Times are epoch milliseconds. */
export interface RunDetails {
  readonly run: Run;
  readonly flowId: string | undefined;
  readonly attempt: number;
  readonly earlierAttempts: readonly EarlierAttempt[];
  readonly waiting:
    | { readonly reason: string; readonly since: number | undefined; readonly until: number | undefined }
    | undefined;
  readonly drift: SchemaDrift | undefined;
  readonly refreshColumns: readonly string[];
  /** The window that the run was asked for. */
  readonly requestedWindow: TimeWindow | undefined;
  /** The window on the delta column that it reads. */
  readonly window: TimeWindow | undefined;
  readonly partitions: readonly Partition[];
  /** The first of the run's `heldFiles`. */
  readonly shownHeldFiles: readonly HeldFile[];
  /** The rows that the source counted, and those that have come; or why they were not compared. */
  readonly reconciliation:
    | { readonly source: number; readonly staged: number }
    | { readonly notCompared: string }
    | undefined;
  /** Rows that were read again, and had landed as they are. */
  readonly alreadyLanded: number;
  readonly filesRead: number;
  readonly batchId: string | undefined;
}

export interface TimeWindow {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export function parseRunDetails(body: unknown): RunDetails {
  const extensions = valueAt(body, 'metrics', 'statusSummary', 'extensions');
  const records = valueAt(body, 'metrics', 'recordSummary', 'extensions');
  const copy = listAt(body, 'activities').find((each) => textAt(each, 'activityType') === 'copyActivity');
  const promotion = listAt(body, 'activities').find(
    (each) => textAt(each, 'activityType') === 'promotionActivity',
  );
  const drift = valueAt(extensions, 'schemaDrift');
  const waiting = valueAt(extensions, 'waiting');
  return {
    run: parseRun(body),
    flowId: textAt(body, 'flowId'),
    attempt: numberAt(extensions, 'attempt') ?? 0,
    earlierAttempts: listAt(extensions, 'earlierAttempts').map((each) => ({
      attempt: numberAt(each, 'attempt') ?? 0,
      at: numberAt(each, 'atUTC'),
      code: textAt(each, 'code') ?? 'no code',
      message: textAt(each, 'message') ?? 'no message',
    })),
    waiting: waiting === undefined ? undefined : parseWaiting(waiting),
    drift: drift === undefined ? undefined : parseDrift(drift),
    refreshColumns: namesIn(extensions, 'refreshColumns'),
    requestedWindow: windowOf(valueAt(extensions, 'requestedWindow'), 'windowStartUTC', 'windowEndUTC'),
    window: windowOf(valueAt(copy, 'durationSummary', 'extensions'), 'windowStart', 'windowEnd'),
    partitions: listAt(copy, 'recordSummary', 'extensions', 'partitions').map(parsePartition),
    shownHeldFiles: listAt(body, 'metrics', 'fileSummary', 'extensions', 'heldBack', 'files').map(
      parseHeldFile,
    ),
    reconciliation: parseReconciliation(valueAt(records, 'sourceRecordCount')),
    alreadyLanded: numberAt(records, 'alreadyLandedRecordCount') ?? 0,
    filesRead: numberAt(copy, 'fileSummary', 'inputFileCount') ?? 0,
    batchId: textAt(promotion, 'targetInfo', 0, 'reference', 'ids', 0),
  };
}

function parsePartition(partition: unknown): Partition {
  return {
    id: textAt(partition, 'id') ?? '',
    item: textAt(partition, 'item'),
    announcedRows: numberAt(partition, 'announcedRows'),
    stagedRows: numberAt(partition, 'stagedRows'),
    pages: numberAt(partition, 'pages') ?? 0,
    bytes: numberAt(partition, 'bytes'),
  };
}

function parseHeldFile(file: unknown): HeldFile {
  return {
    ...parseCoded(file),
    name: textAt(file, 'name') ?? 'unknown file',
    runId: textAt(file, 'runId'),
    since: numberAt(file, 'sinceUTC'),
  };
}

function parseWaiting(waiting: unknown) {
  return {
    reason: textAt(waiting, 'reason') ?? 'the source cannot be asked',
    since: numberAt(waiting, 'sinceUTC'),
    until: numberAt(waiting, 'untilUTC'),
  };
}

function parseDrift(drift: unknown): SchemaDrift {
  return {
    added: namesIn(drift, 'added'),
    removed: namesIn(drift, 'removed'),
    retyped: namesIn(drift, 'retyped'),
  };
}

/** Columns stand as names, or as objects that have one. */
function namesIn(holder: unknown, list: string): readonly string[] {
  return listAt(holder, list).flatMap((each) =>
    typeof each === 'string' ? each : (textAt(each, 'name') ?? []),
  );
}

function windowOf(window: unknown, from: string, to: string): TimeWindow | undefined {
  return window === undefined ? undefined : { from: numberAt(window, from), to: numberAt(window, to) };
}

function parseReconciliation(count: unknown): RunDetails['reconciliation'] {
  if (count === undefined) return undefined;
  const source = numberAt(count, 'source');
  const staged = numberAt(count, 'staged');
  return source === undefined || staged === undefined
    ? { notCompared: textAt(count, 'reason') ?? 'the source does not count its rows' }
    : { source, staged };
}
