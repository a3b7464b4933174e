import { isObject, listAt, numberAt, textAt, valueAt } from '../json.ts';

export interface Schedule {
  /** `once`, `minute`, `hour`, `day` or `week`. */
  readonly frequency: string;
  readonly interval: number;
  /** Epoch milliseconds. */
  readonly startsAt: number | undefined;
  /** Epoch milliseconds; undefined where it has no end. */
  readonly endsAt: number | undefined;
  /** The time zone by whose calendar days and weeks are counted. */
  readonly timeZone: string | undefined;
  /** Whether the first run takes what was there before the flow. */
  readonly backfill: boolean;
}

export interface Flow {
  readonly id: string;
  readonly etag: string;
  readonly name: string;
  readonly description: string | undefined;
  /** `enabled`, `disabled`, `draft`, … */
  readonly state: string;
  readonly createdAt: number | undefined;
  readonly sourceConnectionId: string | undefined;
  readonly targetConnectionId: string | undefined;
  /** Undefined: the flow runs on demand only. */
  readonly schedule: Schedule | undefined;
  /** The column that tells which rows are new. */
  readonly deltaColumn: string | undefined;
  readonly mappingId: string | undefined;
  /** How rows are written: `append`, `upsert` or `mirror`. */
  readonly mode: string;
  /** The columns that tell rows apart; empty where the source's own key does. */
  readonly keyColumns: readonly string[];
  readonly flowSpecId: string | undefined;
  /** The Copy transformation: its place among the flow's, and all that it says. */
  readonly copy: { readonly index: number; readonly params: Readonly<Record<string, unknown>> } | undefined;
  /** As the flow spec's option spec says. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly lastRunId: string | undefined;
  /** When the flow falls due next, in epoch milliseconds; a time that has passed: as soon as it can. */
  readonly nextRunAt: number | undefined;
}

export interface RunError {
  readonly code: string;
  readonly message: string;
}

/** What people should know of a run without its being an error. */
export interface RunNotice {
  readonly code: string;
  readonly message: string;
}

/** A flow run. Times are epoch milliseconds. */
export interface Run {
  readonly id: string;
  /** `queued`, `inProgress`, `success`, `partialSuccess`, `failed`, `cancelled`, … */
  readonly status: string;
  /** What a run in progress is at: `planning`, `extracting`, `transforming`, `committing`. */
  readonly step: string | undefined;
  readonly createdAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  readonly records: {
    readonly in: number;
    readonly out: number;
    readonly failed: number;
    /** Rows of the dataset in whose place new ones came, and that went; undefined where the flow appends. */
    readonly updated: number | undefined;
    readonly deleted: number | undefined;
    /** How many rows the source counted for what was read; undefined where it was not compared. */
    readonly atSource: number | undefined;
  };
  readonly bytes: { readonly in: number; readonly out: number };
  readonly errors: readonly RunError[];
  readonly notices: readonly RunNotice[];
  /** How many files are held back that this run or earlier ones could not read. */
  readonly heldFiles: number;
  /** Until when the run stands still for its source. */
  readonly waitingUntil: number | undefined;
  /** When a queued run begins that was asked for a later time. */
  readonly startsAt: number | undefined;
}

/** The table that a flow reads. */
export interface SourceTable {
  readonly name: string;
  readonly baseConnectionId: string | undefined;
  readonly connectionSpecId: string | undefined;
}

/** Where a dataset's rows lie. */
export interface DataSet {
  readonly id: string;
  readonly name: string;
  readonly schemaId: string | undefined;
  readonly tableFormat: string | undefined;
  readonly tableLocation: string | undefined;
  readonly metadataLocation: string | undefined;
}

export type Row = Readonly<Record<string, unknown>>;

/** The server's answer is not of the documented shape. */
export class UnexpectedAnswer extends Error {
  constructor(what: string) {
    super(`The server's answer has no ${what}. The web UI and the server may be of different versions.`);
    this.name = 'UnexpectedAnswer';
  }
}

export function parseFlow(body: unknown): Flow {
  const id = required(textAt(body, 'id'), 'flow id');
  const transformations = listAt(body, 'transformations');
  const options = valueAt(body, 'options');
  const paramsOf = (name: string) =>
    valueAt(
      transformations.find((transformation) => textAt(transformation, 'name') === name),
      'params',
    );
  return {
    id,
    etag: required(textAt(body, 'etag'), 'etag of a flow'),
    name: textAt(body, 'name') ?? id,
    description: textAt(body, 'description'),
    state: textAt(body, 'state') ?? 'unknown',
    createdAt: numberAt(body, 'createdAt'),
    sourceConnectionId: textAt(body, 'sourceConnectionIds', 0),
    targetConnectionId: textAt(body, 'targetConnectionIds', 0),
    schedule: parseSchedule(valueAt(body, 'scheduleParams')),
    deltaColumn: textAt(paramsOf('Copy'), 'deltaColumn', 'name'),
    mappingId: textAt(paramsOf('Mapping'), 'mappingId'),
    mode: textAt(paramsOf('Copy'), 'mode') ?? 'append',
    keyColumns: listAt(paramsOf('Copy'), 'keyColumns').filter((name) => typeof name === 'string'),
    flowSpecId: textAt(body, 'flowSpec', 'id'),
    copy: copyAmong(transformations),
    options: isObject(options) ? options : {},
    lastRunId: textAt(body, 'lastRunDetails', 'id'),
    nextRunAt: numberAt(body, 'tributary:nextRunAtUTC'),
  };
}

function copyAmong(transformations: readonly unknown[]): Flow['copy'] {
  const index = transformations.findIndex((transformation) => textAt(transformation, 'name') === 'Copy');
  if (index < 0) return undefined;
  const params = valueAt(transformations, index, 'params');
  return { index, params: isObject(params) ? params : {} };
}

function parseSchedule(params: unknown): Schedule | undefined {
  const frequency = textAt(params, 'frequency');
  if (frequency === undefined) return undefined;
  return {
    frequency,
    interval: numberAt(params, 'interval') ?? 1,
    startsAt: millisecondsAt(params, 'startTime'),
    endsAt: millisecondsAt(params, 'endTime'),
    timeZone: textAt(params, 'timezone'),
    backfill: valueAt(params, 'backfill') !== false,
  };
}

/** The Flow Service counts the times of schedules in seconds. */
function millisecondsAt(params: unknown, name: string): number | undefined {
  const seconds = numberAt(params, name);
  return seconds === undefined ? undefined : seconds * 1000;
}

export function parseRun(body: unknown): Run {
  const metrics = valueAt(body, 'metrics');
  const status = valueAt(metrics, 'statusSummary');
  const records = valueAt(metrics, 'recordSummary');
  const bytes = valueAt(metrics, 'sizeSummary');
  return {
    id: required(textAt(body, 'id'), 'run id'),
    status: required(textAt(status, 'status'), 'status of a run'),
    step: textAt(status, 'extensions', 'step'),
    createdAt: numberAt(body, 'createdAt'),
    startedAt: numberAt(metrics, 'durationSummary', 'startedAtUTC'),
    completedAt: numberAt(metrics, 'durationSummary', 'completedAtUTC'),
    records: {
      in: numberAt(records, 'inputRecordCount') ?? 0,
      out: numberAt(records, 'outputRecordCount') ?? 0,
      failed: numberAt(records, 'failedRecordCount') ?? 0,
      updated: numberAt(records, 'extensions', 'updatedRecordCount'),
      deleted: numberAt(records, 'extensions', 'deletedRecordCount'),
      atSource: numberAt(records, 'extensions', 'sourceRecordCount', 'source'),
    },
    bytes: { in: numberAt(bytes, 'inputBytes') ?? 0, out: numberAt(bytes, 'outputBytes') ?? 0 },
    errors: listAt(status, 'errors').map(parseCoded),
    notices: listAt(status, 'extensions', 'notices').map(parseCoded),
    heldFiles: numberAt(metrics, 'fileSummary', 'failedFileCount') ?? 0,
    waitingUntil: numberAt(status, 'extensions', 'waiting', 'untilUTC'),
    startsAt: numberAt(status, 'extensions', 'startsAtUTC'),
  };
}

export function parseCoded(body: unknown): RunError {
  return { code: textAt(body, 'code') ?? 'no code', message: textAt(body, 'message') ?? 'no message' };
}

export function parseSourceTable(body: unknown): SourceTable {
  return {
    name: textAt(body, 'params', 'tableName') ?? textAt(body, 'params', 'path') ?? 'unknown table',
    baseConnectionId: textAt(body, 'baseConnectionId'),
    connectionSpecId: textAt(body, 'connectionSpec', 'id'),
  };
}

export function parseDataSet(id: string, body: unknown): DataSet {
  const table = valueAt(body, 'extensions', 'tributary');
  return {
    id,
    name: textAt(body, 'name') ?? id,
    schemaId: textAt(body, 'schemaRef', 'id'),
    tableFormat: textAt(table, 'tableFormat'),
    tableLocation: textAt(table, 'tableLocation'),
    metadataLocation: textAt(table, 'metadataLocation'),
  };
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new UnexpectedAnswer(what);
  return value;
}

/** Whether more is to be expected of the run. */
export function isUnderWay(run: Run): boolean {
  return run.status === 'queued' || run.status === 'inProgress' || run.status === 'scheduled';
}
